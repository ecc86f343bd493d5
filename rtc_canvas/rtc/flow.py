"""What may be sent when, on one connection: numbers packets, takes feedback, paces, and says when there is room."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import TypeAlias

from .congestion.estimator import Estimator, RateLimits
from .congestion.feedback import parse_feedback
from .congestion.packets import PacketLog
from .congestion.receiver_clock import ReceiverClock
from .pacer import Pacer
from .protection import Protection

logger = logging.getLogger(__name__)

# What UDP, IPv4 and the encryption of SRTP add to each packet, bytes.
OVERHEAD = 28 + 10

# A new frame is started while this much of the rate, in seconds, is on its way beyond a round trip: one frame and the
# wait for a report.
AHEAD = 0.09
AHEAD_BYTES = 3000

# The pace of a frame: as fast as the link is known to take it, for a frame that leaves slower only arrives later.
PACE_OF_TARGET = 2.5
PACE_OF_CAPACITY = 1.5
HALF_INTERVAL = 1 / 60

LOOK_AGAIN = 0.05


Queued: TypeAlias = tuple[int, Callable[[], None]]
"""A packet that is to be sent: its size in bytes, and what sends it."""


class Flow:
    """Congestion control of one connection.

    on_room: called when the next frame may come. on_target: called with the bits per second that media may use, when
    that has changed by more than a fiftieth.
    heard: whether the receiver reports arrivals; without that the estimator knows nothing.
    """

    def __init__(
        self, limits: RateLimits, *, on_room: Callable[[], None], on_target: Callable[[int], None]
    ) -> None:
        self.estimator = Estimator(limits)
        self.protection = Protection()
        self._log = PacketLog()
        self._receiver_clock = ReceiverClock()
        self._pacer = Pacer(self._drained)
        self._on_room = on_room
        self._on_target = on_target
        self._told = 0.0
        self._frame = 0
        self.heard = False
        self._look: asyncio.TimerHandle | None = None
        self.bad_feedback = 0

    @property
    def has_room(self) -> bool:
        """Whether the next frame may be started: nothing waits, and not too much is on its way."""
        if not self._pacer.idle:
            return False
        if not self.heard:
            return True
        now = time.monotonic()
        estimator = self.estimator
        self._log.expire(now, estimator.min_round_trip)
        window = estimator.target / 8 * (estimator.min_round_trip + AHEAD) + AHEAD_BYTES
        if self._log.bytes_in_flight <= window:
            return True
        if self._look is None:
            self._look = asyncio.get_running_loop().call_later(LOOK_AGAIN, self._look_again)
        return False

    @property
    def available(self) -> float | None:
        """Bits per second that may be sent, repairs included; None before the receiver told anything."""
        return self.estimator.target if self.heard else self._told or None

    def start_frame(self, packets: list[Queued]) -> None:
        """Send the packets of a frame, (size, function) each, at the pace that the link takes."""
        self._frame += 1
        bits = sum(size for size, _ in packets) * 8
        estimator = self.estimator
        pace = max(
            PACE_OF_TARGET * estimator.target,
            PACE_OF_CAPACITY * (estimator.capacity or 0.0),
            bits / HALF_INTERVAL,
        )
        self._pacer.start(packets, pace)

    def number(self, size: int) -> int:
        """The transport-wide number of a packet of `size` bytes of RTP that is about to be sent."""
        return self._log.send(time.monotonic(), size + OVERHEAD, self._frame)

    def on_feedback(self, packet: bytes) -> None:
        """Take a report; one that cannot be parsed, cannot be true or tells nothing new is only counted."""
        now = time.monotonic()
        try:
            feedback = self._receiver_clock.straighten(parse_feedback(packet), now)
        except ValueError:
            self.bad_feedback += 1
            return
        report = self._log.report(feedback)
        if not (report.received or report.lost or report.late):
            self.bad_feedback += 1
            return
        self.heard = True
        estimator = self.estimator
        estimator.on_report(report, now)
        if not estimator.is_congested(now):
            self.protection.update(estimator.loss, estimator.min_round_trip, now)
        self._tell(self.protection.media_rate(estimator.target))
        self._on_room()

    def on_remb(self, bitrate: float) -> None:
        """Take a receiver's own estimate; heeded only where it sends no reports."""
        if not self.heard:
            limits = self.estimator.limits
            self._tell(min(max(bitrate, limits.floor), limits.ceiling))

    def close(self) -> None:
        self._pacer.clear()
        if self._look is not None:
            self._look.cancel()

    def _tell(self, target: float) -> None:
        if abs(target - self._told) > self._told / 50:
            self._told = target
            self._on_target(int(target))

    def _drained(self) -> None:
        self._on_room()

    def _look_again(self) -> None:
        self._look = None
        self._on_room()
