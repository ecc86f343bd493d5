"""A page's clock, read on the server's."""

from __future__ import annotations

import math

__all__ = ["ClockMap"]


class ClockMap:
    """Maps one page's monotonic clock to the server's.

    The two clocks differ by a constant, seen through the network's delay, which only ever adds.
    So the smallest difference seen is the best guess, late by the fastest message's way. It is the
    smallest of the last ``window / 2`` to ``window`` seconds, so that drifting clocks are followed
    in constant space.

    Args:
        window: how long a difference is trusted, in seconds.
    """

    def __init__(self, window: float = 60.0) -> None:
        self._half = window / 2
        self._half_began = -math.inf
        self._smallest = math.inf
        self._smallest_before = math.inf
        self._newest = -math.inf

    def to_server(self, t: float, now: float) -> float:
        """Return when an event happened, in seconds on the server's clock.

        Never later than ``now`` and never earlier than the event before it, whatever ``t`` says.

        Args:
            t: when it happened, on the page's clock in seconds.
            now: when it arrived, on the server's clock; must not fall from one call to the next.
        """
        self._begin_half(now)
        self._smallest = min(self._smallest, now - t)
        mapped = t + min(self._smallest, self._smallest_before)
        self._newest = min(max(mapped, self._newest), now)
        return self._newest

    def _begin_half(self, now: float) -> None:
        age = now - self._half_began
        if age >= self._half:
            # After a longer silence the half before holds nothing that is young enough.
            self._smallest_before = self._smallest if age < 2 * self._half else math.inf
            self._smallest = math.inf
            self._half_began = now
