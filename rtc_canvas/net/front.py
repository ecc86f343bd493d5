"""The one TCP port: HTTP, and the links that carry media."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections import Counter
from collections.abc import Callable
from typing import Literal, TypeAlias

logger = logging.getLogger(__name__)

Kind: TypeAlias = Literal["media", "tls", "http"]

# Browsers keep a spare connection or two on which they say nothing for a while.
FIRST_BYTE_WITHIN = 10.0

# A TLS handshake takes two round trips.
HANDSHAKE_WITHIN = 10.0

# So many may have said nothing, or not finished their handshake; then the oldest gives way.
WAITING_LIMIT = 64

# Where the system has no descriptor left for one more connection, asking at once again would keep the loop busy.
PAUSE = 1.0

ProtocolFactory: TypeAlias = Callable[[], asyncio.Protocol]


def kind_of(first: int) -> Kind:
    """What a connection carries, by its first byte.

    The length of a STUN request of at most 1024 bytes begins with 0 to 4, a TLS handshake with 22, HTTP with a letter.
    """
    if first <= 4:
        return "media"
    return "tls" if first == 22 else "http"


class Front:
    """Accepts connections and hands each to whom it is for, with nothing read from it.

    listening: a listening socket that does not block; it is closed with this.
    http, media: make the protocol for a connection of that kind.
    encryption: with it, HTTP is taken over TLS alone; media are encrypted by themselves.
    refused: how many connections were closed before they were handed over, by why.
    """

    def __init__(
        self,
        listening: socket.socket,
        *,
        http: ProtocolFactory,
        media: ProtocolFactory,
        encryption: ssl.SSLContext | None = None,
    ) -> None:
        self._listening = listening
        self._factories: dict[Kind, ProtocolFactory] = {
            "media": media,
            "http" if encryption is None else "tls": http,
        }
        self._encryption = encryption
        self.refused: Counter[str] = Counter()
        self._accepting: asyncio.Task[None] | None = None
        # Those that have said nothing yet, oldest first.
        self._waiting: dict[asyncio.Task[None], None] = {}

    def open(self) -> None:
        """Begin to accept, on the running event loop."""
        self._accepting = asyncio.create_task(self._accept())

    async def close(self) -> None:
        """Accept no more; connections that were handed over live on. Idempotent."""
        tasks = [*self._waiting]
        if self._accepting is not None:
            tasks.append(self._accepting)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._listening.close()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = await loop.sock_accept(self._listening)
            except OSError as error:
                logger.warning("A connection could not be accepted: %s.", error)
                await asyncio.sleep(PAUSE)
                continue
            if len(self._waiting) == WAITING_LIMIT:
                self.refused["crowd"] += 1
                next(iter(self._waiting)).cancel()
            self._wait_for(connection)
            # Accepting waits for nothing while connections come in a flood.
            await asyncio.sleep(0)

    def _wait_for(self, connection: socket.socket) -> None:
        task = asyncio.create_task(self._admit(connection))
        self._waiting[task] = None

        def done(task: asyncio.Task[None]) -> None:
            del self._waiting[task]
            if task.cancelled():
                connection.close()

        task.add_done_callback(done)

    async def _admit(self, connection: socket.socket) -> None:
        try:
            async with asyncio.timeout(FIRST_BYTE_WITHIN):
                first = await _first_byte(connection)
            if first is None:
                why = "left"
            elif (kind := kind_of(first)) not in self._factories:
                why = kind
            else:
                await self._hand_over(connection, kind)
                return
        except TimeoutError:
            why = "time"
        except OSError:
            # The connection broke, or its TLS handshake failed.
            why = "broken"
        self.refused[why] += 1
        connection.close()

    async def _hand_over(self, connection: socket.socket, kind: Kind) -> None:
        loop, factory = asyncio.get_running_loop(), self._factories[kind]
        if kind != "tls":
            await loop.connect_accepted_socket(factory, connection)
            return
        await loop.connect_accepted_socket(
            factory,
            connection,
            ssl=self._encryption,
            ssl_handshake_timeout=HANDSHAKE_WITHIN,
        )


async def _first_byte(connection: socket.socket) -> int | None:
    """The first byte that comes, left where it is; None when the other end closes before."""
    while True:
        try:
            peeked = connection.recv(1, socket.MSG_PEEK)
        except (BlockingIOError, InterruptedError):
            await _readable(connection)
        else:
            return peeked[0] if peeked else None


async def _readable(connection: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    ready = loop.create_future()
    try:
        loop.add_reader(connection, _resolve, ready)
    except NotImplementedError:  # the default loop of Windows
        await asyncio.sleep(0.01)
        return
    try:
        await ready
    finally:
        loop.remove_reader(connection)


def _resolve(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
