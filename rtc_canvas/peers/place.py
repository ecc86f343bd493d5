"""The place of one peer that is away: kept for a while, then given up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

# Seconds for which a place is kept: a network that changes, or a computer that sleeps for a moment, is back by then.
KEPT = 60.0


class Place:
    """Whether a peer is away, and for how long it may be.

    on_given_up: called with why it went away, when it has not returned in time.
    """

    def __init__(self, on_given_up: Callable[[str], None]) -> None:
        self._on_given_up = on_given_up
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_away(self) -> bool:
        return self._timer is not None

    def leave(self, why: str) -> None:
        """The peer is away from now on."""
        self.take()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(KEPT, self._on_given_up, why)

    def take(self) -> None:
        """The peer is back, or needs no place any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
