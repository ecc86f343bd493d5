"""One WebRTC connection: what is agreed, what flows, how it ends."""

from __future__ import annotations

import asyncio
import random
import re
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiortc import AudioStreamTrack
from aiortc.rtp import (
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    RtcpPsfbPacket,
    RtcpRtpfbPacket,
    RtpPacket,
    unwrap_rtx,
)
from aiortc.sdp import SessionDescription

from rtc_canvas.encoded_frame import ChromaWish, Codec
from rtc_canvas.exceptions import ConnectError
from rtc_canvas.link_stats import LinkStats
from rtc_canvas.net.hub import Hub
from rtc_canvas.rtc.codec_choice import choose_codec
from rtc_canvas.rtc.compat.sctp import flying, waiting
from rtc_canvas.rtc.connection import Connection
from rtc_canvas.rtc.rtp import ABS_SEND_TIME, COLOR_SPACE, MID, PLAYOUT_DELAY, TRANSPORT_CC
from signaling.sdp import checked_offer

from .frames import busy, flat, rgb
from .link import LIMITS, Link, Recorder, link, linked, shared_sockets
from .test_rtp import extensions_in


def browser_offer(name: str) -> str:
    return checked_offer((Path(__file__).parent / "offers" / f"{name}.sdp").read_bytes())


def without(offer: str, *words: str) -> str:
    """The offer without the lines that have one of the words in them."""
    lines = offer.splitlines(keepends=True)
    return "".join(line for line in lines if not any(word in line for word in words))


def with_extensions(offer: str, extensions: dict[str, int]) -> str:
    """The offer with these extensions in its video section, in place of the same ones."""
    lines = "".join(f"a=extmap:{number} {uri}\r\n" for uri, number in extensions.items())
    head, video = without(offer, *extensions).split("m=video", 1)
    first, rest = video.split("\r\n", 1)
    return f"{head}m=video{first}\r\n{lines}{rest}"


def renumbered(offer: str, old: int, new: int) -> str:
    """The offer with another payload type in place of one."""
    return re.sub(rf"(m=video .* |[a-z]:|apt=){old}\b", rf"\g<1>{new}", offer)


async def answer_to(offer: str, codec: Codec | None = None, *, chroma: ChromaWish = "420") -> str:
    async with shared_sockets() as hub:
        connection = Connection(Recorder(), LIMITS, hub.entrance())
        try:
            return await connection.answer(offer, codec=codec, chroma=chroma)
        finally:
            await connection.close()


def section(description: str, kind: str) -> str:
    [found] = [part for part in description.split("m=")[1:] if part.startswith(kind)]
    return found


# What is agreed.


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
async def test_the_answer_has_the_ids_of_the_offers_extensions(browser: str) -> None:
    offer = browser_offer(browser)
    offered = extension_ids(section(offer, "video"))
    answered = extension_ids(section(await answer_to(offer), "video"))
    ours = {MID, ABS_SEND_TIME, PLAYOUT_DELAY, COLOR_SPACE, TRANSPORT_CC}
    assert answered == {uri: number for uri, number in offered.items() if uri in ours}
    assert {PLAYOUT_DELAY, TRANSPORT_CC} <= answered.keys()


def extension_ids(media: str) -> dict[str, int]:
    lines = [line.split(" ") for line in media.splitlines() if line.startswith("a=extmap:")]
    return {uri: int(head.removeprefix("a=extmap:").split("/")[0]) for head, uri, *_ in lines}


async def test_extension_ids_beyond_one_byte_headers_are_not_accepted() -> None:
    offer = with_extensions(browser_offer("chromium"), {PLAYOUT_DELAY: 15, COLOR_SPACE: 14})
    answered = extension_ids(section(await answer_to(offer), "video"))
    assert PLAYOUT_DELAY not in answered, "RFC 8285 clause 4.2: ids 1 to 14"
    assert answered[COLOR_SPACE] == 14


async def test_the_answer_sends_video_from_here_and_repairs_losses() -> None:
    video = section(await answer_to(browser_offer("chromium")), "video")
    assert "a=sendonly\r\n" in video
    assert "a=setup:passive\r\n" in video
    assert "a=rtcp-mux\r\n" in video
    assert "a=candidate:" in video
    codec, *_ = [line for line in video.splitlines() if line.startswith("a=rtpmap:")]
    number = codec.removeprefix("a=rtpmap:").split(" ")[0]
    assert video.split("\r\n")[0].split(" ")[3] == number, "the codec to send comes first"
    assert f"apt={number}" in video, "RTX for it"
    assert f"a=rtcp-fb:{number} nack\r\n" in video
    assert f"a=rtcp-fb:{number} nack pli\r\n" in video
    assert f"a=rtcp-fb:{number} transport-cc\r\n" in video


async def test_both_chromas_of_h264_are_answered_with_the_offers_payload_types() -> None:
    video = section(await answer_to(browser_offer("chromium"), chroma="auto"), "video")
    numbers = video.split("\r\n")[0].split(" ")[3:]
    assert numbers == ["108", "109", "102", "103", "41", "42", "49"]
    assert re.findall(r"a=fmtp:(\d+) .*profile-level-id=(\w+)", video) == [
        ("108", "42e034"),
        ("102", "420034"),
        ("41", "f40034"),
    ]
    assert "a=fmtp:42 apt=41\r\n" in video
    for feedback in ("nack", "nack pli", "goog-remb", "transport-cc"):
        assert f"a=rtcp-fb:41 {feedback}\r\n" in video
    assert "a=rtcp-fb:41 ccm fir" not in video


@pytest.mark.parametrize(
    ("offer", "codec", "wish", "obstacle"),
    [
        (browser_offer("chromium"), None, "420", "asked for"),
        (browser_offer("chromium"), "vp8", "444", "VP8 has no other"),
        (
            browser_offer("chromium").replace(
                "packetization-mode=1;profile-level-id=f4", "x=1;x=f4"
            ),
            None,
            "444",
            "the browser does not offer it",
        ),
        (
            # The intra profile (ITU-T H.264 clause A.2.10).
            browser_offer("chromium").replace("f4001f", "f4101f"),
            None,
            "444",
            "the browser does not offer it",
        ),
        (
            # RTCP's numbers (RFC 5761 clause 4).
            renumbered(browser_offer("chromium"), 41, 70),
            None,
            "444",
            "the browser does not offer it",
        ),
    ],
)
async def test_what_keeps_full_chroma_from_the_answer(
    offer: str, codec: Codec | None, wish: ChromaWish, obstacle: str
) -> None:
    async with shared_sockets() as hub:
        connection = Connection(Recorder(), LIMITS, hub.entrance())
        try:
            answer = await connection.answer(offer, codec=codec, chroma=wish)
        finally:
            await connection.close()
    assert "profile-level-id=f4" not in answer
    assert connection.chroma_obstacle == obstacle


@pytest.mark.parametrize(
    ("offered", "answered"), [("actpass", "passive"), ("active", "passive"), ("passive", "active")]
)
async def test_the_browser_begins_the_handshake_unless_it_does_not_want_to(
    offered: str, answered: str
) -> None:
    offer = browser_offer("chromium").replace("a=setup:actpass", f"a=setup:{offered}")
    answer = await answer_to(offer)
    assert set(re.findall("a=setup:(.*)\r\n", answer)) == {answered}


@pytest.mark.parametrize(
    ("offered", "wish", "chosen"),
    [
        (["h264", "vp8"], None, "h264"),
        (["h264", "vp8"], "vp8", "vp8"),
        (["h264", "vp8"], "h264", "h264"),
        (["vp8"], None, "vp8"),
        (["vp8"], "h264", "vp8"),
        (["h264"], "vp8", "h264"),
    ],
)
def test_the_codec_is_the_wish_or_the_first_that_both_have(
    offered: list[str], wish: Codec | None, chosen: Codec
) -> None:
    assert choose_codec(offer_of(offered), wish) == chosen


FORMATS = {
    "vp8": "a=rtpmap:96 VP8/90000\r\n",
    "h264": "a=rtpmap:97 H264/90000\r\na=fmtp:97 packetization-mode=1;profile-level-id=42e01f\r\n",
    "mode 0": "a=rtpmap:99 H264/90000\r\na=fmtp:99 profile-level-id=42e01f\r\n",
    "high": "a=rtpmap:100 H264/90000\r\na=fmtp:100 packetization-mode=1;profile-level-id=640c1f\r\n",
    "vp9": "a=rtpmap:101 VP9/90000\r\n",
}


def offer_of(names: list[str]) -> SessionDescription:
    numbers = " ".join(FORMATS[name].split(" ")[0].removeprefix("a=rtpmap:") for name in names)
    return SessionDescription.parse(
        "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
        f"m=video 9 UDP/TLS/RTP/SAVPF {numbers}\r\nc=IN IP4 0.0.0.0\r\n"
        + "".join(FORMATS[name] for name in names)
    )


@pytest.mark.parametrize("profile", ["42e0", "42c0", "4200", "42E0"])
async def test_baseline_is_taken_however_it_is_written(profile: str) -> None:
    offer = without(browser_offer("chromium"), "rtpmap:102 ", "fmtp:102 ", "rtcp-fb:102 ", ":103 ")
    offer = offer.replace(" 102 103", "").replace("VP8", "VP10").replace("42e0", profile)
    assert choose_codec(SessionDescription.parse(offer), None) == "h264"
    assert "a=rtpmap:108 H264/90000" in await answer_to(offer)


async def test_the_answer_says_the_level_that_the_largest_pictures_have() -> None:
    said = await answer_to(browser_offer("chromium"))
    assert said.count("a=fmtp:108 level-asymmetry-allowed=1;") == 1
    assert "profile-level-id=42e034" in said
    assert "profile-level-id=42e01f" not in said


async def test_the_answer_keeps_the_level_of_an_offer_that_wants_one_for_both_ways() -> None:
    offer = browser_offer("chromium").replace("level-asymmetry-allowed=1;", "")
    assert "profile-level-id=42e01f" in await answer_to(offer)


@pytest.mark.parametrize("name", ["mode 0", "high", "vp9"])
def test_other_formats_are_not(name: str) -> None:
    with pytest.raises(
        ConnectError, match=r"neither H\.264 \(constrained baseline\) nor VP8"
    ) as no:
        choose_codec(offer_of([name]), None)
    assert no.value.status == 406


@pytest.mark.parametrize(
    ("offer", "status"),
    [
        ("", 406),
        ("v=0\r\nm=video\r\n", 400),
        ("\x00\xff", 406),
        (browser_offer("chromium").replace("H264", "H266").replace("VP8", "VP10"), 406),
        (without(browser_offer("chromium"), "ice-ufrag", "ice-pwd"), 422),
        (without(browser_offer("chromium"), "a=mid:"), 422),
        (without(browser_offer("chromium"), "a=group:"), 422),
        (browser_offer("chromium").replace("BUNDLE 0 1", "BUNDLE 1"), 422),
        (browser_offer("chromium").replace("BUNDLE 0 1", "BUNDLE 7 0 1"), 422),
        (browser_offer("chromium").replace("BUNDLE 0 1", "BUNDLE 0\r\na=group:BUNDLE 0 1"), 422),
        (browser_offer("chromium").replace("m=application", "m=text"), 422),
    ],
)
async def test_an_offer_that_cannot_be_answered_is_refused_and_leaves_nothing(
    offer: str, status: int
) -> None:
    with pytest.raises(ConnectError) as refused:
        await answer_to(offer)
    assert refused.value.status == status
    assert "\n" not in str(refused.value)


async def test_giving_up_while_answering_leaves_nothing() -> None:
    async with shared_sockets() as hub:
        for turns in range(6):
            connection = Connection(Recorder(), LIMITS, hub.entrance())
            offer = browser_offer("chromium")
            answering = asyncio.create_task(connection.answer(offer, codec=None))
            for _ in range(turns):
                await asyncio.sleep(0)
            answering.cancel()
            await asyncio.gather(answering, return_exceptions=True)
            await connection.close()


# What flows.


async def test_they_connect_at_once() -> None:
    async with link() as made:
        offer = await made.viewer.offer()
        started = time.monotonic()
        await made.connect(offer)
        # 30 ms on an idle machine; aioice's polls alone took 20 ms each, and its default STUN server up to 5 s.
        assert time.monotonic() - started < 0.5
        assert made.recorder.connected_count == 1
        assert made.connection.ufrag in made.viewer.answer


@pytest.mark.parametrize("codec", ["h264", "vp8"])
async def test_frames_arrive_in_their_colours(codec: Codec) -> None:
    async with linked(codec=codec) as made:
        for size in ((64, 48), (100, 70)):
            for _ in range(3):
                await made.send(flat((200, 100, 50), *size))
            await made.viewer.until(
                lambda size=size: (
                    made.viewer.frames[-1:] and made.viewer.frames[-1].width == size[0]
                )
            )
            shown = rgb(made.viewer.frames[-1])
            assert shown.shape == (size[1], size[0], 3)
            assert np.abs(shown.astype(int) - (200, 100, 50)).max() <= 3
        assert made.connection.codec == codec
        assert made.connection.stats.bytes == sum(map(len, made.packets))


@pytest.mark.parametrize("codec", ["h264", "vp8"])
async def test_packets_carry_playout_delay_and_vp8_its_colour_space(codec: Codec) -> None:
    async with link() as made:
        offer = await made.viewer.offer(codec=codec)
        await made.connect(with_extensions(offer, {PLAYOUT_DELAY: 9, COLOR_SPACE: 11}))
        await made.send(flat((1, 2, 3)))
        await made.send(flat((4, 5, 6)))
        await made.viewer.frame()
        first, second = (dict(extensions_in(data)) for data in made.packets[:2])
    for extensions in (first, second):
        assert extensions[9] == bytes(3)
    assert first.get(11) == (bytes((1, 1, 1, 0x10)) if codec == "vp8" else None)
    assert 11 not in second


async def test_a_lost_packet_is_repaired_by_rtx() -> None:
    async with linked(codec="vp8") as made:
        await made.send(busy(320, 240))
        await made.viewer.until(lambda: len(made.packets) > 3)
        before = [RtpPacket.parse(data) for data in made.packets]
        lost = before[1]
        nack = RtcpRtpfbPacket(
            fmt=RTCP_RTPFB_NACK, ssrc=1, media_ssrc=lost.ssrc, lost=[lost.sequence_number]
        )
        for _ in range(3):
            await made.send_rtcp(bytes(nack))
        await made.send(busy(320, 240, 1))
        await made.send(busy(320, 240, 2))
        await made.viewer.frame(2)
        packets = [RtpPacket.parse(data) for data in made.packets]
    [again] = [packet for packet in packets if packet.ssrc != lost.ssrc]
    original = unwrap_rtx(again, payload_type=lost.payload_type, ssrc=lost.ssrc)
    assert original.payload == lost.payload


async def test_key_frames_are_asked_for_by_pli() -> None:
    async with linked() as made:
        await made.send(flat((1, 2, 3)))
        await made.viewer.until(lambda: made.packets)
        pli = bytes(RtcpPsfbPacket(fmt=RTCP_PSFB_PLI, ssrc=1, media_ssrc=made.media_ssrc))
        for _ in range(5):
            await made.send_rtcp(pli)
        await made.recorder.until(lambda: made.recorder.key_frames_wanted)
        await asyncio.sleep(0.02)
        assert made.recorder.key_frames_wanted == 1, "once in 0.3 s"


async def test_receiver_reports_tell_the_round_trip(monkeypatch: pytest.MonkeyPatch) -> None:
    # aiortc's RTCP loops wait for half a second or more; here they need not.
    monkeypatch.setattr("aiortc.rtcrtpsender.random.random", lambda: -0.45)
    monkeypatch.setattr("aiortc.rtcrtpreceiver.random.random", lambda: -0.45)
    async with linked() as made:
        assert made.connection.stats == LinkStats(transport="webrtc", retransmitted=0, fec=False)
        async with asyncio.timeout(5):
            while (stats := made.connection.stats).round_trip is None:
                await made.send(flat((1, 2, 3)))
                await asyncio.sleep(0.02)
        assert 0 <= stats.round_trip < 0.5
        assert stats.loss == 0.0
        assert stats.rate_state is None, "as this viewer does not report arrivals"


# Pieces of what is large.


async def send_pieces(made: Link, image: bytes) -> None:
    """Send an image as there is room."""
    sent = 0
    while sent < len(image):
        if room := made.connection.piece_room:
            assert made.connection.send_piece(image[sent : sent + room])
            sent += room
        else:
            await asyncio.sleep(0.002)


async def test_pieces_follow_each_other_at_the_rate_and_delay_no_message() -> None:
    image = random.Random(1).randbytes(100_000)
    async with linked() as made:
        await made.viewer.open()
        began = time.monotonic()
        sending = asyncio.create_task(send_pieces(made, image))
        await made.viewer.until(lambda: len(made.viewer.pieces) > 10)
        told = time.monotonic()
        assert made.connection.send_message("app", {"type": "title", "title": "meanwhile"})
        await made.viewer.message("title")
        assert time.monotonic() - told < 0.1
        assert not sending.done()
        await sending
        await made.viewer.until(lambda: len(b"".join(made.viewer.pieces)) == len(image))
        assert b"".join(made.viewer.pieces) == image
        assert time.monotonic() - began > 0.9 * len(image) * 8 / LIMITS.start


async def test_a_browser_that_acknowledges_nothing_has_room_for_little() -> None:
    async with linked() as made:
        await made.viewer.open()
        viewer: Any = made.viewer.connection.sctp

        async def ignore(data: bytes) -> None:
            """Take what comes, and say nothing."""

        viewer._handle_data = ignore
        sending = asyncio.create_task(send_pieces(made, bytes(1_000_000)))
        await asyncio.sleep(0.5)
        assert made.connection.piece_room == 0
        connection: Any = made.connection
        sctp = connection._connection.sctp
        assert 0 < flying(sctp) + waiting(sctp) < 64 * 1024
        sending.cancel()


async def test_without_channels_there_is_no_room_for_pieces() -> None:
    async with linked(channels=False) as made:
        assert made.connection.piece_room == 0
        assert not made.connection.send_piece(b"piece")


# Foreign players.


async def test_a_player_without_channels_gets_its_video() -> None:
    async with linked(channels=False) as made:
        assert not made.connection.has_channels
        assert not made.connection.send_message("app", {"type": "hello"})
        await made.send(flat((1, 2, 3)))
        await made.send(flat((1, 2, 3)))
        await made.viewer.frame()
        assert made.recorder.opened == []


@pytest.mark.parametrize("kinds", [("audio", "video"), ("video", "audio")])
@pytest.mark.parametrize("talks", [False, True])
async def test_audio_is_declined_wherever_it_stands(kinds: tuple[str, ...], talks: bool) -> None:
    async with link() as made:
        pc = made.viewer.connection
        for kind in kinds:
            if kind == "audio" and talks:
                pc.addTransceiver(AudioStreamTrack(), "sendrecv")
            else:
                pc.addTransceiver(kind, "recvonly")
        await pc.setLocalDescription(await pc.createOffer())
        answer = await made.connect(pc.localDescription.sdp)
        assert "a=inactive\r\n" in section(answer, "audio")
        assert "a=sendonly\r\n" in section(answer, "video")
        await made.send(flat((1, 2, 3)))
        await made.send(flat((1, 2, 3)))
        await made.viewer.frame()


async def test_a_page_that_sends_video_is_not_listened_to() -> None:
    async with link() as made:
        pc = made.viewer.connection
        pc.addTransceiver("video", "recvonly")
        pc.addTransceiver("video", "sendrecv")
        await pc.setLocalDescription(await pc.createOffer())
        answer = await made.connect(pc.localDescription.sdp)
        directions = [line for line in answer.splitlines() if line in ("a=sendonly", "a=inactive")]
        assert directions == ["a=sendonly", "a=inactive"]


# Candidates that come later.


async def test_candidates_may_trickle_in() -> None:
    async with link() as made:
        offer = await made.viewer.offer()
        lines = [line for line in offer.splitlines() if line.startswith("a=candidate:")]
        connecting = asyncio.create_task(
            made.connect(without(offer, "a=candidate:", "a=end-of-candidates"))
        )
        await made.viewer.until(lambda: made.viewer.answer)
        for line in dict.fromkeys(lines):
            await made.connection.add_candidate(line.removeprefix("a="), "0")
        await connecting


@pytest.mark.parametrize(
    "line", ["", "candidate:", "candidate:1 1 udp", "candidate:1 1 udp x 1.2.3.4 5 typ host"]
)
async def test_a_candidate_that_is_none_is_refused(line: str) -> None:
    async with linked() as made:
        with pytest.raises(ConnectError, match="The candidate cannot be understood") as refused:
            await made.connection.add_candidate(line, "0")
        assert repr(line) in str(refused.value)
        assert made.recorder.reasons == []


async def test_candidates_before_an_answer_and_after_the_end_are_ignored() -> None:
    line = "candidate:1 1 udp 1 192.0.2.1 9 typ host"
    await Connection(Recorder(), LIMITS, Hub([]).entrance()).add_candidate(line, "0")
    async with linked() as made:
        await made.connection.close()
        await made.connection.add_candidate(line, "0")
