"""The RTP side of one peer's video: packets out, repairs and key-frame requests back."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable

from aiortc import clock
from aiortc.rtcdtlstransport import RTCDtlsTransport

from ..encoded_frame import EncodedFrame
from .compat.sender import Negotiated, OpenSender
from .payload_h264 import h264_payloads
from .payload_vp8 import vp8_payloads
from .rtp import (
    ABS_SEND_TIME,
    BT709_LIMITED,
    COLOR_SPACE,
    MID,
    NO_PLAYOUT_DELAY,
    PLAYOUT_DELAY,
    RtpPacket,
    abs_send_time,
    packet_bytes,
    retransmission,
)
from .track import EncodedTrack

CLOCK = 90_000

# Bytes of RTP payload. With headers, encryption and a TURN server's framing the packet still fits into the 1280 bytes
# that every path carries.
PAYLOAD_LIMIT = 1150

# A lost packet is asked for again for about a second; the count bounds the memory at high rates.
HISTORY_SECONDS = 1.5
HISTORY_PACKETS = 8192

# Nobody repairs a loss by asking more often than this, and every answer costs bits.
NACK_INTERVAL = 0.02

# One that asks for all again and again gets no more than a burst and half a packet for each that was sent: enough for
# an outage of a second and for every third packet lost.
REPAIR_BURST = 1024
REPAIR_SHARE = 0.5

KEY_FRAME_INTERVAL = 0.3


class VideoSender(OpenSender):
    """Sends the frames of an `EncodedTrack` as they come, and keeps their packets for repair.

    on_key_frame: called when the receiver needs a key frame, at most every 0.3 s.
    on_sent: called when a frame's last packet has been sent.
    on_broken: called with the error when the loop ended by one.
    """

    def __init__(
        self,
        track: EncodedTrack,
        transport: RTCDtlsTransport,
        *,
        on_key_frame: Callable[[], None],
        on_sent: Callable[[], None],
        on_broken: Callable[[Exception], None],
    ) -> None:
        super().__init__(track, transport)
        self._encoded_track = track
        self._on_key_frame = on_key_frame
        self._on_sent = on_sent
        self._on_broken = on_broken
        self._key_frame_asked = 0.0
        # Below half of the range, as a number that wraps within the first packets confuses SRTP's roll-over counter
        # when they come reordered (RFC 3711 clause 3.3.1).
        self._sequence_number = secrets.randbelow(1 << 15)
        self._rtx_sequence_number = secrets.randbelow(1 << 15)
        self._timestamp_origin = secrets.randbits(32)
        self._time_origin: float | None = None
        self._last_ticks = -1
        self._picture_id = secrets.randbits(15)
        self._history: OrderedDict[int, tuple[float, RtpPacket]] = OrderedDict()
        self._repaired: dict[int, float] = {}
        self._repairs_left = float(REPAIR_BURST)
        self.frames_sent = 0
        self.bytes_sent = 0
        self.packets_repaired = 0

    async def run(self, negotiated: Negotiated) -> None:
        while True:
            frame: EncodedFrame = await self._encoded_track.recv()
            await self._send_frame(frame, negotiated)
            self._on_sent()

    async def _send_frame(self, frame: EncodedFrame, negotiated: Negotiated) -> None:
        timestamp = self._timestamp(frame.time)
        extensions = self._extensions(frame, negotiated)
        payloads = self._payloads(frame)
        last = len(payloads) - 1
        for index, payload in enumerate(payloads):
            packet = RtpPacket(self._sequence_number, timestamp, index == last, payload)
            self._sequence_number = (self._sequence_number + 1) & 0xFFFF
            self._remember(packet)
            data = packet_bytes(
                packet,
                payload_type=negotiated.payload_type,
                ssrc=self.ssrc,
                extensions=extensions,
            )
            await self.send_bytes(data)
            self.note_sent(timestamp, len(payload))
            self._repairs_left = min(REPAIR_BURST, self._repairs_left + REPAIR_SHARE)
            self.bytes_sent += len(data)
        self.frames_sent += 1

    def _timestamp(self, seconds: float) -> int:
        """The RTP timestamp of a time; strictly rising from call to call."""
        if self._time_origin is None:
            self._time_origin = seconds
        ticks = round((seconds - self._time_origin) * CLOCK)
        self._last_ticks = max(self._last_ticks + 1, ticks)
        return (self._timestamp_origin + self._last_ticks) & 0xFFFFFFFF

    def _payloads(self, frame: EncodedFrame) -> list[bytes]:
        if frame.codec == "h264":
            return h264_payloads(frame.data, PAYLOAD_LIMIT)
        self._picture_id = (self._picture_id + 1) & 0x7FFF
        return vp8_payloads(frame.data, PAYLOAD_LIMIT, self._picture_id)

    def _extensions(self, frame: EncodedFrame, negotiated: Negotiated) -> list[tuple[int, bytes]]:
        values = {
            MID: negotiated.mid.encode(),
            ABS_SEND_TIME: abs_send_time(clock.current_ntp_time()),
            PLAYOUT_DELAY: NO_PLAYOUT_DELAY,
        }
        if frame.codec == "vp8" and frame.key:
            # VP8's bitstream cannot tell BT.709 from BT.601; H.264 says it in its VUI.
            values[COLOR_SPACE] = BT709_LIMITED
        ids = negotiated.extensions
        return [(ids[uri], value) for uri, value in values.items() if uri in ids]

    def _remember(self, packet: RtpPacket) -> None:
        now = time.monotonic()
        self._history[packet.sequence_number] = now, packet
        while (
            len(self._history) > HISTORY_PACKETS
            or next(iter(self._history.values()))[0] < now - HISTORY_SECONDS
        ):
            number, _ = self._history.popitem(last=False)
            self._repaired.pop(number, None)

    async def on_nack(self, sequence_numbers: list[int]) -> None:
        negotiated = self.negotiated
        if negotiated is None:
            return
        now = time.monotonic()
        pause = max(NACK_INTERVAL, 0.9 * (self.round_trip or 0.0))
        for number in sequence_numbers:
            if self._repairs_left < 1:
                return
            found = self._history.get(number)
            if found is None or now - self._repaired.get(number, 0.0) < pause:
                continue
            self._repaired[number] = now
            self._repairs_left -= 1
            self.packets_repaired += 1
            await self._send_again(found[1], negotiated)

    async def _send_again(self, packet: RtpPacket, negotiated: Negotiated) -> None:
        payload_type, ssrc = negotiated.payload_type, self.ssrc
        if negotiated.rtx_payload_type is not None:
            payload_type, ssrc = negotiated.rtx_payload_type, self.rtx_ssrc
            packet = retransmission(packet, self._rtx_sequence_number)
            self._rtx_sequence_number = (self._rtx_sequence_number + 1) & 0xFFFF
        ids = negotiated.extensions
        values = {
            MID: negotiated.mid.encode(),
            ABS_SEND_TIME: abs_send_time(clock.current_ntp_time()),
        }
        extensions = [(ids[uri], value) for uri, value in values.items() if uri in ids]
        try:
            await self.send_bytes(
                packet_bytes(packet, payload_type=payload_type, ssrc=ssrc, extensions=extensions)
            )
        except ConnectionError:
            # The transport is closing; the RTP loop finds out by itself.
            return

    def on_key_frame_request(self) -> None:
        now = time.monotonic()
        if now - self._key_frame_asked >= KEY_FRAME_INTERVAL:
            self._key_frame_asked = now
            self._on_key_frame()

    def on_failure(self, error: Exception) -> None:
        self._on_broken(error)
