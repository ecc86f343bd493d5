"""SCTP as a hostile page may speak it, or one that has just gone."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from aiortc.rtcsctptransport import RTCSctpTransport

from . import require
from .ice import Liveness

require(RTCSctpTransport, "_handle_data", "_data_channel_flush")


def guard(
    transport: RTCSctpTransport, liveness: Liveness, on_hostile: Callable[[str], None]
) -> None:
    """Let every packet that decrypts count as a sign of life, and let none of them raise.

    An exception (text that is not UTF-8 is enough) would end aiortc's receive loop. And fragments of messages that
    never end would fill the memory: aiortc tells the sender how much room there is, but takes what comes beyond it.
    What is sent as the page goes is dropped: aiortc's task for it would raise with nobody there to catch that.

    on_hostile: called with a sentence; the connection is to be closed then.
    """
    instance: Any = transport
    require(instance, "_advertised_rwnd", "_data_channel_queue", "_outbound_queue", "_flight_size")
    handle = instance._handle_data

    async def handle_data(data: bytes) -> None:
        liveness.seen()
        try:
            await handle(data)
        except ConnectionError:
            raise
        except Exception as error:
            on_hostile(f"The page sent malformed data ({type(error).__name__}).")
        if instance._advertised_rwnd < 0:
            on_hostile("The page sent more data than there was room for.")

    flush = instance._data_channel_flush

    async def data_channel_flush() -> None:
        with contextlib.suppress(ConnectionError):
            await flush()

    instance._handle_data = handle_data
    instance._data_channel_flush = data_channel_flush


def waiting(transport: RTCSctpTransport) -> int:
    """Bytes that the channels of a transport have not sent yet."""
    instance: Any = transport
    messages = sum(len(data) for _, _, data in instance._data_channel_queue)
    return messages + sum(len(chunk.user_data) for chunk in instance._outbound_queue)


def flying(transport: RTCSctpTransport) -> int:
    """Bytes that were sent and not acknowledged."""
    instance: Any = transport
    return int(instance._flight_size)
