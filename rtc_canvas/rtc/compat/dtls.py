"""What arrives decrypted on a DTLS transport."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.sdp import SessionDescription

from ..congestion.feedback import split_compound
from . import require
from .ice import Liveness

require(RTCDtlsTransport, "_handle_rtcp_data", "_set_role")


def let_begin(offer: SessionDescription, transport: RTCDtlsTransport) -> None:
    """Let the browser begin the handshake, where its offer leaves that open. Between offer and answer.

    It is the first to know that the way is free. And OpenSSL's client waits at the end of DTLS 1.3 until its last
    flight is acknowledged, a whole round trip, before it lets media through.
    """
    # What aiortc calls "auto" is a=setup:actpass.
    if all(media.dtls is not None and media.dtls.role == "auto" for media in offer.media):
        transport._set_role("server")


def watch(
    transport: RTCDtlsTransport, liveness: Liveness, on_feedback: Callable[[bytes], None]
) -> None:
    """Let every RTCP packet that decrypts count as a sign of life, and take the transport-wide reports out.

    on_feedback: called with each of those, an RTCP packet of format 15, at which aiortc's parser would raise.
    """
    instance: Any = transport
    handle = instance._handle_rtcp_data

    async def handle_rtcp_data(data: bytes) -> None:
        liveness.seen()
        reports, rest = split_compound(data)
        for report in reports:
            on_feedback(report)
        if rest:
            await handle(rest)

    instance._handle_rtcp_data = handle_rtcp_data
