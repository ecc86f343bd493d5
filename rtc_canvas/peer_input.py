"""One peer's input: from its messages to the events that its canvas may take."""

from __future__ import annotations

import logging
import time
from collections import Counter

from .events import Channel, ClockMap, Event, HeldInput, InputOrder, ProgramEvent, parse_event
from .exceptions import BadMessage, UnknownEvent

logger = logging.getLogger(__name__)

# A gaming mouse sends a thousand moves a second, and a page sends at most one per frame.
MESSAGES_PER_SECOND = 1000
BURST = 2000


class PeerInput:
    """Parses, orders and follows one peer's input; counts what it does not take.

    peer: stands as "peer" in every event.
    """

    def __init__(self, peer: object) -> None:
        self._peer = peer
        self._order = InputOrder()
        self._clock = ClockMap()
        self._held = HeldInput()
        self._allowance = float(BURST)
        self._filled = time.monotonic()
        self._dropped: Counter[str] = Counter()

    @property
    def dropped(self) -> Counter[str]:
        """How many messages were not taken, by reason: bad, unknown, flood, late, watching."""
        return self._dropped + Counter(late=self._order.dropped)

    def receive(self, message: str | bytes, channel: Channel) -> list[ProgramEvent]:
        """The events that may be delivered now, in order; none for a message that is not taken."""
        now = time.monotonic()
        if not self._allowed(now):
            self._dropped["flood"] += 1
            return []
        try:
            events = self._order.receive(parse_event(message), channel)
        except UnknownEvent:
            self._dropped["unknown"] += 1
            return []
        except BadMessage as reason:
            self._dropped["bad"] += 1
            if self._dropped["bad"] == 1:
                logger.warning("An input message was dropped: %s", reason)
            return []
        return [self._program_event(event, now) for event in events]

    def follow(self, event: ProgramEvent) -> None:
        """Take note of an event that was delivered."""
        self._held.follow(event)

    def drop(self, why: str) -> None:
        self._dropped[why] += 1

    def release(self) -> list[ProgramEvent]:
        """The events that release all that is down."""
        return self._held.release(self._peer, time.monotonic())

    def _program_event(self, event: Event, now: float) -> ProgramEvent:
        return event.program_event(self._peer, self._clock.to_server(event.t, now))

    def _allowed(self, now: float) -> bool:
        self._allowance = min(BURST, self._allowance + (now - self._filled) * MESSAGES_PER_SECOND)
        self._filled = now
        if self._allowance < 1:
            return False
        self._allowance -= 1
        return True
