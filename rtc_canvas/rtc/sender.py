"""The RTP side of one peer's video: packets out, repairs and key-frame requests back."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from functools import partial

from aiortc import clock
from aiortc.rtcdtlstransport import RTCDtlsTransport

from ..encoded_frame import EncodedFrame
from ..peer_log import Log
from .compat.sender import LOG, Negotiated, OpenSender
from .congestion.packets import SentPacket
from .flexfec import groups, repair_payload
from .flow import Flow, Queued
from .history import History
from .media_clock import MediaClock
from .payload_h264 import h264_payloads
from .payload_vp8 import vp8_payloads
from .rtp import (
    ABS_SEND_TIME,
    BT709_LIMITED,
    COLOR_SPACE,
    MID,
    NO_PLAYOUT_DELAY,
    PLAYOUT_DELAY,
    TRANSPORT_CC,
    RtpPacket,
    abs_send_time,
    packet_bytes,
    retransmission,
)
from .track import EncodedTrack

# Of an RTP packet with the extensions that are sent here, bytes.
HEADER_SIZE = 12 + 20

# Bytes of RTP payload. With headers, encryption and a TURN server's framing the packet still fits into the 1280 bytes
# that every path carries.
PAYLOAD_LIMIT = 1150

# A frame has this many packets where it can: from how they arrive the way's capacity is learnt. Packets smaller than
# this would be headers mostly.
PACKETS_OF_A_FRAME = 5
SMALLEST_PAYLOAD = 200

KEY_FRAME_INTERVAL = 0.3


class VideoSender(OpenSender):
    """Sends the frames of an `EncodedTrack` at the pace of a flow, and keeps their packets for repair.

    on_key_frame: called when the receiver needs a key frame, at most every 0.3 s.
    on_broken: called with the error when the loop or the sending of a packet failed.
    """

    def __init__(
        self,
        track: EncodedTrack,
        transport: RTCDtlsTransport,
        flow: Flow,
        *,
        on_key_frame: Callable[[], None],
        on_broken: Callable[[Exception], None],
        log: Log = LOG,
    ) -> None:
        super().__init__(track, transport, log=log)
        self._encoded_track = track
        self.flow = flow
        self._on_key_frame = on_key_frame
        self._on_broken = on_broken
        self._key_frame_asked = 0.0
        # Below half of the range, as a number that wraps within the first packets confuses SRTP's roll-over counter
        # when they come reordered (RFC 3711 clause 3.3.1).
        self._sequence_number = secrets.randbelow(1 << 15)
        self._rtx_sequence_number = secrets.randbelow(1 << 15)
        self.media_clock = MediaClock()
        self._picture_id = secrets.randbits(15)
        self._history = History()
        self.fec_ssrc = secrets.randbits(32)
        self.fec_payload_type: int | None = None
        self._fec_sequence_number = secrets.randbelow(1 << 15)
        self.frames_sent = 0
        self.bytes_sent = 0

    @property
    def retransmitted(self) -> int:
        """How many packets were sent again because the receiver missed them."""
        return self._history.repaired

    @property
    def protects(self) -> bool:
        """Whether frames are followed by what repairs their losses without asking."""
        rtx = self.negotiated is not None and bool(self.negotiated.rtx_payload_types)
        return self.flow.protection.share is not None and (self.fec_payload_type is not None or rtx)

    async def run(self, negotiated: Negotiated) -> None:
        while True:
            frame: EncodedFrame = await self._encoded_track.recv()
            self._send_frame(frame, negotiated)

    def _send_frame(self, frame: EncodedFrame, negotiated: Negotiated) -> None:
        timestamp = self.media_clock.timestamp(frame.time)
        values = self._frame_values(frame)
        payloads = self._payloads(frame)
        payload_type = negotiated.payload_types[frame.chroma]
        last = len(payloads) - 1
        sent: list[RtpPacket] = []
        queued: list[Queued] = []
        for index, payload in enumerate(payloads):
            packet = RtpPacket(
                payload_type, self._sequence_number, timestamp, index == last, payload
            )
            self._sequence_number = (self._sequence_number + 1) & 0xFFFF
            send = partial(self._send_packet, packet, values, negotiated)
            sent.append(packet)
            queued.append((len(payload) + HEADER_SIZE, send))
        self.frames_sent += 1
        repairs = self._repairs(sent, values, negotiated)
        self.flow.start_frame(queued, repairs, len(frame.data))

    def _repairs(
        self, packets: list[RtpPacket], values: Mapping[str, bytes], negotiated: Negotiated
    ) -> list[Queued]:
        """What goes out behind a frame so that its losses are repaired without asking."""
        share = self.flow.protection.share
        if share is None:
            return []
        if self.fec_payload_type is None:
            if packets[0].payload_type not in negotiated.rtx_payload_types:
                return []
            return [
                (len(packet.payload) + HEADER_SIZE, partial(self._send_again, packet, negotiated))
                for packet in packets
            ]
        return [
            self._repair([packets[index] for index in group], values, negotiated)
            for group in groups(len(packets), share)
        ]

    def _repair(
        self, packets: list[RtpPacket], values: Mapping[str, bytes], negotiated: Negotiated
    ) -> Queued:
        ids = negotiated.extensions
        # Receivers zero what changes on the way before they repair.
        masked = {**values, TRANSPORT_CC: bytes(2)}
        extensions = [(ids[uri], value) for uri, value in masked.items() if uri in ids]
        protected = [
            packet_bytes(packet, ssrc=self.ssrc, extensions=extensions) for packet in packets
        ]
        numbers = [packet.sequence_number for packet in packets]
        payload = repair_payload(protected, numbers, self.ssrc)
        assert self.fec_payload_type is not None
        repair = RtpPacket(
            self.fec_payload_type, self._fec_sequence_number, packets[0].timestamp, False, payload
        )
        self._fec_sequence_number = (self._fec_sequence_number + 1) & 0xFFFF
        send = partial(self._put_on_wire, repair, {}, self.fec_ssrc, negotiated)
        return len(payload) + HEADER_SIZE, send

    def _send_packet(
        self, packet: RtpPacket, values: Mapping[str, bytes], negotiated: Negotiated
    ) -> None:
        sending = self._put_on_wire(packet, values, self.ssrc, negotiated)
        self._history.remember(packet, time.monotonic(), sending)
        self.note_sent(packet.timestamp, len(packet.payload))

    def _put_on_wire(
        self,
        packet: RtpPacket,
        values: Mapping[str, bytes],
        ssrc: int,
        negotiated: Negotiated,
        *,
        in_train: bool = True,
    ) -> SentPacket | None:
        """Stamp a packet and send it: its number and time are those at which it leaves.

        Returns what will become of it, None where the receiver does not report that.
        """
        ids = negotiated.extensions
        sending = None
        if TRANSPORT_CC in ids:
            sending = self.flow.stamp(len(packet.payload) + HEADER_SIZE, in_train=in_train)
            stamped = {**values, TRANSPORT_CC: sending.wire_number.to_bytes(2, "big")}
        else:
            # For receivers that estimate the rate themselves.
            stamped = {**values, ABS_SEND_TIME: abs_send_time(clock.current_ntp_time())}
        extensions = [(ids[uri], value) for uri, value in stamped.items() if uri in ids]
        data = packet_bytes(packet, ssrc=ssrc, extensions=extensions)
        self.bytes_sent += len(data)
        try:
            self.send_now(data)
        except ConnectionError:
            # The transport is closing; whoever closes it ends the loop too.
            return sending
        except Exception as error:
            # One tick sends for all peers: what goes wrong with this one must not stop the others.
            self.log.exception("A packet could not be sent.")
            self.flow.close()
            self.on_failure(error)
        return sending

    def _payloads(self, frame: EncodedFrame) -> list[bytes]:
        share = -(-len(frame.data) // PACKETS_OF_A_FRAME)
        limit = min(PAYLOAD_LIMIT, max(share, SMALLEST_PAYLOAD))
        if frame.codec == "h264":
            return h264_payloads(frame.data, limit)
        self._picture_id = (self._picture_id + 1) & 0x7FFF
        return vp8_payloads(frame.data, limit, self._picture_id)

    def _frame_values(self, frame: EncodedFrame) -> dict[str, bytes]:
        """The header extensions that all packets of a frame have."""
        values = {**self._mid(), PLAYOUT_DELAY: NO_PLAYOUT_DELAY}
        if frame.codec == "vp8" and frame.key:
            # VP8's bitstream cannot tell BT.709 from BT.601; H.264 says it in its VUI.
            values[COLOR_SPACE] = BT709_LIMITED
        return values

    def _mid(self) -> dict[str, bytes]:
        return {} if self.negotiated is None else {MID: self.negotiated.mid.encode()}

    def on_feedback(self, packet: bytes) -> None:
        """A report of what arrived, an RTCP packet of format 15."""
        self.flow.on_feedback(packet)
        shuffled = self.flow.estimator.shuffled
        self._repair_losses(
            self._history.postponed(time.monotonic(), self.round_trip or 0.0, shuffled=shuffled)
        )

    async def on_nack(self, sequence_numbers: list[int]) -> None:
        shuffled = self.flow.estimator.shuffled
        now, round_trip = time.monotonic(), self.round_trip or 0.0
        self._repair_losses(
            self._history.answer(sequence_numbers, now, round_trip, shuffled=shuffled)
        )

    def _repair_losses(self, packets: list[RtpPacket]) -> None:
        if self.negotiated is not None:
            for packet in packets:
                self._send_again(packet, self.negotiated, in_train=False)

    def _send_again(
        self, packet: RtpPacket, negotiated: Negotiated, *, in_train: bool = True
    ) -> None:
        ssrc = self.ssrc
        sequence_number = packet.sequence_number
        rtx = negotiated.rtx_payload_types.get(packet.payload_type)
        if rtx is not None:
            ssrc = self.rtx_ssrc
            packet = retransmission(packet, rtx, self._rtx_sequence_number)
            self._rtx_sequence_number = (self._rtx_sequence_number + 1) & 0xFFFF
        sending = self._put_on_wire(packet, self._mid(), ssrc, negotiated, in_train=in_train)
        if sending is not None:
            self._history.sent_again(sequence_number, sending)

    def on_remb(self, bitrate: int) -> None:
        self.flow.on_remb(bitrate)

    def on_key_frame_request(self) -> None:
        now = time.monotonic()
        if now - self._key_frame_asked >= KEY_FRAME_INTERVAL:
            self._key_frame_asked = now
            self._on_key_frame()

    def on_failure(self, error: Exception) -> None:
        self._on_broken(error)
