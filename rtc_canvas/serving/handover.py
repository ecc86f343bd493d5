"""One peer's transports: which of them is in use, and passing from one to another while the peer lives."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ..equipment import Equipment
from ..link_stats import TransportName
from ..peer_log import PeerLog
from ..peers.peer import CONNECT_TIMEOUT, Peer
from ..peers.transport import Transport
from ..ticks import until_tick
from .leg import Leg, Standby

# How often a page that holds a WebSocket ready is told that frames were sent, seconds.
TELL_EVERY = 0.25

# What is held ready is asked for a word when the transport in use has been silent for so many seconds, so that it is
# known whether that is there by the time at which the other counts as silent.
ASK_OTHER_AFTER = 2.0


class Handover:
    """The transports of one peer. Lives on the event loop.

    The page says which one it uses: what it sends over another one before that is held until then, so that nothing
    overtakes. A transport that is silent or lost hands over to one that is heard; without one the peer is away, until
    the same transport is heard again, or its page makes another one.

    in_use: the leg that carries everything; None before the first.
    """

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.in_use: Leg | None = None
        self._legs: list[Leg] = []
        self._wanted: TransportName | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._told_frames = 0
        self._telling: asyncio.TimerHandle | None = None
        self._log = PeerLog(peer.id)
        self._loop = asyncio.get_running_loop()
        peer.ended.add_done_callback(lambda _: self._drop_all())

    def leg(self, name: TransportName, *, begins: bool = False) -> Leg:
        """What listens to a transport that is to be made. begins: see `Leg`."""
        return Leg(self, name, begins=begins)

    def add(
        self,
        leg: Leg,
        transport: Transport,
        equip: Callable[[], Equipment],
        standby: Standby | None = None,
        on_first_up: Callable[[], None] | None = None,
    ) -> None:
        """Take a transport into account: the first is used at once, others replace an unused one of their kind.

        equip: makes an encoder each time that the transport is used anew.
        standby: the transport, where it is a WebSocket.
        on_first_up: called when it is up.
        """
        leg.carry(transport, equip, standby, on_first_up)
        for other in self._legs[:]:
            if other.name == leg.name and other is not self.in_use:
                self._drop(other)
        self._legs.append(leg)
        if self.peer.ended.done():
            self._drop(leg)
        elif self.in_use is None:
            self._use(leg)
        else:
            if standby is not None:
                standby.standby = True
            leg.wait(CONNECT_TIMEOUT, self._give_up)
            if leg.begins:
                self._wanted = leg.name

    def has(self, leg: Leg) -> bool:
        """Whether a transport is in use, was the last that was, or may come to be."""
        return leg is self.in_use or leg in self._legs

    def use(self, name: TransportName) -> None:
        """The page uses that transport from now on, or as soon as it is up."""
        self._wanted = None if self.in_use and self.in_use.name == name else name
        for leg in reversed(self._legs):
            if leg.name == name and leg.is_up and leg is not self.in_use:
                self._pass_to(leg)
                return

    async def leave(self, leg: Leg, reason: str) -> None:
        """The page gives a transport up; with the one in use it leaves."""
        if leg is self.in_use:
            await self.end(reason, retry=False)
        else:
            self._drop(leg)
            await self._closed()

    async def end(self, reason: str, *, retry: bool) -> None:
        """End the peer, close every transport, and wait for the end."""
        await self.peer.end(reason, retry=retry)
        self._drop_all()
        await self._closed()

    async def _closed(self) -> None:
        while self._closing:
            await asyncio.gather(*self._closing)

    # What legs tell.

    def leg_is_up(self, leg: Leg) -> None:
        if leg is self.in_use:
            self.peer.connected()
            self._tell_frames()
        elif leg.name == self._wanted or (self.in_use and leg.name == self.in_use.name):
            self._pass_to(leg)
        else:
            self._tell_frames()

    def leg_is_lost(self, leg: Leg, reason: str) -> None:
        if leg is not self.in_use:
            self._drop(leg)
        elif other := self._heard(but=leg):
            self._pass_to(other)
        elif leg.transport.has_channels:
            self._drop(leg)
            self.peer.go_away(reason)
        else:
            # A foreign player, which knows nothing of coming back.
            self.peer.lost(reason)

    def leg_is_silent(self, leg: Leg) -> None:
        if leg is not self.in_use:
            return
        if other := self._heard(but=leg):
            self._pass_to(other)
        else:
            self.peer.go_away("Nothing was heard from the page for 5 s.")

    def leg_is_left(self, leg: Leg, reason: str) -> None:
        is_coming = any(other.begins and not other.has_been_up for other in self._legs)
        if leg is not self.in_use or is_coming or self._heard(but=leg):
            self.leg_is_lost(leg, reason)
        else:
            self.peer.lost(reason)

    def _heard(self, *, but: Leg) -> Leg | None:
        """Another transport that the page is heard over."""
        return next((other for other in self._legs if other is not but and other.is_heard), None)

    def _give_up(self, leg: Leg) -> None:
        if not leg.is_up:
            self._drop(leg)

    # Passing from one to another.

    def _pass_to(self, leg: Leg) -> None:
        before = self.in_use
        self._use(leg)
        self._log.info("goes over %s from now on", leg.name)
        if before is None:
            return
        if before.standby is not None and before.name != leg.name:
            before.standby.standby = True
        elif before.has_been_up:
            # It is broken, and comes back as a new one; what is not up yet may still come up.
            self._drop(before)
        self._tell_frames()

    def _use(self, leg: Leg) -> None:
        learnt = self.peer.stats.available_bitrate
        if self.in_use is not None:
            self.in_use.rest()
        self.in_use = leg
        self._wanted = None
        leg.wait_no_more()
        if leg.standby is not None:
            leg.standby.standby = False
        if learnt is not None:
            leg.transport.inherit(learnt)
        if leg.begins:
            leg.begins = False
            self.peer.begin_anew()
        leg.serve(self.peer)

    def _drop(self, leg: Leg) -> None:
        """Close a transport without a word to the peer."""
        if leg not in self._legs:
            return
        self._legs.remove(leg)
        leg.wait_no_more()
        task = self._loop.create_task(leg.transport.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _drop_all(self) -> None:
        for leg in self._legs[:]:
            self._drop(leg)
        if self._telling is not None:
            self._telling.cancel()

    # The standby.

    def _tell_frames(self) -> None:
        """Tell a page that holds a WebSocket ready when frames were sent another way: it notices their absence."""
        if self._telling is not None:
            self._telling.cancel()
            self._telling = None
        standby = next((leg.standby for leg in self._legs if leg.standby and leg.is_up), None)
        if standby is None or self.in_use is None or self.in_use.standby is not None:
            return
        if self.in_use.transport.silence > ASK_OTHER_AFTER and not self.peer.away:
            standby.ask()
        frames = self.peer.frames
        if frames != self._told_frames and self.in_use.is_up:
            self._told_frames = frames
            standby.tell({"type": "sent", "frames": frames})
        self._telling = self._loop.call_later(
            until_tick(self._loop.time(), TELL_EVERY), self._tell_frames
        )
