"""The capacity of the bottleneck, from how the packets of each frame arrive. Pure.

A frame leaves in one burst and its packets queue up behind the narrowest link: the spread of their arrivals is the time
that this link needed for them. No queue has to be built to learn it, and one frame tells.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from statistics import median

from .packets import SentPacket

# Fewer packets tell more about timers than about links.
MIN_PACKETS = 4
TRAINS = 5
FRESH = 2.0

# A line through shuffled arrivals tells less than their spread would; more trains make up for it.
SHUFFLED_TRAINS = 30
FEWEST_SHUFFLED = 5


class Trains:
    """Collects arrivals by frame.

    capacity: bits per second, the median of the newest five trains, none of which was older than two seconds as the
    newest came; None before the first. shuffled_capacity: the same for packets that overtake each other, from more
    trains; None where these are too few. measured: when the newest came, None before the first.
    """

    def __init__(self) -> None:
        self._frame: int | None = None
        self._packets: list[SentPacket] = []
        self._rates: deque[tuple[float, float]] = deque(maxlen=TRAINS)
        self._paces: deque[tuple[float, float]] = deque(maxlen=SHUFFLED_TRAINS)
        self.capacity: float | None = None
        self.shuffled_capacity: float | None = None
        self.measured: float | None = None

    def add(self, packet: SentPacket, now: float) -> None:
        """Take the next packet that was received; packets come in the order of sending."""
        if packet.frame is None:
            return
        if packet.frame != self._frame:
            self._finish(now)
            self._frame = packet.frame
            self._packets = []
        self._packets.append(packet)

    def partial_rate(self) -> float | None:
        """The rate of the frame that is still arriving, bits per second; None where that is too little to tell."""
        return train_rate(self._packets)

    def forget(self) -> None:
        """The link changed: what was measured before says nothing any more."""
        self._rates.clear()
        self._paces.clear()

    def _finish(self, now: float) -> None:
        rate = train_rate(self._packets)
        if rate is None:
            return
        self._rates.append((now, rate))
        pace = train_pace(self._packets)
        if pace is not None:
            self._paces.append((now, pace))
        for collected in (self._rates, self._paces):
            while collected and collected[0][0] < now - FRESH:
                collected.popleft()
        self.measured = now
        self.capacity = median(rate for _, rate in self._rates)
        self.shuffled_capacity = self._from_paces()

    def _from_paces(self) -> float | None:
        if len(self._paces) < FEWEST_SHUFFLED:
            return None
        pace = median(pace for _, pace in self._paces)
        return 8 / pace if pace > 0 else None


def train_rate(packets: list[SentPacket]) -> float | None:
    """Bits per second at which a train arrived; None for one too short.

    The largest hole is left out: a machine that stood still for a moment is not a slow link.
    """
    arrivals = sorted((p.arrived, p.size) for p in packets if p.arrived is not None)
    if len(arrivals) < MIN_PACKETS:
        return None
    holes = [after[0] - before[0] for before, after in pairwise(arrivals)]
    largest = max(range(len(holes)), key=holes.__getitem__)
    seconds = sum(holes) - holes[largest]
    # With a hole goes the packet that came after it, and the first packet opened the measure.
    octets = sum(size for _, size in arrivals[1:]) - arrivals[largest + 1][1]
    if seconds <= 0:
        # All at one tick of the receiver's clock of 250 µs.
        seconds = 0.00025
    return octets * 8 / seconds


def train_pace(packets: list[SentPacket]) -> float | None:
    """Seconds for each byte at which a train arrived, by the line of least squares; None for one of no length.

    Packets that overtake each other arrive closer together or further apart than the link spaces them, but no more
    likely the one than the other: the mean of many trains is right, where that of their rates is too high.
    """
    points = [(packet.end, packet.arrived) for packet in packets if packet.arrived is not None]
    mean_sent = sum(x for x, _ in points) / len(points)
    mean_arrived = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_sent) ** 2 for x, _ in points)
    if spread == 0:
        return None
    return sum((x - mean_sent) * (y - mean_arrived) for x, y in points) / spread
