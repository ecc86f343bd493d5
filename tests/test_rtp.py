"""RTP packets as bytes."""

from __future__ import annotations

import struct

import pytest
from aiortc.rtp import RtpPacket as ParsedPacket
from aiortc.rtp import unpack_header_extensions, unwrap_rtx
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.rtc.rtp import (
    BT709_LIMITED,
    NO_PLAYOUT_DELAY,
    RtpPacket,
    abs_send_time,
    extension_block,
    packet_bytes,
    retransmission,
)

_PACKETS = st.builds(
    RtpPacket,
    payload_type=st.integers(0, 127),
    sequence_number=st.integers(0, 0xFFFF),
    timestamp=st.integers(0, 0xFFFFFFFF),
    marker=st.booleans(),
    payload=st.binary(max_size=1150),
)
_EXTENSIONS = st.lists(
    st.tuples(st.integers(1, 14), st.binary(min_size=1, max_size=16)),
    max_size=6,
    unique_by=lambda extension: extension[0],
)


@given(
    packet=_PACKETS,
    ssrc=st.integers(0, 0xFFFFFFFF),
    extensions=_EXTENSIONS,
)
def test_a_receiver_parses_what_was_meant(
    packet: RtpPacket, ssrc: int, extensions: list[tuple[int, bytes]]
) -> None:
    data = packet_bytes(packet, ssrc=ssrc, extensions=extensions)
    parsed = ParsedPacket.parse(data)
    assert parsed.sequence_number == packet.sequence_number
    assert parsed.timestamp == packet.timestamp
    assert parsed.marker == packet.marker
    assert parsed.payload == packet.payload
    assert parsed.payload_type == packet.payload_type
    assert parsed.ssrc == ssrc
    assert parsed.csrc == []
    assert extensions_in(data) == extensions


def test_no_extensions_cost_nothing() -> None:
    packet = RtpPacket(97, 1, 2, False, b"payload")
    data = packet_bytes(packet, ssrc=3, extensions=[])
    assert data == bytes.fromhex("8061 0001 00000002 00000003") + b"payload"


@given(extensions=_EXTENSIONS)
def test_extensions_fill_words(extensions: list[tuple[int, bytes]]) -> None:
    block = extension_block(extensions)
    assert len(block) % 4 == 0
    assert not block or len(block) == 4 + 4 * struct.unpack_from("!H", block, 2)[0]


@given(packet=_PACKETS, number=st.integers(0, 0xFFFF))
def test_a_retransmission_unwraps_to_the_original(packet: RtpPacket, number: int) -> None:
    again = retransmission(packet, 98, number)
    assert again.sequence_number == number
    data = packet_bytes(again, ssrc=2, extensions=[])
    original = unwrap_rtx(ParsedPacket.parse(data), payload_type=97, ssrc=1)
    assert original.sequence_number == packet.sequence_number
    assert original.timestamp == packet.timestamp
    assert original.marker == packet.marker
    assert original.payload == packet.payload


def test_playout_delay_is_zero_to_zero() -> None:
    value = int.from_bytes(NO_PLAYOUT_DELAY, "big")
    assert (len(NO_PLAYOUT_DELAY), value >> 12, value & 0xFFF) == (3, 0, 0)


def test_color_space_is_bt709_limited() -> None:
    primaries, transfer, matrix, range_and_siting = BT709_LIMITED
    assert (primaries, transfer, matrix) == (1, 1, 1), "ISO/IEC 23091-2"
    assert range_and_siting == 0b01_00_00, "limited, sitings unspecified"


@pytest.mark.parametrize(
    ("seconds", "sent"), [(0, 0), (1, 1 << 18), (63.5, 0xFE0000), (64, 0), (65, 1 << 18)]
)
def test_abs_send_time_has_six_bits_of_seconds(seconds: float, sent: int) -> None:
    assert int.from_bytes(abs_send_time(int(seconds * (1 << 32))), "big") == sent


def extensions_in(data: bytes) -> list[tuple[int, bytes]]:
    """The header extensions of a packet, as aiortc reads them."""
    if not data[0] & 0x10:
        return []
    profile, words = struct.unpack_from("!HH", data, 12)
    return list(unpack_header_extensions(profile, data[16 : 16 + 4 * words]))
