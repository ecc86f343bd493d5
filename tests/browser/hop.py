"""A hop on the way to a UDP server, behind which that can be another from one packet to the next."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

Address = tuple[str, int]


class Hop(asyncio.DatagramProtocol):
    """A port of 127.0.0.1 that passes datagrams on, each sender's by a port of its own, and the answers back."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._ways: dict[Address, asyncio.Task[_Way]] = {}
        self._transport: asyncio.DatagramTransport

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._transport.get_extra_info("sockname")[1]
        return port

    async def lead_to(self, target: int) -> None:
        """Pass on to another port from now on; that one has never heard of anybody."""
        self._target = target
        await self._forget()

    async def close(self) -> None:
        """Pass nothing on any more."""
        self._transport.close()
        await self._forget()

    async def _forget(self) -> None:
        ways, self._ways = self._ways, {}
        for way in await asyncio.gather(*ways.values()):
            way.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        if addr not in self._ways:
            self._ways[addr] = asyncio.create_task(self._open(addr))
        self._ways[addr].add_done_callback(lambda way: way.result().send(data))

    async def _open(self, sender: Address) -> _Way:
        _, way = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Way(self._transport, sender), remote_addr=("127.0.0.1", self._target)
        )
        return way


class _Way(asyncio.DatagramProtocol):
    """One sender's packets, there and back."""

    def __init__(self, back: asyncio.DatagramTransport, sender: Address) -> None:
        self._back = back
        self._sender = sender
        self._transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self._back.sendto(data, self._sender)

    def send(self, data: bytes) -> None:
        self._transport.sendto(data)

    def close(self) -> None:
        self._transport.close()


@asynccontextmanager
async def hop(target: int) -> AsyncIterator[Hop]:
    """One that leads to a port of 127.0.0.1, until the end of the block."""
    _, made = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Hop(target), local_addr=("127.0.0.1", 0)
    )
    try:
        yield made
    finally:
        await made.close()
