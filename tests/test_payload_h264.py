"""H.264 access units as RTP payloads, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.rtc.payload_h264 import h264_payloads, nal_units

STAP_A = 24
FU_A = 28


def reassembled(payloads: list[bytes]) -> list[bytes]:
    """The NAL units of payloads that came in order: a receiver by RFC 6184 clauses 5.6 to 5.8."""
    units: list[bytes] = []
    fragment: bytearray | None = None
    for payload in payloads:
        kind = payload[0] & 0x1F
        if kind == FU_A:
            start, end = payload[1] & 0x80, payload[1] & 0x40
            assert not (start and end), "clause 5.8: no unit in one fragment"
            assert not payload[1] & 0x20, "clause 5.8: the reserved bit is 0"
            assert bool(start) == (fragment is None)
            if fragment is None:
                fragment = bytearray((payload[0] & 0xE0 | payload[1] & 0x1F,))
            fragment += payload[2:]
            if end:
                units.append(bytes(fragment))
                fragment = None
            continue
        assert fragment is None, "a unit's fragments follow each other"
        units += aggregated(payload) if kind == STAP_A else [payload]
    assert fragment is None
    return units


def aggregated(payload: bytes) -> list[bytes]:
    units = []
    position = 1
    while position < len(payload):
        size = int.from_bytes(payload[position : position + 2], "big")
        units.append(payload[position + 2 : position + 2 + size])
        assert len(units[-1]) == size > 0
        position += 2 + size
    assert payload[0] & 0x60 == max(unit[0] & 0x60 for unit in units), "clause 5.7.1: the highest"
    return units


def unit(header: int, size: int, fill: int = 0x55) -> bytes:
    return bytes((header,)) + bytes((fill,)) * (size - 1)


def access_unit(units: list[bytes], start_code: bytes = b"\x00\x00\x00\x01") -> bytes:
    return b"".join(start_code + one for one in units)


# Emulation prevention keeps start codes out of a unit (ITU-T H.264 clause 7.4.1), and it ends in a bit that is set.
_HEADERS = st.builds(
    lambda importance, kind: importance << 5 | kind, st.integers(0, 3), st.integers(1, 23)
)
_BODIES = st.binary(max_size=300).map(
    lambda body: body.replace(b"\x00\x00", b"\x00\x03").rstrip(b"\x00") + b"\x80"
)
_UNITS = st.lists(
    st.builds(lambda header, body: bytes((header,)) + body, _HEADERS, _BODIES), max_size=12
)


@given(
    units=_UNITS, limit=st.integers(4, 200), codes=st.lists(st.booleans(), min_size=12, max_size=12)
)
def test_a_receiver_gets_the_same_units(units: list[bytes], limit: int, codes: list[bool]) -> None:
    data = b"".join(
        (b"\x00\x00\x00\x01" if long else b"\x00\x00\x01") + one
        for one, long in zip(units, codes, strict=False)
    )
    payloads = h264_payloads(data, limit)
    assert reassembled(payloads) == units
    assert all(0 < len(payload) <= limit for payload in payloads)


@given(size=st.integers(101, 5000), limit=st.integers(4, 100))
def test_fragments_are_nearly_equal(size: int, limit: int) -> None:
    payloads = h264_payloads(access_unit([unit(0x65, size)]), limit)
    # The least number that the limit allows, and the last no more than one byte a fragment shorter.
    assert len(payloads) == -(-(size - 1) // (limit - 2))
    assert len(payloads[0]) - len(payloads[-1]) < len(payloads)


def test_small_units_share_a_packet() -> None:
    units = [unit(0x67, 20), unit(0x68, 4), unit(0x65, 500)]
    [payload] = h264_payloads(access_unit(units), 1150)
    assert payload[0] == 0x60 | STAP_A
    assert aggregated(payload) == units


def test_a_unit_alone_is_sent_as_it_is() -> None:
    lonely = unit(0x41, 1150)
    assert h264_payloads(access_unit([lonely]), 1150) == [lonely]


def test_one_byte_beyond_the_limit_is_fragmented() -> None:
    first, second = h264_payloads(access_unit([unit(0x65, 1151)]), 1150)
    assert first[:2] == bytes((0x60 | FU_A, 0x80 | 5))
    assert second[:2] == bytes((0x60 | FU_A, 0x40 | 5))
    assert (len(first), len(second)) == (577, 577)


def test_units_keep_their_order_around_fragments() -> None:
    units = [unit(0x67, 9), unit(0x68, 9), unit(0x65, 400), unit(0x06, 9), unit(0x41, 9)]
    kinds = [payload[0] & 0x1F for payload in h264_payloads(access_unit(units), 100)]
    assert kinds == [STAP_A, FU_A, FU_A, FU_A, FU_A, FU_A, STAP_A]


@pytest.mark.parametrize(
    "start_code", [b"\x00\x00\x01", b"\x00\x00\x00\x01", b"\x00\x00\x00\x00\x01"]
)
def test_start_codes_of_any_length(start_code: bytes) -> None:
    units = [unit(0x67, 5), unit(0x65, 7)]
    assert list(nal_units(access_unit(units, start_code))) == units


@pytest.mark.parametrize(
    "data", [b"", b"\x00\x00\x01", b"\x00\x00\x00\x01\x00\x00\x00\x01", b"\x65\x01"]
)
def test_no_units_give_no_payloads(data: bytes) -> None:
    assert h264_payloads(data, 1150) == []
