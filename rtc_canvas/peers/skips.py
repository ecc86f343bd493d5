"""How many pictures a link had no room for. Pure."""

from __future__ import annotations

import math


class Skips:
    """Counts pictures that with room would have been sent, and were replaced by newer ones.

    What a lowered frame rate leaves out anyway does not count. Times are in seconds of one clock.

    counted_at: when the newest of them would have been sent.
    """

    def __init__(self) -> None:
        self.count = 0
        self._waiting: int | None = None
        self._time = -math.inf
        self.counted_at = -math.inf

    def wait(self, number: int, due: float, interval: float, now: float) -> None:
        """There is no room for picture `number`, the newest.

        due: when it could be sent at the earliest. interval: to the next that could be sent after it.
        """
        if number != self._waiting:
            self.end(number, now)
            self._waiting = number
            self._time = max(now, due, self.counted_at + interval)

    def end(self, number: int, now: float) -> None:
        """There is room, and picture `number` is the newest."""
        if self._waiting not in (None, number) and self._time <= now:
            self.count += 1
            self.counted_at = self._time
        self.forget()

    def forget(self) -> None:
        """No picture is to be sent at all."""
        self._waiting = None
