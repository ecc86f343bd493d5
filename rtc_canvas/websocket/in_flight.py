"""The frames that a page has not acknowledged yet. Pure."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass

from ..exceptions import BadMessage
from .framing import Ack

INTERVAL = 1 / 30
"""Seconds from one frame to the next, at the rate that every way is to have."""

MOST = 2
"""Frames that may be under way. What a third one would wait for is better drawn anew."""

# On a longer way than this, seconds there and back, two are so few that the way is empty most of the time: one more for
# each interval that it is longer, and no more than so many, as each is a picture that cannot be replaced any more.
SHORT_WAY = 0.040
MORE = 6

# Browsers round their clocks: Firefox to 1 ms, and to 17 up or down where it resists fingerprinting. So much longer,
# seconds, a time may seem there than it was here.
COARSE = 0.034


def most(round_trip: float | None) -> int:
    """How many frames may be under way. round_trip: seconds, None where it is not known yet."""
    longer = max((round_trip or 0.0) - SHORT_WAY, 0.0)
    return MOST + min(math.ceil(longer / INTERVAL), MORE)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A frame that arrived.

    octets: its size. spread: seconds in which it arrived, beginning with its announcement; 0 where it had none.
    round_trip: seconds that its announcement took to the page, and the acknowledgement back; the frame itself, where
        it had none.
    """

    octets: int
    spread: float
    round_trip: float


class InFlight:
    """Which frames are under way; times are in seconds of one clock.

    count: how many. octets: of all of them together.
    """

    def __init__(self) -> None:
        self._frames: OrderedDict[int, tuple[int, float]] = OrderedDict()
        self._number = 0
        self.octets = 0

    @property
    def count(self) -> int:
        return len(self._frames)

    def send(self, octets: int, now: float) -> int:
        """Count a frame that leaves now; returns its number."""
        self._number += 1
        self._frames[self._number] = octets, now
        self.octets += octets
        return self._number

    def acknowledge(self, ack: Ack, now: float) -> Delivery | None:
        """Take an acknowledgement, of a frame and of those before it; None where that is known, or forgotten.

        Raises:
            BadMessage: when it is of a frame that was never sent, or its times cannot be: then the frame counts as
                arrived all the same, as the video would stop otherwise.
        """
        frame = self._frames.get(ack.number)
        if frame is None:
            if 0 < ack.number <= self._number:
                return None
            raise BadMessage(f"Frame {ack.number} was never sent.")
        while ack.number in self._frames:
            _, (gone, _) = self._frames.popitem(last=False)
            self.octets -= gone
        octets, sent_at = frame
        round_trip = now - sent_at - ack.spread - ack.held
        if round_trip < -COARSE:
            raise BadMessage(f"Frame {ack.number} cannot have been there so long.")
        # It cannot have spread over more than all of its way.
        return Delivery(octets, min(ack.spread, now - sent_at), max(round_trip, 0.0))

    def forget(self) -> None:
        """The page will acknowledge none of them any more."""
        self._frames.clear()
        self.octets = 0
