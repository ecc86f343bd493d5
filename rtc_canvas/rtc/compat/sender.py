"""An RTCRtpSender whose RTP loop belongs to a subclass, and the private state that it shares with its RTCP loop."""

from __future__ import annotations

import asyncio
import logging
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiortc import RTCRtpSender, RTCRtpTransceiver, clock
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcrtpparameters import RTCRtpCodecParameters, RTCRtpSendParameters
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    RtcpPsfbPacket,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSrPacket,
    unpack_remb_fci,
)

from ...encoded_frame import Chroma
from ...peer_log import Log
from . import require
from .sdp import chroma_of

LOG: Log = logging.LoggerAdapter(logging.getLogger(__name__))

require(
    RTCRtpSender,
    "_run_rtp",
    "_handle_rtcp_packet",
    "_send_keyframe",
    "_retransmit",
    "_next_encoded_frame",
)
require(RTCDtlsTransport, "_send_rtp")


@dataclass(frozen=True, slots=True)
class Negotiated:
    """What offer and answer agreed on for one sender.

    payload_types: by the chroma of a frame. rtx_payload_types: of retransmissions, by the payload type of what is sent
    again.
    """

    payload_types: Mapping[Chroma, int]
    rtx_payload_types: Mapping[int, int]
    mid: str
    extensions: dict[str, int]


class OpenSender(RTCRtpSender):
    """Runs `run()` in place of aiortc's RTP loop and hands each kind of feedback to a method of its own.

    aiortc's loop serialises packets before they could be paced or stamped and ends silently when an encoder
    raises; a subclass has its own.

    log: where lines about it go.
    """

    def __init__(
        self, track: MediaStreamTrack, transport: RTCDtlsTransport, *, log: Log = LOG
    ) -> None:
        super().__init__(track, transport)
        self.log = log
        # Set by the constructor of RTCRtpSender; a version that renames one would leave a silent sender.
        require(self, *(f"_RTCRtpSender__{name}" for name in _SHARED))
        self.negotiated: Negotiated | None = None
        self._reported_loss: float | None = None
        self._stopped = False

    async def run(self, negotiated: Negotiated) -> None:
        """Send until the track ends. May raise ConnectionError and MediaStreamError."""
        raise NotImplementedError

    def on_failure(self, error: Exception) -> None:
        """`run` raised something it must not."""

    async def on_nack(self, sequence_numbers: list[int]) -> None:
        """The receiver misses these packets (RFC 4585 clause 6.2.1)."""

    def on_remb(self, bitrate: int) -> None:
        """The receiver's own estimate, bits per second."""

    def on_key_frame_request(self) -> None:
        """The receiver cannot decode without a key frame (PLI, FIR)."""

    # State that aiortc's RTCP loop and statistics read.

    def note_sent(self, timestamp: int, octets: int) -> None:
        """Count a packet for the sender reports."""
        state: Any = self.__dict__
        state["_RTCRtpSender__ntp_timestamp"] = clock.current_ntp_time()
        state["_RTCRtpSender__rtp_timestamp"] = timestamp
        state["_RTCRtpSender__octet_count"] += octets
        state["_RTCRtpSender__packet_count"] += 1

    @property
    def round_trip(self) -> float | None:
        """Seconds, smoothed, from receiver reports; None before the first."""
        value = self.__dict__["_RTCRtpSender__rtt"]
        # aiortc takes the time of the newest of its reports where two of them bear the same stamp, as they do when
        # nothing was sent in between.
        return None if value is None else max(0.0, float(value))

    @property
    def reported_loss(self) -> float | None:
        """The share of packets lost, 0 to 1, in the newest receiver report; None before the first."""
        return self._reported_loss

    @property
    def ssrc(self) -> int:
        return int(self._ssrc)

    @property
    def rtx_ssrc(self) -> int:
        return int(self._rtx_ssrc)

    def send_now(self, packet: bytes) -> None:
        """Encrypt and send one RTP packet. Raises ConnectionError once the transport is gone.

        aiortc's way down to the socket is a chain of coroutines, none of which waits for anything.
        """
        way = self.transport._send_rtp(packet)
        try:
            way.send(None)
        except StopIteration:
            return
        way.close()
        raise RuntimeError("aiortc's transport waits while it sends a packet.")

    # What aiortc calls.

    async def send(self, parameters: RTCRtpSendParameters) -> None:
        # aiortc starts a sender that it has stopped, where the connection is closed while it connects.
        if self._stopped:
            return
        if self.negotiated is None:
            self.negotiated = _negotiated(parameters)
        await super().send(parameters)

    async def stop(self) -> None:
        self._stopped = True
        await super().stop()

    async def _run_rtp(self, codec: RTCRtpCodecParameters) -> None:
        state: Any = self.__dict__
        state["_RTCRtpSender__rtp_started"].set()
        assert self.negotiated is not None
        try:
            await self.run(self.negotiated)
        except (asyncio.CancelledError, ConnectionError, MediaStreamError):
            pass
        except Exception as error:
            self.log.exception("The sender's loop failed.")
            self.on_failure(error)
        finally:
            if self.track is not None:
                self.track.stop()
            state["_RTCRtpSender__rtp_exited"].set()

    async def _handle_rtcp_packet(self, packet: Any) -> None:
        if isinstance(packet, RtcpRtpfbPacket) and packet.fmt == RTCP_RTPFB_NACK:
            # aiortc adds the bit mask to the packet id without wrapping it (RFC 4585 clause 6.2.1).
            await self.on_nack([number & 0xFFFF for number in packet.lost])
            return
        if isinstance(packet, RtcpPsfbPacket) and packet.fmt in (RTCP_PSFB_FIR, RTCP_PSFB_PLI):
            self.on_key_frame_request()
            return
        if isinstance(packet, RtcpPsfbPacket) and packet.fmt == RTCP_PSFB_APP:
            self._remb(packet.fci)
            return
        if isinstance(packet, RtcpRrPacket | RtcpSrPacket):
            for report in packet.reports:
                if report.ssrc == self._ssrc:
                    self._reported_loss = report.fraction_lost / 256
        await super()._handle_rtcp_packet(packet)

    def _remb(self, fci: bytes) -> None:
        try:
            bitrate, ssrcs = unpack_remb_fci(fci)
        except (ValueError, struct.error, IndexError):
            return
        if self._ssrc in ssrcs:
            self.on_remb(bitrate)


_SHARED = (
    "ntp_timestamp",
    "rtp_timestamp",
    "octet_count",
    "packet_count",
    "rtt",
    "rtp_started",
    "rtp_exited",
)


def _negotiated(parameters: RTCRtpSendParameters) -> Negotiated:
    payload_types: dict[Chroma, int] = {}
    rtx: dict[int, int] = {}
    for codec in parameters.codecs:
        if codec.payloadType is None:
            continue
        if codec.name.lower() == "rtx":
            rtx[int(codec.parameters["apt"] or 0)] = codec.payloadType
        else:
            payload_types.setdefault(chroma_of(codec.parameters), codec.payloadType)
    return Negotiated(
        payload_types=payload_types,
        rtx_payload_types=rtx,
        mid=parameters.muxId,
        # The ids are the offer's: a browser numbers its extensions itself.
        extensions={extension.uri: extension.id for extension in parameters.headerExtensions},
    )


def install_sender(transceiver: RTCRtpTransceiver, sender: OpenSender) -> None:
    """Put `sender` in the place of the one that the transceiver was made with. Before any description is set."""
    require(transceiver, "_RTCRtpTransceiver__sender")
    sender._stream_id = transceiver.sender._stream_id
    transceiver.receiver._set_rtcp_ssrc(sender._ssrc)
    transceiver.__dict__["_RTCRtpTransceiver__sender"] = sender
