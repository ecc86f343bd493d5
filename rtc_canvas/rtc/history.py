"""The packets of the last second, and which of them are sent again. Pure."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from .rtp import RtpPacket

# A lost packet is asked for again for about a second; the count bounds the memory at high rates.
SECONDS = 1.5
PACKETS = 8192

# Nobody repairs a loss by asking more often than this, and every answer costs bits.
NACK_INTERVAL = 0.02

# One that asks for all again and again gets no more than a burst and half a packet for each that was sent: enough for
# an outage of a second and for every third packet lost.
BURST = 1024
SHARE = 0.5


class History:
    """Keeps what was sent and answers requests for it: once per round trip, within a budget."""

    def __init__(self) -> None:
        self._packets: OrderedDict[int, tuple[float, RtpPacket]] = OrderedDict()
        self._repaired: dict[int, float] = {}
        self._budget = float(BURST)
        self.repaired = 0

    def remember(self, packet: RtpPacket, now: float) -> None:
        packets = self._packets
        packets[packet.sequence_number] = now, packet
        self._budget = min(BURST, self._budget + SHARE)
        while len(packets) > PACKETS or next(iter(packets.values()))[0] < now - SECONDS:
            number, _ = packets.popitem(last=False)
            self._repaired.pop(number, None)

    def answer(self, numbers: Sequence[int], now: float, round_trip: float) -> list[RtpPacket]:
        """The packets to send again for a NACK of these sequence numbers.

        round_trip: seconds; what was sent again less than that ago may be on its way still.
        """
        pause = max(NACK_INTERVAL, 0.9 * round_trip)
        found: list[RtpPacket] = []
        for number in numbers:
            if self._budget < 1:
                break
            kept = self._packets.get(number)
            if kept is None or now - self._repaired.get(number, -pause) < pause:
                continue
            self._repaired[number] = now
            self._budget -= 1
            self.repaired += 1
            found.append(kept[1])
        return found
