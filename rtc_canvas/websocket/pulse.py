"""Whether the page at the other end of a WebSocket is still there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from ..ticks import until_tick

# Seconds without a word after which a page is asked, and after which it is silent.
ASK_AFTER = 2.0
SILENT_AFTER = 5.0

# A page over which nothing is shown is asked seldom: it costs next to nothing then.
ASK_STANDBY_AFTER = 20.0
STANDBY_SILENT_AFTER = 45.0

LOOK_EVERY = 0.5


class Pulse:
    """Asks a silent page, and tells when it does not answer.

    ask: called with the number of each question.
    on_silent: called when it does not answer. on_heard: called when it is heard after that.
    standby: whether something else carries the picture; False at first.
    """

    def __init__(
        self,
        ask: Callable[[int], None],
        on_silent: Callable[[], None],
        on_heard: Callable[[], None],
    ) -> None:
        self._ask = ask
        self._on_silent = on_silent
        self._on_heard = on_heard
        self._is_silent = False
        self._heard_at = time.monotonic()
        self._asked: tuple[int, float] | None = None
        self._count = 0
        self._timer: asyncio.TimerHandle | None = None
        self.standby = False

    def start(self) -> None:
        self._look()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def heard(self) -> None:
        """Something came from the page."""
        self._heard_at = time.monotonic()
        if self._is_silent:
            self._is_silent = False
            self._on_heard()

    @property
    def silence(self) -> float:
        """Seconds since something came from the page."""
        return time.monotonic() - self._heard_at

    def answered(self, id: int) -> float | None:
        """The answer to a question came; returns how long it took, None where it was asked none of that number."""
        if self._asked is None or self._asked[0] != id:
            return None
        asked_at, self._asked = self._asked[1], None
        return time.monotonic() - asked_at

    def ask(self) -> None:
        """Ask now."""
        self._count += 1
        self._asked = self._count, time.monotonic()
        self._ask(self._count)

    def _look(self) -> None:
        silence = self.silence
        if self._asked is None and silence > (ASK_STANDBY_AFTER if self.standby else ASK_AFTER):
            self.ask()
        limit = STANDBY_SILENT_AFTER if self.standby else SILENT_AFTER
        if silence > limit and not self._is_silent:
            self._is_silent = True
            self._on_silent()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(until_tick(loop.time(), LOOK_EVERY), self._look)
