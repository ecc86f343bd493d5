"""VP8 frames as RTP payloads, and back."""

from __future__ import annotations

import pytest
from aiortc.codecs.vpx import VpxPayloadDescriptor
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.rtc.payload_vp8 import vp8_payloads


@given(
    frame=st.binary(min_size=1, max_size=5000),
    limit=st.integers(5, 1200),
    picture_id=st.integers(0, 1 << 20),
)
def test_a_receiver_gets_the_same_frame(frame: bytes, limit: int, picture_id: int) -> None:
    payloads = vp8_payloads(frame, limit, picture_id)
    parsed = [VpxPayloadDescriptor.parse(payload) for payload in payloads]
    assert b"".join(rest for _, rest in parsed) == frame
    assert all(5 <= len(payload) <= limit for payload in payloads)
    # RFC 7741 clause 4.2: S is set in the first packet of a partition only, and the id is the frame's.
    assert [descriptor.partition_start for descriptor, _ in parsed] == [1] + [0] * (len(parsed) - 1)
    assert {descriptor.picture_id for descriptor, _ in parsed} == {picture_id % (1 << 15)}
    assert {descriptor.partition_id for descriptor, _ in parsed} == {0}


@given(size=st.integers(1, 5000), limit=st.integers(5, 1200))
def test_payloads_are_as_few_as_can_be_and_nearly_equal(size: int, limit: int) -> None:
    payloads = vp8_payloads(bytes(size), limit, 0)
    assert len(payloads) <= -(-size // (limit - 4))
    assert len(payloads[0]) - len(payloads[-1]) < max(2, len(payloads))


@pytest.mark.parametrize(
    ("picture_id", "sent"),
    [(0, "8000"), (1, "8001"), (127, "807f"), (0x7FFF, "ffff"), (0x8000, "8000"), (0x8001, "8001")],
)
def test_picture_ids_have_fifteen_bits_and_wrap(picture_id: int, sent: str) -> None:
    [payload] = vp8_payloads(b"frame", 1150, picture_id)
    # X and S set; I set; M and 15 bits.
    assert payload == bytes.fromhex(f"9080{sent}") + b"frame"
