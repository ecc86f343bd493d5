"""The clock of RTP timestamps: from the times of frames to what stands in their packets."""

from __future__ import annotations

import secrets

RATE = 90_000
"""Ticks a second: that of all video."""


class MediaClock:
    """Starts somewhere, as RFC 3550 clause 5.1 asks; modulo 2^32.

    origin: the timestamp of the first frame, random by default.
    """

    def __init__(self, origin: int | None = None) -> None:
        self._origin = secrets.randbits(32) if origin is None else origin
        self._start: float | None = None
        self._time: float | None = None
        self._ticks = -1

    def timestamp(self, seconds: float) -> int:
        """The RTP timestamp of a frame of this time; strictly rising from time to time.

        Asked again for the time asked for last it answers the same: who sends a frame and who tells of it may both ask.
        """
        if seconds != self._time:
            if self._start is None:
                self._start = seconds
            self._time = seconds
            self._ticks = max(self._ticks + 1, round((seconds - self._start) * RATE))
        return (self._origin + self._ticks) & 0xFFFFFFFF
