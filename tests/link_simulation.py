"""A link in arithmetic: what the estimator would see of a sender behind it, without a network or a clock."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from rtc_canvas.rtc.congestion.estimator import Estimator, RateLimits
from rtc_canvas.rtc.congestion.feedback import TransportFeedback
from rtc_canvas.rtc.congestion.packets import PacketLog
from rtc_canvas.rtc.flow import AHEAD

PACKET = 1200
FEEDBACK_EVERY = 0.0625
LIMITS = RateLimits(1_000_000, 150_000, 20_000_000)


@dataclass(frozen=True)
class Link:
    """rate: bits per second at a time. delay: seconds one way. queue: seconds of waiting before packets are dropped.

    loss: share lost at random. jitter: seconds, uniform, for each packet on its own, so that they are reordered.
    later: from when on the way to the receiver takes how many seconds more.
    """

    rate: Callable[[float], float]
    delay: float = 0.02
    queue: float = 0.3
    loss: float = 0.0
    jitter: float = 0.0
    later: tuple[float, float] = (float("inf"), 0.0)


class Bottleneck:
    """Where packets wait for each other."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._busy_until = 0.0

    def waiting(self, now: float) -> float:
        """Seconds that a packet which comes now has to wait."""
        return max(0.0, self._busy_until - now)

    def pass_on(self, octets: int, now: float) -> float | None:
        """When a packet that comes now has passed; None when it is dropped."""
        if self.waiting(now) > self._link.queue:
            return None
        self._busy_until = max(self._busy_until, now) + octets * 8 / self._link.rate(now)
        return self._busy_until


class Download:
    """A TCP download through the same bottleneck: so many packets under way, each acknowledgement lets the next go.

    grows: whether the window grows by a packet each round trip and is halved at a loss (RFC 5681); else it is fixed.
    """

    def __init__(self, window: int, start: float, end: float = 1e9, *, grows: bool = False) -> None:
        self._may_send = [start] * (window // PACKET)
        self._end = end
        self._grows = grows
        self._credit = 0.0
        self._withheld = 0
        self._halved_at = 0.0

    def advance(self, now: float, link: Link, bottleneck: Bottleneck) -> None:
        """Send what it sends until now."""
        while self._may_send and self._may_send[0] <= min(now, self._end):
            time = heapq.heappop(self._may_send)
            if self._withheld:
                self._withheld -= 1
                continue
            passed = bottleneck.pass_on(PACKET, time)
            if passed is None:
                self._lost(time)
                continue
            heapq.heappush(self._may_send, passed + 2 * link.delay)
            if self._grows:
                self._credit += 1 / len(self._may_send)
                if self._credit >= 1:
                    self._credit -= 1
                    heapq.heappush(self._may_send, passed + 2 * link.delay)

    def _lost(self, time: float) -> None:
        heapq.heappush(self._may_send, time + 0.2)
        if self._grows and time - self._halved_at > 0.3:
            self._halved_at = time
            self._withheld = len(self._may_send) // 2


@dataclass
class Outcome:
    """What came of a run: one row per frame, (time, target, queue delay, bits delivered), and what was dropped."""

    rows: list[tuple[float, float, float, float]] = field(default_factory=list)
    dropped: int = 0
    skipped: int = 0

    def mean(self, column: int, start: float, end: float) -> float:
        values = [row[column] for row in self.rows if start <= row[0] < end]
        return sum(values) / len(values)

    def highest(self, column: int, start: float, end: float) -> float:
        return max(row[column] for row in self.rows if start <= row[0] < end)


def simulate(
    link: Link,
    seconds: float,
    *,
    fps: float = 30,
    wants: Callable[[float], float] = lambda time: float("inf"),
    limits: RateLimits = LIMITS,
    clock_drift: float = 0.0,
    lose_feedback: float = 0.0,
    download: Download | None = None,
    seed: int = 1,
) -> Outcome:
    """Send frames of the estimator's rate (or what is wanted, if less) over a link.

    clock_drift: how much faster the receiver's clock runs. lose_feedback: share of reports lost.
    """
    chance = random.Random(seed)
    estimator, log, outcome = Estimator(limits), PacketLog(), Outcome()
    bottleneck = Bottleneck(link)
    arrivals: list[tuple[float, int]] = []
    reported = 0
    reports: list[tuple[float, TransportFeedback]] = []
    next_report = FEEDBACK_EVERY
    number = 0
    frame = 0
    time = 0.0
    while time < seconds:
        while next_report <= time:
            feedback, reported = _report(arrivals, reported, number, next_report, clock_drift)
            if feedback and chance.random() >= lose_feedback:
                heapq.heappush(reports, (next_report + link.delay, feedback))
            next_report += FEEDBACK_EVERY
        while reports and reports[0][0] <= time:
            when, feedback = heapq.heappop(reports)
            estimator.on_report(log.report(feedback), when)
        log.expire(time, estimator.min_round_trip)
        ahead = estimator.min_round_trip + estimator.standing_queue + AHEAD
        window = estimator.target / 8 * ahead + 3000
        rate = min(estimator.target, wants(time))
        if log.bytes_in_flight > window:
            outcome.skipped += 1
        elif rate > 0:
            size = rate / fps / 8
            pace = max(
                1.9 * estimator.target / estimator.share,
                1.5 * (estimator.capacity or 0),
                rate * 2,
            )
            at = time
            # As the sender does: a frame has five packets where it can, so that it can be measured.
            packet = min(PACKET, max(size / 5, 200))
            while size > 0:
                octets = int(min(packet, max(size, 100)))
                size -= packet
                log.send(at, octets, frame)
                if download is not None:
                    download.advance(at, link, bottleneck)
                passed = bottleneck.pass_on(octets, at)
                if passed is None:
                    outcome.dropped += 1
                elif chance.random() >= link.loss:
                    way = link.delay + chance.random() * link.jitter
                    way += link.later[1] if at >= link.later[0] else 0.0
                    heapq.heappush(arrivals, (passed + way, number))
                number += 1
                at += octets * 8 / pace
            frame += 1
        if download is not None:
            download.advance(time, link, bottleneck)
        outcome.rows.append((time, estimator.target, bottleneck.waiting(time), rate))
        time += 1 / fps
    return outcome


def _report(
    arrivals: list[tuple[float, int]], reported: int, sent: int, now: float, drift: float
) -> tuple[TransportFeedback | None, int]:
    """The report of what arrived until `now`; numbers before the highest one arrived count as missing."""
    got: dict[int, float] = {}
    while arrivals and arrivals[0][0] <= now:
        when, number = heapq.heappop(arrivals)
        got[number] = when * (1 + drift)
    if not got:
        return None, reported
    first, last = min(reported, *got), max(got)
    entries = tuple((number & 0xFFFF, got.get(number)) for number in range(first, last + 1))
    return TransportFeedback(0, entries), max(reported, last + 1)
