"""The frames that a page has not acknowledged yet. Pure."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from ..exceptions import BadMessage
from .framing import Ack

MOST = 2
"""Frames that may be under way. What a third one would wait for is better drawn anew."""


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

    octets: of all of them together.
    """

    def __init__(self) -> None:
        self._frames: OrderedDict[int, tuple[int, float]] = OrderedDict()
        self._number = 0
        self.octets = 0

    @property
    def is_full(self) -> bool:
        return len(self._frames) >= MOST

    def send(self, octets: int, now: float) -> int:
        """Count a frame that leaves now; returns its number."""
        self._number += 1
        self._frames[self._number] = octets, now
        self.octets += octets
        return self._number

    def acknowledge(self, ack: Ack, now: float) -> Delivery | None:
        """Take an acknowledgement, of a frame and of those before it; None where that is known, or forgotten.

        Raises:
            BadMessage: when it is of a frame that was never sent, or its times cannot be.
        """
        frame = self._frames.get(ack.number)
        if frame is None:
            if 0 < ack.number <= self._number:
                return None
            raise BadMessage(f"Frame {ack.number} was never sent.")
        octets, sent_at = frame
        round_trip = now - sent_at - ack.spread - ack.held
        if round_trip < 0:
            raise BadMessage(f"Frame {ack.number} cannot have been there so long.")
        while ack.number in self._frames:
            _, (gone, _) = self._frames.popitem(last=False)
            self.octets -= gone
        return Delivery(octets, ack.spread, round_trip)

    def forget(self) -> None:
        """The page will acknowledge none of them any more."""
        self._frames.clear()
        self.octets = 0
