"""What may be sent when, on one connection: numbers packets, takes feedback, paces, and says when there is room."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import TypeAlias

from .congestion.estimator import Estimator, RateLimits
from .congestion.feedback import parse_feedback
from .congestion.packets import PacketLog, SentPacket
from .congestion.receiver_clock import ReceiverClock
from .pacer import Pacer
from .protection import Protection

logger = logging.getLogger(__name__)

# What UDP, IPv4 and the encryption of SRTP add to each packet, bytes.
OVERHEAD = 28 + 10

# A new frame is started while this much of the rate, in seconds, is on its way beyond a round trip: one frame and the
# wait for a report.
AHEAD = 0.12
AHEAD_BYTES = 3000

# Nor while so much of the rate, in seconds and beyond a round trip, waits in a TCP connection.
BACKLOG = 0.05
BACKLOG_LOOK_AGAIN = 0.01

# The pace of a frame: as fast as the link is known to take it, for a frame that leaves slower only arrives later. It
# must be faster than the link for that to be seen: by as much as the target is to grow, at least.
PACE_OF_TARGET = 1.9
PACE_OF_CAPACITY = 1.5
HALF_INTERVAL = 1 / 60

LOOK_AGAIN = 0.05

# Frames of fewer bytes tell nothing of how much of the rate goes into headers.
TELLING = 1000
SMOOTHING = 0.1


Queued: TypeAlias = tuple[int, Callable[[], object]]
"""A packet that is to be sent: its size in bytes, and what sends it."""


class Flow:
    """Congestion control of one connection.

    on_room: called when the next frame may come. on_target: called with the bits per second that media may use, when
    that has changed by more than a fiftieth. backlog: tells how many bytes the transport has that have not left, or are
    not known to have arrived.
    heard: whether the receiver reports arrivals; without that the estimator knows nothing.
    """

    def __init__(
        self,
        limits: RateLimits,
        *,
        on_room: Callable[[], None],
        on_target: Callable[[int], None],
        backlog: Callable[[], int] = lambda: 0,
    ) -> None:
        self._limits = limits
        self.estimator = Estimator(limits)
        self.protection = Protection()
        self._log = PacketLog()
        self._receiver_clock = ReceiverClock()
        self._pacer = Pacer(self._drained)
        self._on_room = on_room
        self._on_target = on_target
        self._backlog = backlog
        self._told = 0.0
        # Bytes on the wire for each byte of the encoder's.
        self._wire_share = 1.0
        self._frame = 0
        self.heard = False
        self._look: asyncio.TimerHandle | None = None
        self.bad_feedback = 0

    @property
    def has_room(self) -> bool:
        """Whether the next frame may be started: nothing waits, and not too much is on its way."""
        if not self._pacer.idle:
            return False
        if self._is_backed_up:
            self._look_again_in(BACKLOG_LOOK_AGAIN)
            return False
        if not self.heard:
            return True
        now = time.monotonic()
        estimator = self.estimator
        self._log.expire(now, estimator.min_round_trip + estimator.queue_delay)
        ahead = estimator.min_round_trip + estimator.standing_queue + AHEAD
        window = estimator.target / 8 * ahead + AHEAD_BYTES
        if self._log.bytes_in_flight <= window:
            return True
        self._look_again_in(LOOK_AGAIN)
        return False

    @property
    def _is_backed_up(self) -> bool:
        ahead = self.estimator.min_round_trip + BACKLOG
        return self._backlog() > self.estimator.target / 8 * ahead + AHEAD_BYTES

    @property
    def available(self) -> float | None:
        """Bits per second that may be sent, repairs included; None before the receiver told anything."""
        return self.estimator.target if self.heard else self._told or None

    @property
    def bulk_rate(self) -> float:
        """Bits per second for what follows a frame that nothing else follows: all that the target is on its way to."""
        estimator = self.estimator
        if not self.heard or estimator.capacity is None:
            return self.available or estimator.target
        capacity = min(estimator.share * estimator.capacity, estimator.limits.ceiling)
        return max(estimator.target, capacity)

    def start_frame(self, media: list[Queued], repairs: list[Queued], octets: int) -> None:
        """Send the packets of a frame, and those that repair it, at the pace that the link takes.

        octets: bytes that the encoder made of the frame: what of its packets is no header.
        """
        self._frame += 1
        self._count_headers(media, octets)
        packets = media + repairs
        bits = sum(size for size, _ in packets) * 8
        estimator = self.estimator
        pace = max(
            PACE_OF_TARGET * estimator.target / estimator.share,
            PACE_OF_CAPACITY * (estimator.capacity or 0.0),
            bits / HALF_INTERVAL,
        )
        self._pacer.start(packets, pace)

    def _count_headers(self, media: list[Queued], octets: int) -> None:
        if octets >= TELLING:
            share = sum(size + OVERHEAD for size, _ in media) / octets
            self._wire_share += SMOOTHING * (share - self._wire_share)

    def stamp(self, size: int, *, in_train: bool) -> SentPacket:
        """Number a packet of `size` bytes of RTP that is about to be sent.

        in_train: whether it leaves with the others of its frame, so that its arrival tells of the link.
        """
        frame = self._frame if in_train else None
        return self._log.send(time.monotonic(), size + OVERHEAD, frame)

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
        # What a full queue dropped is no reason for more packets.
        loss = 0.0 if estimator.is_congested(now) else estimator.loss
        self.protection.update(loss, estimator.min_round_trip, estimator.target, now)
        self._tell_rate()
        self._on_room()

    def on_remb(self, bitrate: float) -> None:
        """Take a receiver's own estimate; heeded only where it sends no reports."""
        if not self.heard:
            limits = self.estimator.limits
            self._tell(min(max(bitrate, limits.floor), limits.ceiling))

    def inherit(self, bitrate: float) -> None:
        """Begin with half of what the transport before had learnt, bits per second; before anything is sent."""
        self.estimator = Estimator(self._limits.after(bitrate))
        self._tell_rate()

    def moved(self) -> None:
        """All goes another way from now on: what was on the old one is gone, and what was known of it counts half."""
        self.estimator = Estimator(self._limits.after(self.estimator.target))
        self._receiver_clock = ReceiverClock()
        self._log.forget()
        self.heard = False
        self._tell_rate()
        self._on_room()

    def close(self) -> None:
        self._pacer.clear()
        if self._look is not None:
            self._look.cancel()

    def _tell_rate(self) -> None:
        self._tell(self.protection.media_rate(self.estimator.target) / self._wire_share)

    def _tell(self, target: float) -> None:
        if abs(target - self._told) > self._told / 50:
            self._told = target
            self._on_target(int(target))

    def _drained(self) -> None:
        self._on_room()

    def _look_again_in(self, seconds: float) -> None:
        if self._look is None:
            self._look = asyncio.get_running_loop().call_later(seconds, self._look_again)

    def _look_again(self) -> None:
        self._look = None
        self._on_room()
