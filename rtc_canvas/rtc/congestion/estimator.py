"""The rate that the way to one peer carries: from feedback to a target. Pure."""

from __future__ import annotations

import math
from collections import Counter, deque
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from .packets import Report, SentPacket
from .standing import CALM, LONG, StandingQueue
from .trains import Trains
from .trendline import Trendline

# Of what the bottleneck carries, this share is used: the rest keeps its queue empty. A narrow link has no bits to spare
# for that: from the first capacity down to the second, bits per second, the share grows.
SHARE, NARROW_SHARE = 0.70, 0.80
WIDE, NARROW = 4e6, 1e6
UP_PER_SECOND = 1.5
DOWN_PER_SECOND = 1.0

# Where packets overtake each other, a frame waits for the latest of them, and what trains tell is rough: less is used.
# From the first share of packets on that come late, until there are fewer than the second.
SHUFFLED_SHARE = 0.4
SHUFFLED, IN_ORDER = 0.02, 0.005

# Where others share the link: a little less than half of it, so that the queue stays theirs.
SHARED_SHARE = 0.4

# Seconds of waiting in the bottleneck's queue.
TREND_COUNTS = 0.015
SUDDEN = 0.040

CUT = 0.8
CUT_EVERY = 0.1
HOLD_AFTER_CUT = 0.3
LOSS_CUTS = 0.12

# Where no train came for so many seconds, the target grows by this share with each report.
STALE = 3.0
CAREFUL_UP = 0.005

# Seconds from one frame to the next, roughly.
FRAME = 1 / 30

# Of what another way had learnt.
INHERITED = 0.5

BASE_WINDOW = 10.0
ACKED_WINDOW = 0.4
LOSS_WINDOW = 2.0

State: TypeAlias = Literal["rising", "holding", "falling", "cut"]
Cause: TypeAlias = Literal["sudden", "queue", "trend", "loss"]


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Bits per second: where to start, and between which bounds to stay."""

    start: int
    floor: int
    ceiling: int

    def after(self, bitrate: float) -> RateLimits:
        """The same for a way that takes over from one that had learnt `bitrate`: half of that is where to start.

        Another way carries less or more, but hardly ever as little as is safe where nothing is known.
        """
        start = min(max(self.start, int(INHERITED * bitrate)), self.ceiling)
        return replace(self, start=start)


class Estimator:
    """Follows the way to one peer. Times are in seconds; `now` is the sender's clock.

    target: bits per second that the sender may use, repairs included.
    capacity: bits per second of the bottleneck, None as long as nothing tells.
    queue_delay: seconds that packets lately waited in it; standing_queue: of these, those that they waited
    at all times lately.
    min_round_trip: seconds, of the last ten.
    loss: share of packets lost in the last two seconds, those that were only late left out. shuffled: whether packets
    overtake each other.
    state: what the target did last. cuts: how often it was cut, by cause: "sudden" (a frame arrived far slower than the
    target), "queue" (packets waited long), "trend" (they waited longer and longer), "loss".
    """

    def __init__(self, limits: RateLimits) -> None:
        self.limits = limits
        self.target = float(limits.start)
        self.queue_delay = 0.0
        self.min_round_trip = 0.1
        self.loss = 0.0
        self.reordered = 0.0
        self.shuffled = False
        self.state: State = "rising"
        self.cuts: Counter[str] = Counter()
        self._trains = Trains()
        self._trendline = Trendline()
        self._standing = StandingQueue()
        self._delays = _WindowedMinimum(BASE_WINDOW)
        self._round_trips = _WindowedMinimum(BASE_WINDOW)
        self._acked: deque[tuple[float, SentPacket]] = deque()
        self._fates: deque[tuple[float, int, int, int]] = deque()
        self._long_in_a_row = 0
        self._cut_at = -1.0
        self._updated: float | None = None

    @property
    def capacity(self) -> float | None:
        return self._trains.shuffled_capacity if self.shuffled else self._trains.capacity

    @property
    def share(self) -> float:
        """What of the capacity the target is to be."""
        if self.shuffled:
            return SHUFFLED_SHARE
        if self._standing.seconds:
            return SHARED_SHARE
        capacity = min(max(self.capacity or WIDE, NARROW), WIDE)
        narrowness = math.log(WIDE / capacity) / math.log(WIDE / NARROW)
        return SHARE + narrowness * (NARROW_SHARE - SHARE)

    @property
    def standing_queue(self) -> float:
        return max(self._standing.seconds, min(self._standing.least, LONG))

    def acked_rate(self, now: float) -> float:
        """Bits per second that were received lately."""
        return sum(packet.size for packet in self._lately_acked(now)) * 8 / ACKED_WINDOW

    def _lately_acked(self, now: float) -> list[SentPacket]:
        while self._acked and self._acked[0][0] < now - ACKED_WINDOW:
            self._acked.popleft()
        return [packet for _, packet in self._acked]

    def is_congested(self, now: float) -> bool:
        """Whether packets that were lost lately may have been dropped from a full queue."""
        return self._excess > CALM or now - self._cut_at < 2 * LOSS_WINDOW

    def on_report(self, report: Report, now: float) -> None:
        """Take what one feedback told, and set the target."""
        self._count_fates(report, now)
        if report.received:
            self._measure(report, now)
            self._decide(now)

    def _measure(self, report: Report, now: float) -> None:
        ways: list[float] = []
        for packet in report.received:
            assert packet.arrived is not None
            self._trendline.add(packet.sent, packet.arrived)
            self._trains.add(packet, now)
            self._delays.add(now, packet.arrived - packet.sent)
            ways.append(packet.arrived - packet.sent)
        for packet in report.received + report.late:
            self._acked.append((now, packet))
        # What shuffles packets only ever delays them: the fastest of them tells how long the queue is.
        way = min(ways) if self.shuffled else ways[-1]
        self.queue_delay = way - self._delays.minimum
        self._round_trips.add(now, now - report.received[-1].sent)
        self.min_round_trip = self._round_trips.minimum

    def _decide(self, now: float) -> None:
        elapsed = 0.0 if self._updated is None else min(now - self._updated, 0.25)
        self._updated = now
        restored = self._standing.update(
            self.queue_delay, self.acked_rate(now), self._fresh_capacity(now), self.target, now
        )
        if restored is not None:
            self.target = max(self.target, restored)
        if self._cut_wanted(now):
            return
        goal = self._within_limits(self._goal(now))
        if self.target < goal:
            self._rise(goal, elapsed, now)
        elif self.target > goal:
            self.state = "falling"
            self.target = max(goal, self.target * (1 - DOWN_PER_SECOND * elapsed))
        else:
            self.state = "holding"
        self.target = self._within_limits(self.target)

    def _goal(self, now: float) -> float:
        if self._fresh_capacity(now) is None and self._trains.measured is not None:
            # Frames of a few packets tell nothing: where all that may be sent arrives, a little more may be.
            used = not self._limited_by_program(now)
            return self.target * (1 + CAREFUL_UP) if used else self.target
        if self.capacity is not None:
            return self.share * self.capacity
        return self.target if self.shuffled else float("inf")

    def _fresh_capacity(self, now: float) -> float | None:
        """The capacity, where trains told it lately."""
        measured = self._trains.measured
        return None if measured is None or now - measured > STALE else self.capacity

    def _limited_by_program(self, now: float) -> bool:
        """Whether what arrived lately was sent at much less than the target, because there was no more to send."""
        acked = self._lately_acked(now)
        if not acked:
            return True
        sent = [packet.sent for packet in acked]
        octets = sum(packet.size for packet in acked)
        return octets * 8 / (max(sent) - min(sent) + FRAME) < self.target / 2

    def _rise(self, goal: float, elapsed: float, now: float) -> None:
        if self._excess > CALM or now - self._cut_at < HOLD_AFTER_CUT:
            self.state = "holding"
            return
        self.state = "rising"
        self.target = min(goal, self.target * (1 + UP_PER_SECOND * elapsed))

    @property
    def _excess(self) -> float:
        """Seconds that packets wait because of this sender, as far as that can be told."""
        return self.queue_delay - self._standing.seconds

    def _cut_wanted(self, now: float) -> bool:
        """Whether the rate was cut."""
        self._long_in_a_row = self._long_in_a_row + 1 if self._excess > LONG else 0
        if now - self._cut_at < CUT_EVERY:
            return False
        partial = self._trains.partial_rate()
        own = 0.0 if not self.capacity else self.target / 30 / self.capacity
        if (
            partial is not None
            and not self.shuffled
            and self._excess - own > SUDDEN
            and partial < 0.7 * self.target
        ):
            self._trains.forget()
            self._cut(CUT * partial, now, "sudden")
            return True
        cause = self._cause()
        if cause is None:
            return False
        # Others' queue says nothing of how much more than that little could be sent.
        base = self.target if self._limited_by_program(now) else self.acked_rate(now)
        self._cut(CUT * base, now, cause)
        return True

    def _cause(self) -> Cause | None:
        """Why the rate is to be cut to what arrives; None where it is not."""
        if self._long_in_a_row >= 2:
            return "queue"
        if self.queue_delay <= TREND_COUNTS:
            return None
        # Where others fill the queue too, its slope is theirs.
        if self._trendline.usage == "over" and not self._standing.seconds:
            return "trend"
        return "loss" if self.loss > LOSS_CUTS else None

    def _cut(self, rate: float, now: float, cause: Cause) -> None:
        self.state = "cut"
        self.cuts[cause] += 1
        self._cut_at = now
        self._long_in_a_row = 0
        self.target = self._within_limits(min(self.target, rate))

    def _within_limits(self, rate: float) -> float:
        return min(max(rate, self.limits.floor), self.limits.ceiling)

    def _count_fates(self, report: Report, now: float) -> None:
        fates = self._fates
        fates.append((now, len(report.received), len(report.lost), len(report.late)))
        while fates[0][0] < now - LOSS_WINDOW:
            fates.popleft()
        received, lost, late = (sum(entry[i] for entry in fates) for i in (1, 2, 3))
        total = max(1, received + lost)
        self.loss = max(0, lost - late) / total
        self.reordered = late / total
        self.shuffled = self.reordered > (IN_ORDER if self.shuffled else SHUFFLED)


class _WindowedMinimum:
    """The least value of the last seconds; the last one known where none came since."""

    def __init__(self, window: float) -> None:
        self._window = window
        self._entries: deque[tuple[float, float]] = deque()
        self.minimum = 0.0

    def add(self, now: float, value: float) -> None:
        entries = self._entries
        while entries and entries[-1][1] >= value:
            entries.pop()
        entries.append((now, value))
        while entries[0][0] < now - self._window:
            entries.popleft()
        self.minimum = entries[0][1]
