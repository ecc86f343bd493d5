"""A request that is upgraded to a WebSocket, which only translates between aiohttp and `websocket`."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator

from aiohttp import WebSocketError, WSMsgType, web

from .websocket import MAX_MESSAGE

try:
    import fcntl
    import termios
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

__all__ = ["Upgraded"]

# Seconds in which a page that is told goodbye has to say so too; and as many to take what was sent before that.
CLOSING = 1.0


class Upgraded:
    """A `websocket.Socket`. Use `prepare` first."""

    def __init__(self) -> None:
        # Video does not get smaller, and messages are small.
        self.response = web.WebSocketResponse(
            compress=False, max_msg_size=MAX_MESSAGE, timeout=CLOSING
        )
        self._transport: asyncio.Transport | None = None
        self._broken_rule: int | None = None

    async def prepare(self, request: web.Request) -> None:
        await self.response.prepare(request)
        self._transport = request.transport

    @property
    def backlog(self) -> int:
        transport = self._transport
        if transport is None or transport.is_closing():
            return 0
        return transport.get_write_buffer_size() + _in_kernel(transport)

    @property
    def close_code(self) -> int | None:
        return self._broken_rule or self.response.close_code

    async def messages(self) -> AsyncIterator[str | bytes]:
        async for message in self.response:
            if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                yield message.data
            elif message.type is WSMsgType.ERROR and isinstance(message.data, WebSocketError):
                # aiohttp has closed it, and goes on to take that for a connection that broke.
                self._broken_rule = message.data.code

    async def send(self, message: str | bytes) -> None:
        if isinstance(message, str):
            await self.response.send_str(message)
        else:
            await self.response.send_bytes(message)

    async def close(self, code: int, reason: str) -> None:
        task = asyncio.current_task()
        try:
            async with asyncio.timeout(2 * CLOSING):
                await self.response.close(code=code, message=reason.encode())
        except (TimeoutError, asyncio.CancelledError):
            # The page reads nothing any more: what waits for it would keep the connection for ever. All who send wait
            # for one future of aiohttp's, so that one of them who was cancelled cancels the next.
            if self._transport is not None:
                self._transport.abort()
            if task is not None and task.cancelling():
                raise


def _in_kernel(transport: asyncio.Transport) -> int:
    """Bytes that the other end of the TCP connection has not acknowledged; 0 where the system does not tell."""
    socket = transport.get_extra_info("socket")
    if fcntl is None or socket is None:
        return 0
    try:
        # TIOCOUTQ is SIOCOUTQ of tcp(7).
        answer = fcntl.ioctl(socket.fileno(), termios.TIOCOUTQ, bytes(4))
    except OSError:
        return 0
    return int(struct.unpack("i", answer)[0])
