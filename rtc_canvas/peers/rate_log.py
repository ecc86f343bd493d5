"""How one peer's rate moves, and why, as lines of its log at debug."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping

from ..link_stats import LinkStats
from ..peer_log import Log

# Between two looks at the clock; a line at most comes of each ten.
TICK = 0.1
TICKS_OF_A_LINE = 10


class RateLog:
    """Writes a line about each second in which the rate moved; does nothing where nobody reads at debug.

    stats: asked when a line is written.
    """

    def __init__(self, log: Log, stats: Callable[[], LinkStats]) -> None:
        self._log = log
        self._stats = stats
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._ticks = 0
        self._lag = 0.0
        self._moved = False
        self._cuts: Counter[str] = Counter()

    def start(self) -> None:
        """Measure how late the loop is from now on: a stall may come before what it does to the rate. Idempotent."""
        if self._timer is None and self._log.isEnabledFor(logging.DEBUG):
            self._timer = self._loop.call_later(TICK, self._tick)

    def moved(self) -> None:
        """The rate has changed."""
        self._moved = True
        self.start()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _tick(self) -> None:
        assert self._timer is not None
        self._lag = max(self._lag, self._loop.time() - self._timer.when())
        self._ticks += 1
        if self._ticks == TICKS_OF_A_LINE:
            if self._moved:
                self._write()
            self._ticks, self._lag, self._moved = 0, 0.0, False
        self._timer = None
        self.start()

    def _write(self) -> None:
        stats = self._stats()
        cuts = Counter(stats.cuts)
        self._log.debug("%s", rate_line(stats, cuts - self._cuts, self._lag))
        self._cuts = cuts


def rate_line(stats: LinkStats, cuts: Mapping[str, int], lag: float) -> str:
    """The line for these figures. cuts: those since the line before, by cause. lag: of the event loop, seconds."""
    parts = [
        f"rate {stats.rate_state or 'told'}",
        _figure(stats.available_bitrate, 1e-3, "kbit/s"),
        "link " + _figure(stats.capacity, 1e-3, "kbit/s"),
        "queue " + _figure(stats.queue_delay, 1e3, "ms"),
        "loss " + _figure(stats.loss, 100, "%", digits=1),
        "round trip " + _figure(stats.round_trip, 1e3, "ms"),
        "event loop late " + _figure(lag, 1e3, "ms"),
    ]
    if cuts:
        parts.append("cuts " + ", ".join(f"{count} {cause}" for cause, count in cuts.items()))
    return ", ".join(parts)


def _figure(value: float | None, scale: float, unit: str, *, digits: int = 0) -> str:
    return "unknown" if value is None else f"{value * scale:.{digits}f} {unit}"
