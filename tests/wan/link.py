"""One direction of an emulated link: a bottleneck with a queue before it, then a way that delays and loses; pure.

Time is whatever clock the caller's ``now`` comes from, in seconds. It never runs backwards, and a caller that comes
late changes nothing but the moment at which packets are handed on: when each left the bottleneck is computed.
"""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from dataclasses import dataclass
from enum import IntEnum
from random import Random
from typing import Protocol


@dataclass(frozen=True)
class Conditions:
    """What a link is like for a while, the same in both directions."""

    rate: float
    """Bits a second that the bottleneck passes, IP headers counted."""
    delay: float
    """Seconds on the way, after the bottleneck."""
    queue: float
    """Seconds that a packet may have to wait for those before it, at the current rate; then it is dropped."""
    jitter: float = 0.0
    """Seconds by which each packet's delay differs at most, up or down and evenly spread, so that packets overtake."""
    loss: float = 0.0
    """Share of the packets lost on the way."""
    burst: float | None = None
    """How many packets are lost in a row, on average (Gilbert's model); None: each by its own bad luck."""


class Fate(IntEnum):
    """What became of a packet."""

    DELIVERED = 0
    DROPPED = 1
    """It found the queue full."""
    LOST = 2
    """It passed the bottleneck and was lost on the way."""
    FILTERED = 3
    """A filter took it out."""


class Record(Protocol):
    """Told of each packet's end."""

    def __call__(
        self, at: float, packet: bytes, fate: Fate, *, waited: float = 0.0, late: float = 0.0
    ) -> None:
        """``waited``: seconds in the queue. ``late``: seconds by which the caller came late to hand it on."""


class Direction:
    """Takes packets at one end and hands them on at the other."""

    def __init__(self, conditions: Conditions, random: Random, record: Record) -> None:
        self._conditions = conditions
        self._random = random
        self._record = record
        self._losing = False
        self._waiting: deque[tuple[float, bytes]] = deque()  # (came at, packet)
        self._backlog = 0  # bytes of those waiting
        self._passing: tuple[bytes, float] | None = None  # (packet, seconds it waited)
        self._passed_at = 0.0  # when the packet that is passing will have left the bottleneck
        self._order = itertools.count()
        self._under_way: list[tuple[float, int, bytes, float]] = []  # a heap by the time of arrival

    def offer(self, packet: bytes, now: float) -> None:
        """Take a packet in; it is dropped where the queue is full."""
        self._advance(now)
        if self._passing is None:
            self._pass(packet, 0.0, now)
        elif self.waiting_time(now) > self._conditions.queue:
            self._record(now, packet, Fate.DROPPED, waited=self.waiting_time(now))
        else:
            self._waiting.append((now, packet))
            self._backlog += len(packet)

    def take_due(self, now: float) -> list[bytes]:
        """The packets that have arrived at the other end by ``now``, in the order of their arrival."""
        self._advance(now)
        arrived = []
        while self._under_way and self._under_way[0][0] <= now:
            due, _, packet, waited = heapq.heappop(self._under_way)
            self._record(now, packet, Fate.DELIVERED, waited=waited, late=now - due)
            arrived.append(packet)
        return arrived

    def next_due(self) -> float | None:
        """The earliest time at which a packet may arrive, or None while there is none."""
        times = [self._under_way[0][0]] if self._under_way else []
        if self._passing is not None:
            times.append(
                self._passed_at + max(0.0, self._conditions.delay - self._conditions.jitter)
            )
        return min(times, default=None)

    def change(self, conditions: Conditions, now: float) -> None:
        """Be like this from ``now`` on, for what waits and what is passing too."""
        self._advance(now)
        if self._passing is not None:
            left = (self._passed_at - now) * self._conditions.rate
            self._passed_at = now + left / conditions.rate
        self._conditions = conditions

    def waiting_time(self, now: float) -> float:
        """Seconds that a packet which came now would wait until it passes the bottleneck."""
        if self._passing is None:
            return 0.0
        return self._passed_at - now + 8 * self._backlog / self._conditions.rate

    def _advance(self, now: float) -> None:
        while self._passing is not None and self._passed_at <= now:
            packet, waited = self._passing
            self._set_out(packet, waited, self._passed_at)
            self._passing = None
            if self._waiting:
                came_at, following = self._waiting.popleft()
                self._backlog -= len(following)
                self._pass(following, self._passed_at - came_at, self._passed_at)

    def _pass(self, packet: bytes, waited: float, now: float) -> None:
        self._passing = packet, waited
        self._passed_at = now + 8 * len(packet) / self._conditions.rate

    def _set_out(self, packet: bytes, waited: float, now: float) -> None:
        if self._loses():
            self._record(now, packet, Fate.LOST, waited=waited)
            return
        jitter = self._conditions.jitter
        delay = max(0.0, self._conditions.delay + self._random.uniform(-jitter, jitter))
        heapq.heappush(self._under_way, (now + delay, next(self._order), packet, waited))

    def _loses(self) -> bool:
        loss, burst = self._conditions.loss, self._conditions.burst
        if burst is None or loss == 0:
            return self._random.random() < loss
        # Bursts end with this chance at each packet, and begin as often as gives the share that is to be lost.
        ends = 1 / burst
        begins = ends * loss / (1 - loss)
        self._losing = self._random.random() < (1 - ends if self._losing else begins)
        return self._losing
