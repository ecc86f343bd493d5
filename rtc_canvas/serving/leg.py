"""One transport of a peer beside others, from when it is made until it is closed."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from typing import Protocol

from ..equipment import Equipment
from ..link_stats import TransportName
from ..peers.peer import Peer
from ..peers.transport import Transport
from ..rtc.channels import ChannelName

# Messages that come over a transport before it is used: those of one round trip at most.
HELD = 512

# Seconds for which a word over it counts.
HEARD_WITHIN = 3.0


class Standby(Protocol):
    """What a WebSocket can do besides what every transport can."""

    standby: bool

    def ask(self) -> None: ...

    def tell(self, message: Mapping[str, object]) -> bool: ...


class LegListener(Protocol):
    """Who is told what becomes of a leg."""

    def leg_is_up(self, leg: Leg) -> None:
        """Its page is heard, at first or again."""

    def leg_is_silent(self, leg: Leg) -> None:
        """Nothing was heard from its page for a while; it may still come back."""

    def leg_is_left(self, leg: Leg, reason: str) -> None:
        """The page gave it up."""

    def leg_is_lost(self, leg: Leg, reason: str) -> None:
        """It is broken."""


class Leg:
    """One transport of a peer; the `Listener` of it. What it tells reaches the peer while it is the one in use.

    begins: whether its page begins anew with it, having lost what there was.
    is_up: whether the page is heard over it. has_been_up: whether it ever was.
    standby: the transport, where it is a WebSocket.
    held: what came over it before it was in use.
    """

    def __init__(self, listener: LegListener, name: TransportName, *, begins: bool) -> None:
        self.name = name
        self.begins = begins
        self.is_up = False
        self.has_been_up = False
        self.standby: Standby | None = None
        self.held: deque[tuple[ChannelName, str | bytes]] = deque(maxlen=HELD)
        self._listener = listener
        self._peer: Peer | None = None
        self._transport: Transport | None = None
        self._equip: Callable[[], Equipment] | None = None
        self._on_first_up: Callable[[], None] | None = None
        self._open_channels: list[ChannelName] = []
        self._target: int | None = None
        self._timeout: asyncio.TimerHandle | None = None

    # What its handover does with it.

    def carry(
        self,
        transport: Transport,
        equip: Callable[[], Equipment],
        standby: Standby | None,
        on_first_up: Callable[[], None] | None,
    ) -> None:
        """Give it the transport that it listens to; see `Handover.add`."""
        self._transport, self._equip = transport, equip
        self.standby, self._on_first_up = standby, on_first_up

    @property
    def transport(self) -> Transport:
        """The one that it carries."""
        assert self._transport is not None, "it comes before anything is asked of the leg"
        return self._transport

    @property
    def is_heard(self) -> bool:
        """Whether the page was heard over it a moment ago."""
        return self.is_up and self.transport.silence < HEARD_WITHIN

    def wait(self, seconds: float, give_up: Callable[[Leg], None]) -> None:
        """Give it some time to come up, or be used."""
        loop = asyncio.get_running_loop()
        self._timeout = loop.call_later(seconds, give_up, self)

    def wait_no_more(self) -> None:
        if self._timeout is not None:
            self._timeout.cancel()

    def serve(self, peer: Peer) -> None:
        """Be the one in use from now on: what was told before reaches the peer first."""
        assert self._equip is not None
        self._peer = peer
        peer.attach(self.transport, self._equip())
        if self._target is not None:
            peer.target_changed(self._target)
        if self.is_up:
            peer.connected()
        for channel in self._open_channels:
            peer.channel_open(channel)
        while self.held:
            peer.message(*self.held.popleft())

    def rest(self) -> None:
        """Be in use no more."""
        self._peer = self._target = None

    # What its transport tells.

    def connected(self) -> None:
        self.is_up = True
        if not self.has_been_up:
            self.has_been_up = True
            if self._on_first_up is not None:
                self._on_first_up()
        self._listener.leg_is_up(self)

    def silent(self) -> None:
        self.is_up = False
        self._listener.leg_is_silent(self)

    def room(self) -> None:
        if self._peer:
            self._peer.room()

    def target_changed(self, bitrate: int) -> None:
        self._target = bitrate
        if self._peer:
            self._peer.target_changed(bitrate)

    def key_frame_wanted(self) -> None:
        if self._peer:
            self._peer.key_frame_wanted()

    def channel_open(self, channel: ChannelName) -> None:
        self._open_channels.append(channel)
        if self._peer:
            self._peer.channel_open(channel)

    def message(self, channel: ChannelName, message: str | bytes) -> None:
        if self._peer:
            self._peer.message(channel, message)
        else:
            self.held.append((channel, message))

    def left(self, reason: str) -> None:
        self._listener.leg_is_left(self, reason)

    def lost(self, reason: str) -> None:
        self._listener.leg_is_lost(self, reason)
