"""Whether frames are sent with repair packets, and how many. Pure."""

from __future__ import annotations

# On a short way a packet that is asked for again is there in time.
ROUND_TRIP = 0.040
LOSS = 0.005
HEAVY_LOSS = 0.02

# Media packets for each repair packet; the last where the way has room for it beside all that media may use.
LIGHT_SHARE, HEAVY_SHARE, AMPLE_SHARE = 5, 3, 2

# Bits per second of which half may be spent on sending everything twice.
DUPLICATES_FROM = 2_000_000

# Losses come in spells.
LINGER = 10.0

# On a lossy way a large frame is rarely whole: with 45 packets nearly each of them waits for a repair.
LOSSY_CEILING = 3_000_000


class Protection:
    """Follows loss and round trip of one connection.

    share: how many media packets one repair packet protects; None for no repair packets.
    duplicates: whether each packet is sent twice instead, as the receiver knows no forward error correction.
    """

    def __init__(self) -> None:
        self.share: int | None = None
        self.duplicates = False
        self._lost_at: float | None = None

    def update(self, loss: float, round_trip: float, target: float, now: float) -> None:
        """loss: share of packets, 0 to 1, lately. round_trip: seconds, the shortest lately. target: bits per second."""
        if self.duplicates and target < DUPLICATES_FROM:
            self.share = None
        elif loss > LOSS and round_trip > ROUND_TRIP:
            self._lost_at = now
            ample = target > LOSSY_CEILING * (1 + 1 / AMPLE_SHARE)
            heavy = AMPLE_SHARE if ample else HEAVY_SHARE
            self.share = heavy if loss > HEAVY_LOSS else LIGHT_SHARE
        elif self._lost_at is None or now - self._lost_at > LINGER:
            self.share = None

    def media_rate(self, target: float) -> float:
        """What of `target` bits per second is left for media."""
        if self.share is None:
            return target
        packets = 2 if self.duplicates else 1 + 1 / self.share
        return min(target / packets, LOSSY_CEILING)
