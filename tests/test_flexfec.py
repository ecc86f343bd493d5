"""Repair packets: any one that is lost comes back, byte for byte."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.rtc.flexfec import SPAN, groups, repair_payload
from rtc_canvas.rtc.flexfec_sdp import with_flexfec
from rtc_canvas.rtc.rtp import RtpPacket, packet_bytes

SSRC = 0x1234_5678


def recovered(repair: bytes, received: list[bytes], number: int) -> bytes:
    """What a receiver makes of a repair packet and all protected packets but one (clause 6.3.2)."""
    header, length, timestamp = struct.unpack_from("!HHL", repair)
    body = int.from_bytes(repair[20:], "big")
    size = len(repair) - 20
    for packet in received:
        header ^= int.from_bytes(packet[:2], "big")
        length ^= len(packet) - 12
        timestamp ^= int.from_bytes(packet[4:8], "big")
        body ^= int.from_bytes(packet[12:].ljust(size, b"\x00"), "big")
    [ssrc] = struct.unpack_from("!L", repair, 12)
    start = struct.pack("!HHLL", 0x8000 | header & 0x3FFF, number, timestamp, ssrc)
    return start + body.to_bytes(size, "big")[:length]


def protected_by(repair: bytes) -> list[int]:
    """The sequence numbers that a repair packet names (clause 4.2.2.1)."""
    base, mask = struct.unpack_from("!HH", repair, 16)
    return [(base + offset) & 0xFFFF for offset in range(15) if mask >> (14 - offset) & 1]


@given(
    st.lists(st.binary(min_size=1, max_size=60), min_size=1, max_size=SPAN),
    st.integers(0, 0xFFFF),
    st.data(),
)
def test_any_one_packet_comes_back(payloads: list[bytes], first: int, data: st.DataObject) -> None:
    packets = [
        packet_bytes(
            RtpPacket(101, (first + index) & 0xFFFF, 90_000, index == len(payloads) - 1, payload),
            ssrc=SSRC,
            extensions=[(4, bytes(2))],
        )
        for index, payload in enumerate(payloads)
    ]
    numbers = [(first + index) & 0xFFFF for index in range(len(payloads))]
    repair = repair_payload(packets, numbers, SSRC)
    lost = data.draw(st.integers(0, len(packets) - 1))
    rest = packets[:lost] + packets[lost + 1 :]
    assert protected_by(repair) == numbers
    assert recovered(repair, rest, numbers[lost]) == packets[lost]


def test_the_header_names_what_is_protected() -> None:
    packets = [bytes(12) + b"abc", bytes(12) + b"de"]
    repair = repair_payload(packets, [0xFFFF, 3], SSRC)
    assert repair[0] >> 6 == 0
    assert repair[8] == 1
    assert struct.unpack_from("!LHH", repair, 12) == (SSRC, 0xFFFF, 0x8000 | 1 << 14 | 1 << 10)


@given(st.integers(0, 80), st.integers(1, 8))
def test_groups_hold_every_packet_once_within_a_span(count: int, share: int) -> None:
    found = groups(count, share)
    assert sorted(index for group in found for index in group) == list(range(count))
    assert all(group[-1] - group[0] < SPAN and len(group) <= share for group in found)


def test_chromium_s_offer_is_taken_up_and_firefox_s_left_alone() -> None:
    offers = Path(__file__).parent / "offers"
    offer = (offers / "chromium.sdp").read_bytes().decode()
    if "flexfec-03" not in offer:
        offer = offer.replace("a=rtpmap:96 ", "a=rtpmap:49 flexfec-03/90000\r\na=rtpmap:96 ", 1)
    answer = (
        "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
        "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\na=ssrc:7 cname:someone\r\n"
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:1\r\n"
    )
    extended, payload_type = with_flexfec(answer, offer, "0", 7, 8)
    assert payload_type is not None
    assert f"m=video 9 UDP/TLS/RTP/SAVPF 96 {payload_type}\r\n" in extended
    assert "a=ssrc-group:FEC-FR 7 8\r\na=ssrc:8 cname:someone\r\nm=application" in extended
    firefox = (offers / "firefox.sdp").read_bytes().decode()
    assert with_flexfec(answer, firefox, "0", 7, 8) == (answer, None)


@pytest.mark.parametrize("junk", ["", "m=", "m=video\r\n", "a=mid:0\r\n"])
def test_strange_descriptions_are_left_alone(junk: str) -> None:
    assert with_flexfec(junk, junk, "0", 1, 2) == (junk, None)
