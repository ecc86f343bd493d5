"""The end of a connection whose tasks an event loop that ends has cancelled."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from aiortc import RTCPeerConnection

from . import require

CLOSING, CLOSED = "_RTCPeerConnection__closeTask", "_RTCPeerConnection__isClosed"

# Each one gets past one more task that was cancelled: there are those of ICE and DTLS.
TRIES = 4


async def close(connection: RTCPeerConnection) -> None:
    """Close a connection, whatever became of its tasks.

    Where its DTLS task ends, aiortc begins to close by itself. Where its ICE task was cancelled too, that stops
    half-way, and whoever closes after that would wait for ever.
    """
    instance: Any = connection
    require(instance, CLOSING, CLOSED)
    for _ in range(TRIES):
        begun = getattr(instance, CLOSING)
        if begun is not None:
            await asyncio.wait({begun})
        closed = getattr(instance, CLOSED)
        if closed and closed.done():
            return
        setattr(instance, CLOSED, None)
        with contextlib.suppress(asyncio.CancelledError):
            await connection.close()
