"""A UDP socket that all peers share."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

from .candidates import Bound
from .demultiplexer import PACKET_LIMIT, Address, Demultiplexer, Receiver

# Read at once, before others have their turn: each turn of the event loop costs more than a packet.
BATCH = 64

# A frame for every peer fits in; what the system allows is often less.
BUFFER = 4 << 20

# So many packets leave at once: a frame in motion, and what any receiver's buffer takes.
TOGETHER = 16


class UdpSocket:
    """Sends for all peers, and hands each what is for it. A `SharedSocket`.

    bound: a UDP socket that does not block; it is closed with this one.
    """

    def __init__(self, bound: socket.socket) -> None:
        self.demultiplexer: Demultiplexer[Receiver] = Demultiplexer()
        host, port = bound.getsockname()[:2]
        self.bound = Bound("udp", host, port)
        self._socket = bound
        self._leaving: list[tuple[bytes, Address]] = []
        self._endpoint: asyncio.DatagramTransport | None = None
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            bound.setsockopt(socket.SOL_SOCKET, option, BUFFER)

    async def open(self) -> None:
        """Begin to read, on the running event loop."""
        loop = asyncio.get_running_loop()
        try:
            loop.add_reader(self._socket, self._read)
        except NotImplementedError:  # the default loop of Windows
            self._endpoint, _ = await loop.create_datagram_endpoint(
                lambda: _Endpoint(self._receive), sock=self._socket
            )

    def close(self) -> None:
        """Send what is leaving, and stop. Idempotent."""
        self._send_leaving()
        if self._endpoint is not None:
            self._endpoint.abort()
        elif self._socket.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()

    def leave(self, receiver: Receiver) -> None:
        self.demultiplexer.leave(receiver)

    def keep(self, receiver: Receiver, address: Address | None) -> None:
        self.demultiplexer.keep(receiver, address)

    def send(self, data: bytes, address: Address) -> None:
        """Send a packet, or lose it.

        Those of one turn of the event loop leave together, at its end. A receiver on the same machine would wake up at
        the first one, and often takes the processor away from what makes the others.

        Whether an address can be reached is for ICE to find out, and what a full queue loses is for congestion control.
        """
        self._leaving.append((data, address))
        if len(self._leaving) == 1:
            asyncio.get_running_loop().call_soon(self._send_leaving)
        elif len(self._leaving) == TOGETHER:
            self._send_leaving()

    def _send_leaving(self) -> None:
        leaving, self._leaving = self._leaving, []
        for data, address in leaving:
            try:
                self._socket.sendto(data, address)
            except (OSError, OverflowError):  # the latter for a port that is none
                self.demultiplexer.dropped["unsent"] += 1

    def backlog(self, address: Address) -> int:
        """Bytes that wait to leave for an address: none, as what finds no room is lost at once."""
        return 0

    def _read(self) -> None:
        for _ in range(BATCH):
            try:
                data, address = self._socket.recvfrom(PACKET_LIMIT + 1)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                # Of a packet that was sent earlier: it could not be delivered.
                continue
            self._receive(data, address)

    def _receive(self, data: bytes, address: tuple[Any, ...]) -> None:
        # An IPv6 address has four parts.
        self.demultiplexer.deliver(data, address[:2])


class _Endpoint(asyncio.DatagramProtocol):
    """Reads for a socket where the event loop has no readers."""

    def __init__(self, receive: Callable[[bytes, tuple[Any, ...]], None]) -> None:
        self._receive = receive

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        self._receive(data, addr)
