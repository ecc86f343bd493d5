"""A WebSocket as ASGI carries it (HTTP & WebSocket specification, version 2.5), which only translates."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from .response import Response
from .websocket import MAX_MESSAGE, TOO_BIG

__all__ = ["AsgiSocket", "Receive", "Send"]

Event: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Event]]
Send: TypeAlias = Callable[[Event], Awaitable[None]]

# Seconds in which a page that is told goodbye has to say so too.
CLOSING = 1.0

# RFC 6455 clause 7.1.5: what counts as the code where none was sent.
NO_CODE = 1005


class AsgiSocket:
    """A `websocket.Socket`. Use `accept` or `refuse` first."""

    # ASGI does not tell what waits in the server and the system behind it; the acknowledgements of frames do.
    backlog = 0

    def __init__(self, receive: Receive, send: Send) -> None:
        self.close_code: int | None = None
        self._receive = receive
        self._send = send
        self._is_over = False
        self._waiting: asyncio.Timeout | None = None
        self._give_up_at: float | None = None

    async def accept(self) -> None:
        await self._receive()  # websocket.connect
        await self._send({"type": "websocket.accept"})

    async def refuse(self, response: Response, *, has_responses: bool) -> None:
        """Answer a handshake with a response; by 403 without words where the server can do no better.

        has_responses: whether it has the extension "websocket.http.response".
        """
        await self._receive()  # websocket.connect
        self._is_over = True
        if not has_responses:
            await self._send({"type": "websocket.close"})
            return
        await self._send(
            {
                "type": "websocket.http.response.start",
                "status": response.status,
                "headers": response.pairs(),
            }
        )
        await self._send({"type": "websocket.http.response.body", "body": response.body})

    async def messages(self) -> AsyncIterator[str | bytes]:
        while (event := await self._next()) is not None:
            text = event.get("text")
            message: str | bytes = event.get("bytes") or b"" if text is None else text
            if _size(message) > MAX_MESSAGE:
                self.close_code = TOO_BIG
                await self.close(TOO_BIG, "The message is too long.")
                return
            yield message

    async def _next(self) -> Event | None:
        """The next message; None at the end."""
        try:
            async with asyncio.timeout_at(self._give_up_at) as self._waiting:
                event = await self._receive()
        except TimeoutError:
            return None
        finally:
            self._waiting = None
        if event["type"] != "websocket.disconnect":
            return event
        self._is_over = True
        self.close_code = event.get("code", NO_CODE)
        return None

    async def send(self, message: str | bytes) -> None:
        if self._is_over:
            raise ConnectionError("The WebSocket is closed.")
        kind = "text" if isinstance(message, str) else "bytes"
        try:
            await self._send({"type": "websocket.send", kind: message})
        except Exception as error:
            # An OSError says the specification, since version 2.4; before, each server raised what it liked.
            self._is_over = True
            raise ConnectionError(f"The WebSocket is closed: {error!r}") from error

    async def close(self, code: int, reason: str) -> None:
        if self._is_over:
            return
        self._is_over = True
        self._give_up_at = asyncio.get_running_loop().time() + CLOSING
        if self._waiting is not None:
            self._waiting.reschedule(self._give_up_at)
        try:
            async with asyncio.timeout_at(self._give_up_at):
                await self._send({"type": "websocket.close", "code": code, "reason": reason})
        except Exception:
            # It is closed already, or will be when the application returns.
            return


def _size(message: str | bytes) -> int:
    return len(message.encode(errors="replace") if isinstance(message, str) else message)
