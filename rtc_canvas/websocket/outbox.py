"""Messages on their way into a WebSocket, one after the other."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from .socket import Socket

# Bytes that may wait: a page that does not read holds no more of the server than this.
LIMIT = 4 * 1024 * 1024

# Seconds that a farewell may take.
FAREWELL = 0.5


class Outbox:
    """Sends what it is given in order, without making its giver wait.

    on_broken: called once with a sentence when no more can be sent.
    waiting: bytes that have not been handed to the socket.
    """

    def __init__(self, socket: Socket, on_broken: Callable[[str], None]) -> None:
        self._socket = socket
        self._on_broken = on_broken
        self._messages: deque[str | bytes] = deque()
        self._changed = asyncio.Event()
        self._ending = False
        self._task = asyncio.get_running_loop().create_task(self._run())
        self.waiting = 0

    def put(self, message: str | bytes) -> bool:
        """Send a message after those before it; False where nothing can be sent any more."""
        if self._ending:
            return False
        if self.waiting + len(message) > LIMIT:
            self._break("The page does not read what it is sent.")
            return False
        self._messages.append(message)
        self.waiting += len(message)
        self._changed.set()
        return True

    async def close(self) -> None:
        """Send what waits, if that takes no longer than a moment, and stop. Idempotent."""
        self._ending = True
        self._changed.set()
        await asyncio.wait([self._task], timeout=FAREWELL)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        try:
            while True:
                while self._messages:
                    message = self._messages.popleft()
                    self.waiting -= len(message)
                    await self._socket.send(message)
                if self._ending:
                    return
                self._changed.clear()
                await self._changed.wait()
        except ConnectionError:
            self._break("The page was closed.")

    def _break(self, reason: str) -> None:
        if not self._ending:
            self._ending = True
            self._messages.clear()
            self._on_broken(reason)
