"""The end of a connection that has not connected yet, or whose tasks an event loop that ends has cancelled."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from aiortc import InvalidStateError, RTCPeerConnection

from . import require

CLOSING, CLOSED = "_RTCPeerConnection__closeTask", "_RTCPeerConnection__isClosed"

# Each one gets past one more task that was cancelled: there are those of ICE and DTLS.
TRIES = 4

require(RTCPeerConnection, "_RTCPeerConnection__connect")


def let_close_early(connection: RTCPeerConnection) -> None:
    """Let no error come of being closed before it has connected: nobody takes it, and it ends in the log."""
    instance: Any = connection
    connect = instance._RTCPeerConnection__connect

    async def connect_unless_closed() -> None:
        try:
            await connect()
        except InvalidStateError:
            if connection.signalingState != "closed":
                raise

    instance._RTCPeerConnection__connect = connect_unless_closed


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
