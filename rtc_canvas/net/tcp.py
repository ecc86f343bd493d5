"""Media over TCP (RFC 6544): links that browsers make where UDP does not pass."""

from __future__ import annotations

import asyncio
import ipaddress
import sys
from collections import Counter
from typing import cast

from .candidates import Bound
from .demultiplexer import PACKET_LIMIT, Address, Demultiplexer, Receiver
from .framing import Frames, FrameTooLong, framed

# The first frame is a STUN request that its receiver authenticates, or the link is closed.
FIRST_FRAME_LIMIT = 1024
FIRST_FRAME_WITHIN = 5.0

# So many links may be without their first frame; then the oldest gives way, as honest ones do not take a second.
WAITING_LIMIT = 64

# A browser makes one to each address that it is offered.
LINKS_OF_A_RECEIVER = 16

# What may wait in user space for one link. What is more is lost, as by a full queue on the way: its sender holds frames
# back long before that, so that it is only the rest of a link that has stalled.
WRITE_LIMIT = 1 << 18

# A link is given so long to send what a farewell left in it.
FAREWELL = 1.0


class TcpLinks:
    """All the links of a server. A `SharedSocket`.

    bound: where the port is that they come in by.
    refused: how many links were closed on who made them, by why.
    """

    def __init__(self, bound: Bound) -> None:
        self.demultiplexer: Demultiplexer[Receiver] = Demultiplexer()
        self.bound = bound
        self.refused: Counter[str] = Counter()
        self._links: dict[Address, Link] = {}
        # Those without a first frame, oldest first.
        self._waiting: dict[Link, None] = {}

    async def open(self) -> None:
        """Nothing to do: links are handed over by whoever accepts connections."""

    def close(self) -> None:
        """End all links. Idempotent."""
        for link in [*self._links.values(), *self._waiting]:
            link.abort()

    def new(self) -> Link:
        """The protocol of a connection that was accepted and begins like a frame."""
        return Link(self)

    def send(self, data: bytes, address: Address) -> None:
        link = self._links.get(address)
        if link is not None:
            link.send(data)

    def backlog(self, address: Address) -> int:
        link = self._links.get(address)
        return 0 if link is None else link.backlog

    def leave(self, receiver: Receiver) -> None:
        for address in self.demultiplexer.leave(receiver):
            self._links[address].close()

    def keep(self, receiver: Receiver, address: Address | None) -> None:
        for gone in self.demultiplexer.keep(receiver, address):
            self._links[gone].close()

    # What a link tells.

    def made(self, link: Link) -> None:
        if len(self._waiting) == WAITING_LIMIT:
            next(iter(self._waiting)).refuse("crowd")
        self._waiting[link] = None

    def received(self, link: Link, packet: bytes) -> None:
        """Take a packet of a link's; the first one decides about the link."""
        if link in self._waiting:
            del self._waiting[link]
            self._admit(link, packet)
        else:
            self.demultiplexer.deliver(packet, link.address)

    def lost(self, link: Link) -> None:
        self._waiting.pop(link, None)
        if self._links.get(link.address) is link:
            del self._links[link.address]
            receiver = self.demultiplexer.unbind(link.address)
            if receiver is not None:
                receiver.source_lost(link.address)

    def _admit(self, link: Link, packet: bytes) -> None:
        if link.address in self._links:
            # Over another address of this machine; which of the two an answer is for could not be told.
            link.refuse("address")
            return
        # An answer has to find its way.
        self._links[link.address] = link
        self.demultiplexer.deliver(packet, link.address)
        receiver = self.demultiplexer.owner(link.address)
        if receiver is None:
            link.refuse("unauthenticated")
        elif len(self.demultiplexer.sources(receiver)) > LINKS_OF_A_RECEIVER:
            link.refuse("number")
        else:
            link.admit()


class Link(asyncio.Protocol):
    """One connection of a browser's.

    address: of the browser, known once the connection is made.
    """

    address: Address = "", 0
    _transport: asyncio.Transport

    def __init__(self, links: TcpLinks) -> None:
        self._links = links
        self._frames = Frames(FIRST_FRAME_LIMIT)
        self._deadline = asyncio.get_running_loop().call_later(
            FIRST_FRAME_WITHIN, self.refuse, "time"
        )

    @property
    def backlog(self) -> int:
        """Bytes that wait here and in the system, those included that left and are not acknowledged."""
        transport = self._transport
        if transport.is_closing():
            return 0
        descriptor = transport.get_extra_info("socket").fileno()
        return transport.get_write_buffer_size() + _unacknowledged(descriptor)

    def send(self, packet: bytes) -> None:
        """Send a packet, or lose it where too much waits."""
        transport = self._transport
        if not transport.is_closing() and transport.get_write_buffer_size() < WRITE_LIMIT:
            transport.write(framed(packet))

    def admit(self) -> None:
        """Take more than the first frame."""
        self._deadline.cancel()
        self._frames.limit = PACKET_LIMIT

    def refuse(self, why: str) -> None:
        """Close it on who made it."""
        self._links.refused[why] += 1
        self.abort()

    def close(self) -> None:
        """Send what is left, and end."""
        self._transport.close()
        asyncio.get_running_loop().call_later(FAREWELL, self.abort)

    def abort(self) -> None:
        self._transport.abort()

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        if peer is None:
            # It broke before it was accepted.
            self.refuse("broken")
            return
        self.address = _plain(peer[0]), peer[1]
        self._links.made(self)

    def data_received(self, data: bytes) -> None:
        try:
            for packet in self._frames.cut(data):
                self._links.received(self, packet)
                if self._transport.is_closing():
                    return
        except FrameTooLong:
            self.refuse("length")

    def connection_lost(self, error: Exception | None) -> None:
        self._deadline.cancel()
        self._links.lost(self)


def _plain(host: str) -> str:
    """An IPv4 address as such, that a socket for both families shows in IPv6's clothes."""
    address = ipaddress.ip_address(host.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address)


if sys.platform == "linux":
    import fcntl
    import termios

    def _unacknowledged(descriptor: int) -> int:
        """Bytes that the system has for the other end, and that are not acknowledged."""
        count = fcntl.ioctl(descriptor, termios.TIOCOUTQ, bytes(4))
        return int.from_bytes(count, sys.byteorder)

else:

    def _unacknowledged(descriptor: int) -> int:
        """Not known here."""
        return 0
