"""What was sent, and what became of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from .feedback import MOST_PACKETS, TransportFeedback

# Packets that nothing was heard of no longer count as in flight after this: a black-out must not stop the flow.
FORGET_AFTER = 0.5


@dataclass(slots=True)
class SentPacket:
    """One packet on the wire.

    number: transport-wide, unwrapped. sent: seconds. size: bytes with all headers.
    frame: in whose train it leaves, with its repair packets; None for what is sent by itself.
    arrived: seconds of the receiver's clock, None as long as it is not reported received.
    end: how many bytes had been sent with this packet.
    """

    number: int
    sent: float
    size: int
    frame: int | None
    arrived: float | None = None
    missing: bool = False
    end: int = 0

    @property
    def wire_number(self) -> int:
        """The 16 bits of the number that the packet carries."""
        return self.number & 0xFFFF


@dataclass(slots=True)
class Report:
    """What one feedback told that was not known before.

    received: in the order of sending. lost: reported missing for the first time. late: received after having been
    reported missing, so it was reordered and not lost. unknown: entries for packets that were never sent.
    """

    received: list[SentPacket] = field(default_factory=list)
    lost: list[SentPacket] = field(default_factory=list)
    late: list[SentPacket] = field(default_factory=list)
    unknown: int = 0


class PacketLog:
    """Numbers packets as they are sent and matches feedback with them."""

    def __init__(self) -> None:
        self._packets: dict[int, SentPacket] = {}
        self._flying: dict[int, SentPacket] = {}
        self._next = 0
        self._sent = 0
        self.bytes_in_flight = 0

    def send(self, now: float, size: int, frame: int | None) -> SentPacket:
        """Take note of a packet that is about to be sent."""
        self._sent += size
        packet = SentPacket(self._next, now, size, frame, end=self._sent)
        self._packets[self._next] = self._flying[self._next] = packet
        self.bytes_in_flight += size
        self._next += 1
        if len(self._packets) > MOST_PACKETS:
            oldest = next(iter(self._packets))
            self._land(self._packets.pop(oldest))
        return packet

    def report(self, feedback: TransportFeedback) -> Report:
        """Match a feedback with what was sent. What it says of unknown packets is only counted."""
        report = Report()
        for number, arrived in feedback.arrivals:
            packet = self._find(number)
            if packet is None:
                report.unknown += 1
            elif packet.arrived is not None:
                continue
            elif arrived is not None:
                packet.arrived = arrived
                self._land(packet)
                (report.late if packet.missing else report.received).append(packet)
            elif not packet.missing:
                packet.missing = True
                self._land(packet)
                report.lost.append(packet)
        return report

    def expire(self, now: float, round_trip: float) -> None:
        """Let packets that are long overdue count as no longer in flight."""
        limit = now - max(FORGET_AFTER, 2 * round_trip)
        while self._flying:
            oldest = next(iter(self._flying.values()))
            if oldest.sent >= limit:
                return
            self._land(oldest)

    def forget(self) -> None:
        """Let nothing count as in flight any more."""
        for packet in list(self._flying.values()):
            self._land(packet)

    def _land(self, packet: SentPacket) -> None:
        if self._flying.pop(packet.number, None) is not None:
            self.bytes_in_flight -= packet.size

    def _find(self, number: int) -> SentPacket | None:
        """The newest packet with these low 16 bits."""
        newest = self._next - 1
        return self._packets.get(newest - ((newest - number) & 0xFFFF))
