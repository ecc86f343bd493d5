"""Carries STUN requests over UDP, TCP and TLS, and brings the answers."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal, Protocol, TypeAlias, cast

from . import stun

Transport: TypeAlias = Literal["udp", "tcp", "tls"]

# Seconds until a request over UDP is sent again; doubled each time.
AGAIN = 0.15


class Channel(Protocol):
    """A way to one server."""

    async def ask(self, request: bytes, transaction_id: bytes) -> stun.Response:
        """The answer to a request. Raises OSError; it waits for ever where none comes."""


@asynccontextmanager
async def channel(
    transport: Transport, host: str, port: int, *, framed: bool = False
) -> AsyncIterator[Channel]:
    """A way to a server until the end of the block.

    framed: whether messages over TCP have a length before them (RFC 4571), as between ICE's agents.

    Raises:
        OSError: when there is none; `ssl.SSLError` is one.
    """
    if transport == "udp":
        loop = asyncio.get_running_loop()
        carrier, datagrams = await loop.create_datagram_endpoint(
            _Datagrams, remote_addr=(host, port)
        )
        try:
            yield datagrams
        finally:
            carrier.close()
            # It is closed in the next round of the loop.
            await asyncio.sleep(0)
        return
    context = ssl.create_default_context() if transport == "tls" else None
    reader, writer = await asyncio.open_connection(host, port, ssl=context)
    try:
        yield _Stream(reader, writer, framed)
    finally:
        writer.transport.abort()
        await asyncio.sleep(0)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self._waiting: dict[bytes, asyncio.Future[stun.Response]] = {}
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # That of asyncio's own loops is no subclass of it.
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: object) -> None:
        response = stun.parse(data)
        waiting = response and self._waiting.get(response.transaction_id)
        if response and waiting and not waiting.done():
            waiting.set_result(response)

    def error_received(self, error: Exception) -> None:
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(error)

    async def ask(self, request: bytes, transaction_id: bytes) -> stun.Response:
        assert self._transport is not None
        answer: asyncio.Future[stun.Response] = asyncio.get_running_loop().create_future()
        self._waiting[transaction_id] = answer
        pause = AGAIN
        try:
            while True:
                self._transport.sendto(request)
                done, _ = await asyncio.wait([answer], timeout=pause)
                if done:
                    return answer.result()
                pause *= 2
        finally:
            del self._waiting[transaction_id]


class _Stream:
    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, framed: bool
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._framed = framed

    async def ask(self, request: bytes, transaction_id: bytes) -> stun.Response:
        length = len(request).to_bytes(2, "big") if self._framed else b""
        self._writer.write(length + request)
        try:
            while True:
                response = stun.parse(await self._message())
                if response and response.transaction_id == transaction_id:
                    return response
        except asyncio.IncompleteReadError:
            raise ConnectionResetError("the other end closed the connection") from None

    async def _message(self) -> bytes:
        if self._framed:
            length = int.from_bytes(await self._reader.readexactly(2), "big")
            return await self._reader.readexactly(length)
        header = await self._reader.readexactly(stun.HEADER)
        return header + await self._reader.readexactly(int.from_bytes(header[2:4], "big"))
