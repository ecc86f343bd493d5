"""Whether frames are sent with repair packets, and how many. Pure."""

from __future__ import annotations

# On a short way a packet that is asked for again is there in time.
ROUND_TRIP = 0.040
LOSS = 0.005
HEAVY_LOSS = 0.03

# Media packets for each repair packet.
LIGHT_SHARE, HEAVY_SHARE = 5, 3

# Losses come in spells.
LINGER = 10.0

# On a lossy way a large frame is rarely whole: with 45 packets nearly each of them waits for a repair.
LOSSY_CEILING = 3_000_000


class Protection:
    """Follows loss and round trip of one connection.

    share: how many media packets one repair packet protects; None for no repair packets.
    """

    def __init__(self) -> None:
        self.share: int | None = None
        self._lost_at: float | None = None

    def update(self, loss: float, round_trip: float, now: float) -> None:
        """loss: share of packets, 0 to 1, lately. round_trip: seconds, the shortest lately."""
        if loss > LOSS and round_trip > ROUND_TRIP:
            self._lost_at = now
            self.share = HEAVY_SHARE if loss > HEAVY_LOSS else LIGHT_SHARE
        elif self._lost_at is None or now - self._lost_at > LINGER:
            self.share = None

    def media_rate(self, target: float) -> float:
        """What of `target` bits per second is left for media."""
        if self.share is None:
            return target
        return min(target / (1 + 1 / self.share), LOSSY_CEILING)
