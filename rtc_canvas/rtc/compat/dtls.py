"""What arrives decrypted on a DTLS transport."""

from __future__ import annotations

from typing import Any

from aiortc.rtcdtlstransport import RTCDtlsTransport

from . import require
from .ice import Liveness

require(RTCDtlsTransport, "_handle_rtcp_data")


def watch(transport: RTCDtlsTransport, liveness: Liveness) -> None:
    """Let every RTCP packet that decrypts count as a sign of life."""
    instance: Any = transport
    handle = instance._handle_rtcp_data

    async def handle_rtcp_data(data: bytes) -> None:
        liveness.seen()
        await handle(data)

    instance._handle_rtcp_data = handle_rtcp_data
