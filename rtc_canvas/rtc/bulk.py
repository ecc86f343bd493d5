"""How fast what is large may follow on a data channel, so that it delays nothing else. Pure."""

from __future__ import annotations

# What aiortc puts into an SCTP packet, bytes, and how many packets it sends in one go.
PACKET = 1160
PACKETS = 4

# All channels share one queue, and the link: a piece takes no longer than so many seconds of the rate, or is a packet.
PIECE = 0.01

# A timer that comes late is made up for by so many seconds of the rate, no more.
BURST = 0.005

# Beyond a round trip so many seconds of the rate may be on their way: what SCTP's acknowledgements need. A link that
# carries less than was believed then holds no longer queue.
AHEAD = 0.05


class BulkPace:
    """Decides how much may be sent when. Times are in seconds."""

    def __init__(self) -> None:
        self._allowance = 0.0
        self._filled = 0.0

    def room(self, now: float, *, rate: float, round_trip: float, waiting: int, flying: int) -> int:
        """How many bytes the next piece may have; 0 while there may be none.

        rate: bits per second that the link has for it. waiting: bytes that the channels have not sent yet.
        flying: bytes that are on their way.
        """
        octets = rate / 8
        self._allowance += (now - self._filled) * octets
        self._allowance = min(self._allowance, BURST * octets)
        self._filled = now
        piece = PACKET * min(max(int(PIECE * octets) // PACKET, 1), PACKETS)
        window = octets * (round_trip + AHEAD) + piece
        return piece if self._allowance > 0 and not waiting and flying < window else 0

    def sent(self, size: int) -> None:
        """A piece of `size` bytes was sent."""
        self._allowance -= size
