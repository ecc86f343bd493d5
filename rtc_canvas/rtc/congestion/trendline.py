"""The slope of the one-way delay: the brake of the estimator. Pure.

After S. Holmer et al., "A Google Congestion Control Algorithm", draft-ietf-rmcat-gcc-02, clauses 5.2 to 5.5, with a
line fitted over the newest groups in place of the Kalman filter.
"""

from __future__ import annotations

from collections import deque
from typing import Literal, TypeAlias

Usage: TypeAlias = Literal["normal", "over", "under"]

GROUP_SECONDS = 0.005
WINDOW = 20
SMOOTHING = 0.9
GAIN = 4.0
MAX_SAMPLES = 60

# The threshold follows the slope, so that a flow that fills the queue by loss alone does not starve this one.
FIRST_THRESHOLD = 12.5
LOWEST, HIGHEST = 6.0, 600.0
UP, DOWN = 0.0087, 0.039
OVERUSE_SECONDS = 0.010


class Trendline:
    """Takes (sent, arrived) of packets, each on its own clock, in the order of sending, and judges the usage."""

    def __init__(self) -> None:
        self.usage: Usage = "normal"
        self._group: tuple[float, float, float] | None = None
        self._samples: deque[tuple[float, float]] = deque(maxlen=WINDOW)
        self._count = 0
        self._delay = 0.0
        self._smoothed = 0.0
        self._threshold = FIRST_THRESHOLD
        self._over_for = 0.0
        self._previous_slope = 0.0
        self._updated: float | None = None
        self._first_arrival: float | None = None

    def add(self, sent: float, arrived: float) -> None:
        """sent, arrived: seconds."""
        group = self._group
        if group is None:
            self._group = sent, sent, arrived
            return
        first_sent, last_sent, last_arrived = group
        if sent - first_sent <= GROUP_SECONDS:
            self._group = first_sent, max(last_sent, sent), max(last_arrived, arrived)
            return
        self._group = sent, sent, arrived
        self._sample(sent - last_sent, arrived - last_arrived, arrived)

    def _sample(self, sent_delta: float, arrival_delta: float, arrived: float) -> None:
        self._count += 1
        self._delay += (arrival_delta - sent_delta) * 1000
        self._smoothed = SMOOTHING * self._smoothed + (1 - SMOOTHING) * self._delay
        if self._first_arrival is None:
            self._first_arrival = arrived
        self._samples.append(((arrived - self._first_arrival) * 1000, self._smoothed))
        slope = _slope(self._samples) if len(self._samples) == WINDOW else 0.0
        self._judge(slope, sent_delta, arrived)

    def _judge(self, slope: float, sent_delta: float, arrived: float) -> None:
        modified = min(self._count, MAX_SAMPLES) * slope * GAIN
        if modified > self._threshold:
            self._over_for += sent_delta
            if self._over_for > OVERUSE_SECONDS and slope >= self._previous_slope:
                self.usage = "over"
                self._over_for = 0.0
        else:
            self._over_for = 0.0
            self.usage = "under" if modified < -self._threshold else "normal"
        self._previous_slope = slope
        self._adapt(modified, arrived)

    def _adapt(self, modified: float, arrived: float) -> None:
        elapsed = 0.0 if self._updated is None else min(max(arrived - self._updated, 0.0), 0.1)
        self._updated = arrived
        if abs(modified) > self._threshold + 15:
            # A spike, such as that of a route change, says nothing about the threshold.
            return
        rate = DOWN if abs(modified) < self._threshold else UP
        self._threshold += rate * (abs(modified) - self._threshold) * elapsed * 1000
        self._threshold = min(max(self._threshold, LOWEST), HIGHEST)


def _slope(samples: deque[tuple[float, float]]) -> float:
    """Least squares, delay over time, both in milliseconds."""
    count = len(samples)
    mean_x = sum(x for x, _ in samples) / count
    mean_y = sum(y for _, y in samples) / count
    spread = sum((x - mean_x) ** 2 for x, _ in samples)
    if spread == 0:
        return 0.0
    return sum((x - mean_x) * (y - mean_y) for x, y in samples) / spread
