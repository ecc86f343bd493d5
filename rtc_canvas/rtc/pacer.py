"""When each packet leaves: a frame is spread over a part of its interval instead of flooding the narrowest link."""

from __future__ import annotations

import asyncio
import time
import weakref
from collections import deque
from collections.abc import Callable

# One tick serves all peers of an event loop: a task for each of them would cost more than their packets.
TICK = 0.001

# What may leave at once, seconds of the rate: timers are no finer.
BURST = 0.002


class Pacer:
    """One peer's packets that wait for their turn, oldest first.

    A packet is a function that sends it: it is stamped as it leaves, not as it is queued.
    """

    def __init__(self, on_idle: Callable[[], None]) -> None:
        self._on_idle = on_idle
        self._waiting: deque[tuple[int, Callable[[], object]]] = deque()
        self._rate = 1e6
        self._allowance = 0.0
        self._filled = 0.0

    @property
    def idle(self) -> bool:
        """Whether nothing waits."""
        return not self._waiting

    def start(self, packets: list[tuple[int, Callable[[], object]]], rate: float) -> None:
        """Send (size in bytes, function) in order at `rate`, bits per second; what still waits goes first."""
        now = time.monotonic()
        if self.idle:
            # Time in which nothing waited is no credit: the burst is all that may leave at once.
            self._allowance = rate * BURST / 8
        self._rate = rate
        self._filled = now
        self._waiting.extend(packets)
        self.advance(now)
        if not self.idle:
            _tick().add(self)

    def advance(self, now: float) -> bool:
        """Send what may leave by now; whether anything still waits."""
        self._allowance += (now - self._filled) * self._rate / 8
        self._filled = now
        while self._waiting and self._allowance > 0:
            size, send = self._waiting.popleft()
            self._allowance -= size
            send()
        if self._waiting:
            return True
        self._on_idle()
        return False

    def clear(self) -> None:
        """Forget what waits."""
        self._waiting.clear()


class _Tick:
    """Moves the pacers of one event loop on, as long as any of them has something to send."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._pacers: set[Pacer] = set()
        self._running = False

    def add(self, pacer: Pacer) -> None:
        self._pacers.add(pacer)
        if not self._running:
            self._running = True
            self._loop.call_later(TICK, self._advance)

    def _advance(self) -> None:
        now = time.monotonic()
        self._pacers = {pacer for pacer in self._pacers if pacer.advance(now)}
        self._running = bool(self._pacers)
        if self._running:
            self._loop.call_later(TICK, self._advance)


_ticks: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Tick] = weakref.WeakKeyDictionary()


def _tick() -> _Tick:
    loop = asyncio.get_running_loop()
    if loop not in _ticks:
        _ticks[loop] = _Tick()
    return _ticks[loop]
