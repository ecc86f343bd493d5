"""RTP packets as bytes (RFC 3550), with one-byte header extensions (RFC 8285)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_HEADER = struct.Struct("!BBHLL")
_VERSION: Final = 0x80
_EXTENSION: Final = 0x10
_MARKER: Final = 0x80
_ONE_BYTE_PROFILE: Final = 0xBEDE

MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
PLAYOUT_DELAY = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
COLOR_SPACE = "http://www.webrtc.org/experiments/rtp-hdrext/color-space"

TRANSPORT_CC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"

NO_PLAYOUT_DELAY = bytes(3)
"""Minimum and maximum 0, 12 bits each in steps of 10 ms: show a frame as soon as it is decoded."""

BT709_LIMITED = bytes((1, 1, 1, 1 << 4))
"""Primaries, transfer and matrix 1 (BT.709); range 1 (limited) and chroma siting unspecified in the last byte."""


@dataclass(frozen=True, slots=True)
class RtpPacket:
    """What is kept of a packet for as long as it may be asked for again."""

    payload_type: int
    sequence_number: int
    timestamp: int
    marker: bool
    payload: bytes


def packet_bytes(packet: RtpPacket, *, ssrc: int, extensions: Sequence[tuple[int, bytes]]) -> bytes:
    """The packet on the wire. extensions: (negotiated id, value of 1 to 16 bytes) each."""
    block = extension_block(extensions)
    header = _HEADER.pack(
        _VERSION | (_EXTENSION if block else 0),
        packet.payload_type | (_MARKER if packet.marker else 0),
        packet.sequence_number,
        packet.timestamp,
        ssrc,
    )
    return header + block + packet.payload


def retransmission(packet: RtpPacket, payload_type: int, sequence_number: int) -> RtpPacket:
    """The packet as RFC 4588 clause 4 sends it again: the original number stands before its payload."""
    payload = packet.sequence_number.to_bytes(2, "big") + packet.payload
    return RtpPacket(payload_type, sequence_number, packet.timestamp, packet.marker, payload)


def extension_block(extensions: Sequence[tuple[int, bytes]]) -> bytes:
    """The header extension with its profile and length, padded to words; empty where there is none."""
    if not extensions:
        return b""
    body = b"".join(bytes((number << 4 | len(value) - 1,)) + value for number, value in extensions)
    words = -(-len(body) // 4)
    return struct.pack("!HH", _ONE_BYTE_PROFILE, words) + body.ljust(words * 4, b"\x00")


def abs_send_time(ntp: int) -> bytes:
    """The 24 bits 6.18 of seconds that abs-send-time carries, from an NTP time of 64 bits."""
    return (ntp >> 14 & 0xFFFFFF).to_bytes(3, "big")
