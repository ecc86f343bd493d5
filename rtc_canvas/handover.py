"""One peer's transports: which of them is in use, and passing from one to another while the peer lives."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from typing import Protocol

from .equipment import Equipment
from .link_stats import TransportName
from .peer import CONNECT_TIMEOUT, Peer
from .peer_log import PeerLog
from .rtc.channels import ChannelName
from .transport import Transport

# Messages that come over a transport before it is used: those of one round trip at most.
HELD = 512

# How often a page that holds a WebSocket ready is told that frames were sent, seconds.
TELL_EVERY = 0.2


class Standby(Protocol):
    """What a WebSocket can do besides what every transport can."""

    standby: bool

    def tell(self, message: Mapping[str, object]) -> bool: ...


class Leg:
    """One transport of a peer; the `Listener` of it. What it tells reaches the peer while it is the one in use."""

    def __init__(self, handover: Handover, name: TransportName) -> None:
        self.name = name
        self.is_up = False
        self.transport: Transport | None = None
        self.equip: Callable[[], Equipment] | None = None
        self.open_channels: list[ChannelName] = []
        self.held: deque[tuple[ChannelName, str | bytes]] = deque(maxlen=HELD)
        self.target: int | None = None
        self.standby: Standby | None = None
        self.timeout: asyncio.TimerHandle | None = None
        self._handover = handover

    @property
    def _peer(self) -> Peer | None:
        """The peer, while this leg is in use."""
        return self._handover.peer if self._handover.in_use is self else None

    def connected(self) -> None:
        self.is_up = True
        self._handover.leg_is_up(self)

    def room(self) -> None:
        if self._peer:
            self._peer.room()

    def target_changed(self, bitrate: int) -> None:
        self.target = bitrate
        if self._peer:
            self._peer.target_changed(bitrate)

    def key_frame_wanted(self) -> None:
        if self._peer:
            self._peer.key_frame_wanted()

    def channel_open(self, channel: ChannelName) -> None:
        self.open_channels.append(channel)
        if self._peer:
            self._peer.channel_open(channel)

    def message(self, channel: ChannelName, message: str | bytes) -> None:
        if self._peer:
            self._peer.message(channel, message)
        else:
            self.held.append((channel, message))

    def lost(self, reason: str) -> None:
        self._handover.leg_is_lost(self, reason)


class Handover:
    """The transports of one peer. Lives on the event loop.

    The page says which one it uses: what it sends over another one before that is held until then, so that nothing
    overtakes. A transport that is lost hands over to one that is up; without one the peer is lost.

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

    def leg(self, name: TransportName) -> Leg:
        """What listens to a transport that is to be made."""
        return Leg(self, name)

    def add(
        self,
        leg: Leg,
        transport: Transport,
        equip: Callable[[], Equipment],
        standby: Standby | None = None,
    ) -> None:
        """Take a transport into account: the first is used at once, others replace an unused one of their kind.

        equip: makes an encoder each time that the transport is used anew.
        standby: the transport, where it is a WebSocket.
        """
        leg.transport, leg.equip, leg.standby = transport, equip, standby
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
            leg.timeout = self._loop.call_later(CONNECT_TIMEOUT, self._give_up, leg)

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
        other = next((other for other in self._legs if other is not leg and other.is_up), None)
        if leg is not self.in_use:
            self._drop(leg)
        elif other is None:
            self.peer.lost(reason)
        else:
            self._pass_to(other)

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
        before.target = None
        if before.standby is not None and before.name != leg.name:
            before.standby.standby = True
        elif before.is_up:
            # It is broken, and comes back as a new one; what is not up yet may still come up.
            self._drop(before)
        self._tell_frames()

    def _use(self, leg: Leg) -> None:
        assert leg.transport is not None
        assert leg.equip is not None
        self.in_use = leg
        self._wanted = None
        if leg.timeout is not None:
            leg.timeout.cancel()
        if leg.standby is not None:
            leg.standby.standby = False
        self.peer.attach(leg.transport, leg.equip())
        if leg.target is not None:
            self.peer.target_changed(leg.target)
        if leg.is_up:
            self.peer.connected()
        for channel in leg.open_channels:
            self.peer.channel_open(channel)
        while leg.held:
            self.peer.message(*leg.held.popleft())

    def _drop(self, leg: Leg) -> None:
        """Close a transport without a word to the peer."""
        if leg not in self._legs:
            return
        self._legs.remove(leg)
        if leg.timeout is not None:
            leg.timeout.cancel()
        assert leg.transport is not None
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
        frames = self.peer.stats.frames
        if frames != self._told_frames and self.in_use.is_up:
            self._told_frames = frames
            standby.tell({"type": "sent", "frames": frames})
        self._telling = self._loop.call_later(TELL_EVERY, self._tell_frames)
