"""One peer's input: from its messages to the events that its canvas may take."""

from __future__ import annotations

import time
from collections import Counter

from ..allowance import Allowance
from ..events import Channel, ClockMap, Event, HeldInput, InputOrder, ProgramEvent, parse_event
from ..exceptions import BadMessage, UnknownEvent
from ..peer_log import Log

# A gaming mouse sends a thousand moves a second, and a page sends at most one per frame.
MESSAGES_PER_SECOND = 1000
BURST = 2000

# Events whose time on the page's clock is remembered: more than come before a picture of them is shown.
REMEMBERED = 1024


class PeerInput:
    """Parses, orders and follows one peer's input; counts what it does not take.

    peer: stands as "peer" in every event.
    log: where the first message that is refused is written down.
    """

    def __init__(self, peer: object, log: Log) -> None:
        self._peer = peer
        self._log = log
        self._order = InputOrder()
        self._clock = ClockMap()
        self._held = HeldInput()
        self._page_times: dict[int, float] = {}
        self._allowance = Allowance(MESSAGES_PER_SECOND, BURST, time.monotonic())
        self._dropped: Counter[str] = Counter()

    @property
    def dropped(self) -> Counter[str]:
        """How many messages were not taken, by reason: app, bad, flood, frames, late, unknown, watching."""
        return self._dropped + Counter(late=self._order.dropped)

    def admits(self) -> bool:
        """Whether there is room for one more message now, of whichever channel; one that comes too fast is counted."""
        if self._allowance.take(time.monotonic()):
            return True
        self._dropped["flood"] += 1
        return False

    def receive(self, message: str | bytes, channel: Channel) -> list[ProgramEvent]:
        """The events that may be delivered now, in order; none for a message that is not taken."""
        try:
            events = self._order.receive(parse_event(message), channel)
        except UnknownEvent:
            self._dropped["unknown"] += 1
            return []
        except BadMessage as reason:
            self._dropped["bad"] += 1
            if self._dropped["bad"] == 1:
                self._log.warning("An input message was dropped: %s", reason)
            return []
        now = time.monotonic()
        return [self._program_event(event, now) for event in events]

    def page_time(self, seq: int) -> float | None:
        """When an event happened, seconds of the page's clock; None for one that did not come or came long ago."""
        return self._page_times.get(seq)

    def follow(self, event: ProgramEvent) -> None:
        """Take note of an event that was delivered."""
        self._held.follow(event)

    def drop(self, why: str) -> None:
        self._dropped[why] += 1

    @property
    def holds(self) -> bool:
        """Whether a key, a button or a finger is down."""
        return bool(self._held)

    def release(self) -> list[ProgramEvent]:
        """The events that release all that is down."""
        return self._held.release(self._peer, time.monotonic())

    def _program_event(self, event: Event, now: float) -> ProgramEvent:
        self._page_times[event.seq] = event.t
        if len(self._page_times) > REMEMBERED:
            del self._page_times[next(iter(self._page_times))]
        return event.program_event(self._peer, self._clock.to_server(event.t, now))
