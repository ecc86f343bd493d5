"""How long things took lately. Pure."""

from __future__ import annotations

import math
from collections import deque
from typing import NamedTuple

# Seconds that count, and how many times at most.
WINDOW = 10.0
MOST = 4096


class Percentiles(NamedTuple):
    """Seconds that so many per cent of the times do not exceed."""

    p50: float
    p95: float
    p99: float


class Latency:
    """The times of the last ten seconds. Added to by one thread, read by any."""

    def __init__(self) -> None:
        self._times: deque[tuple[float, float]] = deque(maxlen=MOST)

    def add(self, seconds: float, now: float) -> None:
        """Something took so long and ended just now."""
        self._times.append((now, seconds))

    def percentiles(self, now: float) -> Percentiles | None:
        """None where nothing has ended lately."""
        # A copy, as the deque may change while it is walked through.
        times = sorted(seconds for at, seconds in self._times.copy() if now - at <= WINDOW)
        if not times:
            return None
        return Percentiles(
            *(times[math.ceil(share * len(times)) - 1] for share in (0.5, 0.95, 0.99))
        )
