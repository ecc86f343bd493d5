"""How often something may happen. Pure."""

from __future__ import annotations


class Allowance:
    """So many times a second in the long run, and up to `burst` times at once.

    now: seconds, on any monotonic clock; the same one always.
    """

    def __init__(self, per_second: float, burst: float, now: float) -> None:
        self._per_second = per_second
        self._burst = burst
        self._left = burst
        self._filled = now

    def take(self, now: float) -> bool:
        """Whether it may happen once more now; counts it if so."""
        self._left = min(self._burst, self._left + (now - self._filled) * self._per_second)
        self._filled = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
