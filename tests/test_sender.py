"""The RTP side of a peer's video, over a transport that keeps what it is given."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import pytest
from aiortc.codecs.vpx import VpxPayloadDescriptor
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtpPacket,
    pack_remb_fci,
    unwrap_rtx,
)

from rtc_canvas.encoded_frame import Chroma, Codec, EncodedFrame
from rtc_canvas.rtc import history as history_module
from rtc_canvas.rtc import sender as sender_module
from rtc_canvas.rtc.compat.sender import Negotiated
from rtc_canvas.rtc.congestion.estimator import RateLimits
from rtc_canvas.rtc.flow import Flow
from rtc_canvas.rtc.rtp import ABS_SEND_TIME, COLOR_SPACE, MID, PLAYOUT_DELAY, TRANSPORT_CC
from rtc_canvas.rtc.sender import PACKETS_OF_A_FRAME, PAYLOAD_LIMIT, VideoSender
from rtc_canvas.rtc.track import EncodedTrack

from .test_flexfec import protected_by, recovered
from .test_rtp import extensions_in

PAYLOAD_TYPE = 97
RTX_PAYLOAD_TYPE = 98
FULL_CHROMA = 41
RTX_OF_FULL_CHROMA = 42

SLICE = b"\x00\x00\x01\x61" + bytes(range(1, 150))
FEC_PAYLOAD_TYPE = 49
EXTENSIONS = {MID: 4, ABS_SEND_TIME: 2, PLAYOUT_DELAY: 5, COLOR_SPACE: 8}
NUMBERED = {MID: 4, TRANSPORT_CC: 3, ABS_SEND_TIME: 2, PLAYOUT_DELAY: 5}

# So fast that a frame leaves at once.
LIMITS = RateLimits(start=10**11, floor=150_000, ceiling=10**11)


class Wire:
    """A DTLS transport as far as a sender sees it."""

    state = "connected"
    _stats_id = "transport"

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.error: Exception | None = None

    async def _send_rtp(self, data: bytes) -> None:
        if self.error is not None:
            raise self.error
        self.sent.append(data)

    @property
    def packets(self) -> list[RtpPacket]:
        return [RtpPacket.parse(data) for data in self.sent]


class Rig:
    """A sender with its track, its wire and what it told."""

    def __init__(self, *, rtx: bool = True, extensions: dict[str, int] = EXTENSIONS) -> None:
        self.wire = Wire()
        self.track = EncodedTrack()
        self.key_frames_wanted = 0
        self.frames_sent = asyncio.Queue[None]()
        self.targets: list[int] = []
        self.errors: list[Exception] = []
        self.flow = Flow(
            LIMITS,
            on_room=lambda: self.frames_sent.put_nowait(None),
            on_target=self.targets.append,
        )
        self.sender = VideoSender(
            self.track,
            cast(RTCDtlsTransport, self.wire),
            self.flow,
            on_key_frame=self._want_key_frame,
            on_broken=self.errors.append,
        )
        self.negotiated = self.sender.negotiated = Negotiated(
            payload_types={"420": PAYLOAD_TYPE, "444": FULL_CHROMA},
            rtx_payload_types={PAYLOAD_TYPE: RTX_PAYLOAD_TYPE, FULL_CHROMA: RTX_OF_FULL_CHROMA}
            if rtx
            else {},
            mid="video0",
            extensions=extensions,
        )

    @property
    def repaired(self) -> int:
        """How many packets were sent again."""
        return self.sender.retransmitted

    def _want_key_frame(self) -> None:
        self.key_frames_wanted += 1

    async def send(self, frame: EncodedFrame) -> list[bytes]:
        """The packets of one frame."""
        before = len(self.wire.sent)
        self.track.put(frame)
        await self.frames_sent.get()
        return self.wire.sent[before:]


@contextlib.asynccontextmanager
async def rig(**options: Any) -> AsyncIterator[Rig]:
    made = Rig(**options)
    running = asyncio.create_task(made.sender.run(made.negotiated))
    try:
        yield made
    finally:
        running.cancel()
        made.flow.close()
        await asyncio.gather(running, return_exceptions=True)


class Clock:
    """Stands in for `time` in the sender's module."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(sender_module, "time", made)
    return made


def frame(
    data: bytes = b"frame",
    *,
    codec: Codec = "vp8",
    key: bool = False,
    time: float = 5.0,
    chroma: Chroma = "420",
) -> EncodedFrame:
    return EncodedFrame(codec, data, key, (64, 48), (64, 48), (64, 48), 1, time, chroma)


async def test_a_frame_becomes_packets_with_the_negotiated_numbers() -> None:
    async with rig() as made:
        await made.send(frame(bytes(3000)))
        packets = made.wire.packets
    assert {packet.payload_type for packet in packets} == {PAYLOAD_TYPE}
    assert {packet.ssrc for packet in packets} == {made.sender.ssrc}
    assert len({packet.timestamp for packet in packets}) == 1
    # RFC 7741 clause 4.1: the marker stands in the last packet of a frame.
    last = len(packets) - 1
    assert [packet.marker for packet in packets] == [0] * last + [1]
    first = packets[0].sequence_number
    assert [packet.sequence_number - first for packet in packets] == list(range(last + 1))


@pytest.mark.parametrize(
    ("size", "least", "most"), [(50, 1, 1), (600, 3, 4), (3000, 5, 6), (20_000, 18, 18)]
)
async def test_a_frame_has_five_packets_where_that_is_no_waste(
    size: int, least: int, most: int
) -> None:
    async with rig() as made:
        await made.send(frame(bytes(size)))
        packets = made.wire.packets
    assert least <= len(packets) <= most
    assert all(len(packet.payload) <= PAYLOAD_LIMIT for packet in packets)
    assert PACKETS_OF_A_FRAME == 5


async def test_the_codec_chooses_the_payload_format() -> None:
    async with rig() as made:
        await made.send(frame(b"\x00\x00\x00\x01\x65unit", codec="h264"))
        await made.send(frame(b"partition"))
        h264, vp8 = (packet.payload for packet in made.wire.packets)
    assert h264 == b"\x65unit"
    assert VpxPayloadDescriptor.parse(vp8)[1] == b"partition"


async def test_sequence_numbers_and_picture_ids_wrap() -> None:
    async with rig() as made:
        made.sender._sequence_number = 0xFFFE
        made.sender._picture_id = 0x7FFE
        for index in range(4):
            await made.send(frame(time=index / 30))
        packets = made.wire.packets
    assert [packet.sequence_number for packet in packets] == [0xFFFE, 0xFFFF, 0, 1]
    ids = [VpxPayloadDescriptor.parse(packet.payload)[0].picture_id for packet in packets]
    assert ids == [0x7FFF, 0, 1, 2]


async def test_timestamps_tell_the_times_of_the_frames() -> None:
    async with rig() as made:
        told = []
        for time in (20.0, 20.5, 21.0):
            told.append(made.sender.media_clock.timestamp(time))
            await made.send(frame(time=time))
        stamps = [packet.timestamp for packet in made.wire.packets]
    assert stamps == told, "what is told before a frame is sent is true"
    assert [(stamp - stamps[0]) % 2**32 for stamp in stamps] == [0, 45_000, 90_000]


@pytest.mark.parametrize(
    ("codec", "key", "with_color_space"),
    [("vp8", True, True), ("vp8", False, False), ("h264", True, False)],
)
async def test_packets_carry_the_negotiated_extensions(
    codec: Codec, key: bool, with_color_space: bool
) -> None:
    async with rig() as made:
        data = b"\x00\x00\x01\x65" + b"x" * 2000
        sent = [
            dict(extensions_in(one)) for one in await made.send(frame(data, codec=codec, key=key))
        ]
    for extensions in sent:
        assert extensions[4] == b"video0"
        assert len(extensions[2]) == 3
        assert extensions[5] == bytes(3)
        assert (extensions.get(8) == bytes((1, 1, 1, 0x10))) is with_color_space
        assert extensions.keys() <= set(EXTENSIONS.values())


async def test_nothing_is_sent_that_was_not_negotiated() -> None:
    async with rig(extensions={}) as made:
        [data] = await made.send(frame(key=True))
    assert extensions_in(data) == []


async def test_what_was_sent_is_counted() -> None:
    async with rig() as made:
        sent = await made.send(frame(bytes(3000)))
        state = made.sender.__dict__
        assert made.sender.frames_sent == 1
        assert made.sender.bytes_sent == sum(map(len, sent))
    # RFC 3550 clause 6.4.1: a sender report counts packets and the octets of their payloads.
    assert state["_RTCRtpSender__packet_count"] == len(sent)
    payloads = sum(len(packet.payload) for packet in made.wire.packets)
    assert state["_RTCRtpSender__octet_count"] == payloads


# Repair.


async def test_a_lost_packet_is_sent_again_as_rtx() -> None:
    async with rig() as made:
        await made.send(frame(bytes(3000), key=True))
        lost = made.wire.packets[1]
        await made.sender.on_nack([lost.sequence_number])
        data, again = made.wire.sent[-1], made.wire.packets[-1]
    assert again.payload_type == RTX_PAYLOAD_TYPE
    assert again.ssrc == made.sender.rtx_ssrc != made.sender.ssrc
    original = unwrap_rtx(again, payload_type=PAYLOAD_TYPE, ssrc=made.sender.ssrc)
    assert original.payload == lost.payload
    assert original.sequence_number == lost.sequence_number
    assert original.timestamp == lost.timestamp
    assert dict(extensions_in(data))[4] == b"video0"
    assert made.repaired == 1


async def test_packets_and_their_repairs_have_the_payload_type_of_their_frames_chroma() -> None:
    chromas: tuple[Chroma, ...] = ("444", "420", "444")
    async with rig() as made:
        for number, chroma in enumerate(chromas):
            await made.send(frame(SLICE, codec="h264", time=5.0 + number, chroma=chroma))
        sent = made.wire.packets
        await made.sender.on_nack([packet.sequence_number for packet in sent])
        again = made.wire.packets[len(sent) :]
    assert [packet.payload_type for packet in sent] == [FULL_CHROMA, PAYLOAD_TYPE, FULL_CHROMA]
    assert [packet.payload_type for packet in again] == [
        RTX_OF_FULL_CHROMA,
        RTX_PAYLOAD_TYPE,
        RTX_OF_FULL_CHROMA,
    ]


async def test_flexfec_repairs_the_payload_type_too() -> None:
    async with rig(extensions=NUMBERED) as made:
        made.sender.fec_payload_type = FEC_PAYLOAD_TYPE
        made.flow.protection.share = 3
        sent = await made.send(frame(SLICE, codec="h264", chroma="444"))
    packets = [RtpPacket.parse(one) for one in sent]
    media = {
        packet.sequence_number: without_number(one)
        for packet, one in zip(packets, sent, strict=True)
        if packet.payload_type == FULL_CHROMA
    }
    repair = next(packet for packet in packets if packet.payload_type == FEC_PAYLOAD_TYPE)
    lost, *others = protected_by(repair.payload)
    rest = [media[number] for number in others]
    assert recovered(repair.payload, rest, lost) == media[lost]


async def test_rtx_packets_have_sequence_numbers_of_their_own(clock: Clock) -> None:
    async with rig() as made:
        await made.send(frame(bytes(3000)))
        numbers = [packet.sequence_number for packet in made.wire.packets]
        made.sender._rtx_sequence_number = 0xFFFF
        await made.sender.on_nack(numbers)
        assert [packet.sequence_number for packet in made.wire.packets[len(numbers) :]] == [
            0xFFFF,
            *range(len(numbers) - 1),
        ]


async def test_without_rtx_the_packet_itself_is_sent_again() -> None:
    async with rig(rtx=False) as made:
        await made.send(frame())
        [sent] = made.wire.packets
        await made.sender.on_nack([sent.sequence_number])
        again = made.wire.packets[-1]
    assert again.payload_type == PAYLOAD_TYPE
    assert (again.ssrc, again.sequence_number) == (sent.ssrc, sent.sequence_number)
    assert again.payload == sent.payload


async def test_a_repair_is_made_once_per_round_trip(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with rig() as made:
        monkeypatch.setitem(made.sender.__dict__, "_RTCRtpSender__rtt", 0.2)
        await made.send(frame())
        number = made.wire.packets[0].sequence_number
        for pause in (0.0, 0.05, 0.1):
            clock.now += pause
            await made.sender.on_nack([number, number])
        assert made.repaired == 1
        clock.now += 0.05
        await made.sender.on_nack([number])
        assert made.repaired == 2


async def test_packets_can_be_repaired_for_over_a_second(clock: Clock) -> None:
    async with rig() as made:
        await made.send(frame())
        number = made.wire.packets[0].sequence_number
        clock.now += 1.2
        await made.send(frame(time=6.2))
        await made.sender.on_nack([number])
        assert made.repaired == 1
        clock.now += 1.2
        await made.send(frame(time=7.4))
        await made.sender.on_nack([number])
        assert made.repaired == 1, "it is forgotten by then"


async def test_what_was_never_sent_is_not_repaired() -> None:
    async with rig() as made:
        await made.sender.on_nack([0, 1, 65535])
        assert made.wire.sent == []


async def test_the_history_is_bounded(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_module, "PACKETS", 4)
    async with rig() as made:
        await made.send(frame(bytes(8 * PAYLOAD_LIMIT)))
        numbers = [packet.sequence_number for packet in made.wire.packets]
        await made.sender.on_nack(numbers)
        assert made.repaired == 4


async def test_asking_for_all_again_and_again_gets_a_burst_and_a_share(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_module, "BURST", 20)
    async with rig() as made:
        await made.send(frame(bytes(10 * PAYLOAD_LIMIT - 100)))
        numbers = [packet.sequence_number for packet in made.wire.packets]
        for _ in range(10):
            clock.now += 0.1
            await made.sender.on_nack(numbers)
        assert made.repaired == 20
        await made.send(frame(bytes(10 * PAYLOAD_LIMIT - 100), time=6.0))
        clock.now += 0.1
        await made.sender.on_nack(numbers)
        assert made.repaired == 25


async def test_a_repair_on_a_closed_transport_is_dropped() -> None:
    async with rig() as made:
        await made.send(frame())
        made.wire.error = ConnectionError()
        await made.sender.on_nack([made.wire.packets[0].sequence_number])


# Numbers for the whole transport.


async def test_every_packet_has_the_next_number_of_the_transport() -> None:
    async with rig(extensions=NUMBERED) as made:
        await made.send(frame(bytes(3000)))
        await made.sender.on_nack([made.wire.packets[1].sequence_number])
        await made.send(frame(time=6.0))
        sent = [dict(extensions_in(data)) for data in made.wire.sent]
    assert [int.from_bytes(found[3], "big") for found in sent] == list(range(len(sent)))
    assert all(2 not in found for found in sent), "the time of sending says nothing more then"


async def test_a_receivers_own_estimate_becomes_the_target() -> None:
    async with rig() as made:
        for ssrc in (made.sender.ssrc ^ 1, made.sender.ssrc):
            fci = pack_remb_fci(3_000_000, [ssrc])
            remb = RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=1, media_ssrc=0, fci=fci)
            await made.sender._handle_rtcp_packet(remb)
        broken = RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=1, media_ssrc=0, fci=fci[:6])
        await made.sender._handle_rtcp_packet(broken)
    assert made.targets == [pytest.approx(3_000_000, rel=1e-4)]


# Repair without asking.


def without_number(packet: bytes) -> bytes:
    """A packet as receivers repair others from it: its transport-wide number is zero."""
    number = dict(extensions_in(packet))[NUMBERED[TRANSPORT_CC]]
    field = bytes((NUMBERED[TRANSPORT_CC] << 4 | 1,))
    return packet.replace(field + number, field + bytes(2), 1)


@pytest.mark.parametrize("share", [3, 5])
async def test_repair_packets_bring_any_lost_packet_back(share: int) -> None:
    async with rig(extensions=NUMBERED) as made:
        made.sender.fec_payload_type = FEC_PAYLOAD_TYPE
        assert not made.sender.protects
        made.flow.protection.share = share
        assert made.sender.protects
        data = bytes(index * 7 % 256 for index in range(20_000))
        sent = await made.send(frame(data, key=True))
        packets = [RtpPacket.parse(one) for one in sent]
    media = {
        packet.sequence_number: without_number(one)
        for packet, one in zip(packets, sent, strict=True)
        if packet.payload_type == PAYLOAD_TYPE
    }
    repairs = [packet for packet in packets if packet.payload_type == FEC_PAYLOAD_TYPE]
    assert packets[-len(repairs) :] == repairs, "behind the frame"
    assert {packet.ssrc for packet in repairs} == {made.sender.fec_ssrc}
    assert len(media) / share <= len(repairs) <= len(media) / share + 2
    protected: list[int] = []
    for repair in repairs:
        numbers = protected_by(repair.payload)
        for lost in numbers:
            rest = [media[number] for number in numbers if number != lost]
            assert recovered(repair.payload, rest, lost) == media[lost]
        protected += numbers
    assert sorted(protected) == sorted(media)


async def test_where_there_is_no_flexfec_each_packet_is_sent_twice() -> None:
    async with rig(extensions=NUMBERED) as made:
        made.flow.protection.share = 5
        assert made.sender.protects
        sent = await made.send(frame(bytes(3000)))
        packets = [RtpPacket.parse(one) for one in sent]
    media = [packet for packet in packets if packet.payload_type == PAYLOAD_TYPE]
    copies = packets[len(media) :]
    assert {packet.payload_type for packet in copies} == {RTX_PAYLOAD_TYPE}
    originals = [unwrap_rtx(copy, PAYLOAD_TYPE, made.sender.ssrc) for copy in copies]
    assert [(p.sequence_number, p.payload) for p in originals] == [
        (p.sequence_number, p.payload) for p in media
    ]
    assert made.sender.retransmitted == 0, "nobody asked"


async def test_where_there_is_neither_nothing_is_added() -> None:
    async with rig(rtx=False) as made:
        plain = len(await made.send(frame(bytes(3000))))
        made.flow.protection.share = 3
        assert not made.sender.protects
        assert len(await made.send(frame(bytes(3000), time=6.0))) == plain


# Feedback, as aiortc hands it over.


async def test_nacks_are_read_beyond_the_wrap() -> None:
    async with rig() as made:
        made.sender._sequence_number = 0xFFFE
        await made.send(frame(bytes(3000)))
        count = len(made.wire.sent)
        # RFC 4585 clause 6.2.1: packet id 65534, and a mask for the two that follow it.
        nack = RtcpRtpfbPacket(fmt=RTCP_RTPFB_NACK, ssrc=1, media_ssrc=made.sender.ssrc)
        data = bytes(nack) + bytes.fromhex("fffe0003")
        await made.sender._handle_rtcp_packet(RtcpRtpfbPacket.parse(data[4:], RTCP_RTPFB_NACK))
        rtx = [unwrap_rtx(packet, PAYLOAD_TYPE, 0) for packet in made.wire.packets[count:]]
    assert [packet.sequence_number for packet in rtx] == [0xFFFE, 0xFFFF, 0]


@pytest.mark.parametrize("fmt", [RTCP_PSFB_PLI, RTCP_PSFB_FIR])
async def test_key_frames_are_asked_for_at_most_every_300_ms(clock: Clock, fmt: int) -> None:
    async with rig() as made:
        request = RtcpPsfbPacket(fmt=fmt, ssrc=1, media_ssrc=made.sender.ssrc)
        for _ in range(10):
            await made.sender._handle_rtcp_packet(request)
            clock.now += 0.1
        assert made.key_frames_wanted == 4


async def test_receiver_reports_tell_the_loss() -> None:
    async with rig() as made:
        assert made.sender.reported_loss is None
        for ssrc, lost in ((made.sender.ssrc, 64), (made.sender.ssrc ^ 1, 255)):
            report = RtcpReceiverInfo(ssrc, lost, 0, 0, 0, 0, 0)
            await made.sender._handle_rtcp_packet(RtcpRrPacket(ssrc=1, reports=[report]))
        assert made.sender.reported_loss == 0.25
        assert made.sender.round_trip is None


async def test_a_round_trip_is_never_negative(monkeypatch: pytest.MonkeyPatch) -> None:
    async with rig() as made:
        monkeypatch.setitem(made.sender.__dict__, "_RTCRtpSender__rtt", -0.1)
        assert made.sender.round_trip == 0.0


# Its end.


async def end_of(made: Rig, provoke: Callable[[], object]) -> None:
    """Run the loop as aiortc does, and wait for its end."""
    ended = asyncio.create_task(made.sender._run_rtp(cast(Any, None)))
    await asyncio.sleep(0)
    provoke()
    await ended
    assert made.track.readyState == "ended"


async def test_what_a_closing_transport_does_not_take_is_dropped_quietly() -> None:
    async with rig() as made:
        made.wire.error = ConnectionError()
        assert await made.send(frame(bytes(3000))) == []
    assert made.errors == []


async def test_a_packet_that_cannot_be_sent_is_told_and_the_others_are_dropped(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with rig() as made:
        made.wire.error = error = RuntimeError("It waits.")
        await made.send(frame(bytes(3000)))
    assert made.errors == [error]
    assert caplog.text.count("A packet could not be sent.") == 1


async def test_an_ended_track_ends_it_quietly() -> None:
    made = Rig()
    await end_of(made, made.track.stop)
    assert made.errors == []


async def test_a_failure_is_logged_and_told(caplog: pytest.LogCaptureFixture) -> None:
    made = Rig()
    # No encoder makes it, so it stands for any mistake of ours.
    await end_of(made, lambda: made.track.put(frame(b"")))
    assert [type(error) for error in made.errors] == [ZeroDivisionError]
    assert "The sender's loop failed." in caplog.text
