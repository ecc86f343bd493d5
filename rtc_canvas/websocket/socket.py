"""The WebSocket itself, as the connection over it sees it."""

from __future__ import annotations

from typing import Protocol


class Socket(Protocol):
    """An open WebSocket; whoever reads it hands on what it receives."""

    @property
    def backlog(self) -> int:
        """Bytes that were sent and have not reached the other end of the TCP connection."""

    async def send(self, message: str | bytes) -> None:
        """Send a message; returns once the next one may come.

        Raises:
            ConnectionError: when it is closed.
        """

    async def close(self, code: int, reason: str) -> None:
        """Send what is left, say goodbye, and close. Idempotent."""
