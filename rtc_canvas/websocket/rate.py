"""How much a WebSocket carries, from what its page acknowledges. Pure.

TCP repairs losses and shares the way with others, so that all there is to find out is how fast it is. A frame larger
than a few packets tells: it arrives as fast as the way lets it, once it has begun to.
"""

from __future__ import annotations

import statistics
from collections import Counter, deque

from ..link_stats import RateState
from ..rtc.congestion.estimator import RateLimits
from .in_flight import INTERVAL, SHORT_WAY, Delivery, most

# Of what the way carries, at most this share is used: a frame then takes no longer than this share of the time to the
# next. On longer ways frames have to be smaller, so that with those that may be under way there are 30 a second: down
# to the second share, as it would take ever more for ever less.
SHARE, LEAST_SHARE = 0.7, 0.5
HANDLING = 0.008

# No frame is started while more of the rate than this is on its way, in seconds beyond a round trip.
BACKLOG = 0.05
BACKLOG_BYTES = 3000

# Frames that tell, bytes: a smaller one arrives in one piece, at whatever rate.
TELLING = 1200

# The median of so many counts, as one page or server that stood still for a moment is no slow way. Of so many
# in a row that are far below it, the way has become slow, and what was before no longer counts.
SAMPLES = 9
SLOW_SAMPLES = 3
SLOW = 0.6

# A page's clock tells no less, seconds.
SHORTEST = 0.0002

UP_PER_SECOND = 1.5
LONGEST_STEP = 0.2

# Seconds that announcements wait beyond what they always do.
QUEUE = 0.06
CUT = 0.8
CUT_EVERY = 0.2

BASE_WINDOW = 10.0
STANDING_WINDOW = 2.0


class DeliveryRate:
    """Follows the way to one page. Times are in seconds of one clock.

    target: bits per second that frames may use. capacity: what the way carries, None as long as nothing tells.
    round_trip: seconds, the shortest of the last ten; None before anything was acknowledged.
    queue_delay: what the newest one took beyond that.
    state: what the target did last. cuts: how often it was cut, by cause: "sudden" (frames arrived far slower than
        before), "queue" (they waited long).
    """

    def __init__(self, limits: RateLimits) -> None:
        self.limits = limits
        self.target = float(limits.start)
        self.capacity: float | None = None
        self.queue_delay = 0.0
        self.state: RateState = "holding"
        self.cuts: Counter[str] = Counter()
        self._rates: deque[float] = deque(maxlen=SAMPLES)
        self._base = _Lowest(BASE_WINDOW)
        self._standing = _Lowest(STANDING_WINDOW)
        self._waits = 0
        self._cut_at = float("-inf")
        self._heard_at: float | None = None

    @property
    def round_trip(self) -> float | None:
        return self._base.value

    @property
    def share(self) -> float:
        """What of the capacity the target is to be."""
        left = most(self.round_trip) * INTERVAL - (self.round_trip or 0.0) - HANDLING
        return min(max(left / INTERVAL, LEAST_SHARE), SHARE)

    @property
    def ahead(self) -> float:
        """Bytes that may be on their way when a frame is started."""
        round_trip = self.round_trip or 0.0
        # On a long way one of the frames is always passing the narrowest link, and waits for nothing.
        passing = INTERVAL if round_trip > SHORT_WAY else 0.0
        return self.target / 8 * (round_trip + passing + BACKLOG) + BACKLOG_BYTES

    @property
    def bulk(self) -> float:
        """Bits per second for what follows a frame that nothing else follows: all that the target is on its way to."""
        return max(self.target, self._within(self.share * (self.capacity or 0.0)))

    def on_round_trip(self, seconds: float, now: float) -> None:
        """A message of a few bytes went there and back."""
        base = self._base.add(seconds, now)
        self.queue_delay = seconds - base

    def on_delivery(self, delivery: Delivery, now: float) -> None:
        """A frame was acknowledged."""
        self.on_round_trip(delivery.round_trip, now)
        step = min(now - (now if self._heard_at is None else self._heard_at), LONGEST_STEP)
        self._heard_at = now
        slower = self._measure(delivery)
        if self._waits_long(now):
            self._cut("queue", CUT * self.target, now)
        elif slower:
            self._cut("sudden", self.share * (self.capacity or self.target), now)
        else:
            self._follow(step)

    def _measure(self, delivery: Delivery) -> bool:
        """Take the rate at which a frame arrived; whether the way has become much slower."""
        if delivery.octets < TELLING or delivery.spread <= 0:
            return False
        self._rates.append(8 * delivery.octets / max(delivery.spread, SHORTEST))
        newest = list(self._rates)[-SLOW_SAMPLES:]
        slower = (
            self.capacity is not None
            and len(newest) == SLOW_SAMPLES
            and max(newest) < SLOW * self.capacity
        )
        if slower:
            self._rates = deque(newest, maxlen=SAMPLES)
        self.capacity = statistics.median(self._rates)
        return slower

    def _waits_long(self, now: float) -> bool:
        """Whether announcements wait, more than in the queue that others keep full."""
        standing = self._standing.add(self.queue_delay, now)
        self._waits = self._waits + 1 if self.queue_delay - standing > QUEUE else 0
        return self._waits >= 2 and now - self._cut_at >= CUT_EVERY

    def _cut(self, cause: str, target: float, now: float) -> None:
        if target < self.target:
            self.target = self._within(target)
            self.cuts[cause] += 1
            self.state = "cut"
        self._cut_at, self._waits = now, 0

    def _follow(self, step: float) -> None:
        if self.capacity is None:
            self.state = "holding"
            return
        goal = self._within(self.share * self.capacity)
        if goal >= self.target:
            self.state = "rising" if goal > self.target else "holding"
            self.target = min(goal, self.target * (1 + UP_PER_SECOND * step))
        else:
            self.state, self.target = "falling", goal

    def _within(self, target: float) -> float:
        return min(max(target, self.limits.floor), self.limits.ceiling)


class _Lowest:
    """The lowest of the values that came within the last `window` seconds."""

    def __init__(self, window: float) -> None:
        self._window = window
        self._values: deque[tuple[float, float]] = deque()
        self.value: float | None = None

    def add(self, value: float, now: float) -> float:
        while self._values and self._values[-1][1] >= value:
            self._values.pop()
        self._values.append((now, value))
        while self._values[0][0] < now - self._window:
            self._values.popleft()
        self.value = self._values[0][1]
        return self.value
