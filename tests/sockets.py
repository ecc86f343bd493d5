"""A WebSocket that needs no network: what a page would have got over it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any


class StandInSocket:
    """A `signaling.websocket.Socket` whose page is the test.

    sent: what the page got. closed: (code, reason) once it was told goodbye.
    """

    def __init__(self) -> None:
        self.sent: list[str | bytes] = []
        self.backlog = 0
        self.closed: tuple[int, str] | None = None
        self.close_code: int | None = None
        self.free = asyncio.Event()
        self.free.set()
        self.error: Exception | None = None
        self._incoming: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self._changed = asyncio.Event()

    # What the server does.

    async def send(self, message: str | bytes) -> None:
        await self.free.wait()
        if self.error is not None:
            raise self.error
        self.sent.append(message)
        self._changed.set()

    async def messages(self) -> AsyncIterator[str | bytes]:
        while (message := await self._incoming.get()) is not None:
            yield message

    async def close(self, code: int, reason: str) -> None:
        self.closed = self.closed or (code, reason)
        self._incoming.put_nowait(None)
        self._changed.set()

    # What the page does.

    def say(self, message: str | bytes | dict[str, Any]) -> None:
        """Send a message, a dict as JSON."""
        text = json.dumps(message) if isinstance(message, dict) else message
        self._incoming.put_nowait(text)

    def leave(self, code: int | None) -> None:
        """Close it; None: it breaks."""
        self.close_code = code
        self._incoming.put_nowait(None)

    def remarks(self) -> list[dict[str, Any]]:
        """The text messages that the page got."""
        return [json.loads(message) for message in self.sent if isinstance(message, str)]

    def kinds(self) -> list[int]:
        """The first byte of each binary message that the page got."""
        return [message[0] for message in self.sent if isinstance(message, bytes)]

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(5):
            while not condition():
                self._changed.clear()
                await self._changed.wait()
