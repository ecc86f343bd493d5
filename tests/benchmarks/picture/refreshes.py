"""When a display refreshes: all its refreshes lie on one grid."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

FREQUENCY = 60
"""Refreshes a second, nearly: over the time between two of them it must not be wrong by half a refresh."""


@dataclass(frozen=True)
class Refreshes:
    """Times in seconds, by one clock."""

    first: float
    interval: float

    @classmethod
    def between(cls, first: float, last: float) -> Self:
        """From two of them, some seconds apart."""
        return cls(first, (last - first) / round((last - first) * FREQUENCY))

    def next(self, at: float) -> float:
        """When that one begins which is the next at some time."""
        return self.first + math.ceil((at - self.first) / self.interval) * self.interval
