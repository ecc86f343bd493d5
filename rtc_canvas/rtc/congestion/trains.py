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


class Trains:
    """Collects arrivals by frame.

    capacity: bits per second, the median of the newest five trains younger than two seconds; None before the first.
    """

    def __init__(self) -> None:
        self._frame = -1
        self._packets: list[SentPacket] = []
        self._rates: deque[tuple[float, float]] = deque(maxlen=TRAINS)
        self._last: float | None = None

    @property
    def capacity(self) -> float | None:
        return self._last

    def add(self, packet: SentPacket, now: float) -> None:
        """Take the next packet that was received; packets come in the order of sending."""
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

    def _finish(self, now: float) -> None:
        rate = train_rate(self._packets)
        if rate is None:
            return
        self._rates.append((now, rate))
        while self._rates and self._rates[0][0] < now - FRESH:
            self._rates.popleft()
        self._last = median(rate for _, rate in self._rates)


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
