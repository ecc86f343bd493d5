from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from . import made, packets
from .link import Fate


@pytest.mark.parametrize(
    ("packet", "content"),
    [
        (made.rtp(payload_type=96), (96, False)),
        (made.rtp(payload_type=0x80 | 97), (97, False)),  # with the marker bit
        (made.rtp(payload_type=97, padded=True), (97, True)),
        (made.udp(bytes([0x80, 200])), (packets.RTCP, False)),
        (made.udp(bytes([0x81, 205])), (packets.RTCP, False)),
        (made.udp(bytes([0, 1])), (packets.STUN, False)),
        (made.udp(bytes([22, 254])), (packets.DTLS, False)),
        (made.udp(b""), (packets.OTHER, False)),
        (made.ipv4(bytes([0x80] * 20), packets.TCP), (packets.OTHER, False)),
    ],
)
def test_contents_are_told_apart(packet: bytes, content: tuple[int, bool]) -> None:
    assert packets.content(packet) == content


def test_an_rtp_header_is_read() -> None:
    packet = made.rtp(payload_type=0x80 | 96, sequence=7, timestamp=8, source=9)
    assert packets.rtp(packet) == packets.Rtp(96, 7, 8, 9)
    assert packets.rtp(made.udp(bytes([0x80, 200]) + bytes(20))) is None


@given(st.binary(min_size=20, max_size=80))
def test_anything_that_has_a_header_can_be_read(packet: bytes) -> None:
    packets.content(packet)
    packets.rtp(packet)


def test_a_log_outlives_its_file(tmp_path: Path) -> None:
    log = packets.Log()
    log.record(12.5, made.rtp(900, padded=True), Fate.LOST, waited=0.25)
    packets.save(tmp_path / "log", {"down0": log, "up0": packets.Log()})
    read = packets.load(tmp_path / "log")
    assert read["down0"].tolist() == [(12.5, 900, 0.25, 0.0, packets.UDP, 96, True, Fate.LOST)]
    assert read["up0"].tolist() == []
