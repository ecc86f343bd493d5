"""The packets of the last second, and which of them are sent again. Pure."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from .congestion.packets import SentPacket
from .rtp import RtpPacket

# A lost packet is asked for again for about a second; the count bounds the memory at high rates.
SECONDS = 1.5
PACKETS = 8192

# Nobody repairs a loss by asking more often than this, and every answer costs bits.
NACK_INTERVAL = 0.02

# Seconds beyond two round trips within which a packet has been reported: browsers report every 60 ms.
REPORTED_AFTER = 0.15

# One that asks for all again and again gets no more than a burst and half a packet for each that was sent: enough for
# an outage of a second and for every third packet lost.
BURST = 1024
SHARE = 0.5


@dataclass(slots=True)
class _Kept:
    packet: RtpPacket
    at: float
    sendings: list[SentPacket] = field(default_factory=list)
    repaired_at: float | None = None

    @property
    def arrived(self) -> bool:
        return any(sending.arrived is not None for sending in self.sendings)

    def under_way(self, now: float, round_trip: float) -> bool:
        """Whether a report that tells of it may still come; one may be lost, too."""
        if not self.sendings or self.sendings[-1].missing:
            return False
        return now - self.sendings[-1].sent < 2 * round_trip + REPORTED_AFTER


class History:
    """Keeps what was sent and answers requests for it: once per round trip, within a budget.

    What the receiver has reported as arrived is not sent again: it was only late.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[int, _Kept] = OrderedDict()
        self._postponed: set[int] = set()
        self._budget = float(BURST)
        self.repaired = 0

    def remember(self, packet: RtpPacket, now: float, sending: SentPacket | None = None) -> None:
        """Keep a packet. sending: what will become of it, where the receiver reports that."""
        kept = self._kept
        kept[packet.sequence_number] = _Kept(packet, now, [] if sending is None else [sending])
        self._budget = min(BURST, self._budget + SHARE)
        while len(kept) > PACKETS or next(iter(kept.values())).at < now - SECONDS:
            kept.popitem(last=False)

    def sent_again(self, sequence_number: int, sending: SentPacket) -> None:
        """Take note of how a packet was sent again."""
        kept = self._kept.get(sequence_number)
        if kept is not None:
            kept.sendings.append(sending)

    def answer(
        self, numbers: Iterable[int], now: float, round_trip: float, *, shuffled: bool = False
    ) -> list[RtpPacket]:
        """The packets to send again for a NACK of these sequence numbers.

        round_trip: seconds; what was sent again less than that ago may be on its way still. shuffled: packets overtake
        each other, so that one that is missed may be late: its next report is waited for, see `postponed`.
        """
        pause = max(NACK_INTERVAL, 0.9 * round_trip)
        found: list[RtpPacket] = []
        for number in numbers:
            kept = self._kept.get(number)
            if kept is None or kept.arrived:
                continue
            if kept.repaired_at is not None and now - kept.repaired_at < pause:
                continue
            if shuffled and kept.under_way(now, round_trip):
                self._postponed.add(number)
                continue
            if self._budget < 1:
                break
            kept.repaired_at = now
            self._budget -= 1
            self.repaired += 1
            found.append(kept.packet)
        return found

    def postponed(self, now: float, round_trip: float, *, shuffled: bool) -> list[RtpPacket]:
        """The packets to send again of those whose answer waited for the report that has come now."""
        if not self._postponed:
            return []
        numbers, self._postponed = self._postponed, set()
        return self.answer(sorted(numbers), now, round_trip, shuffled=shuffled)
