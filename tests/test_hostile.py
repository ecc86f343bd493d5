"""Hostile pages: whatever one sends, the server goes on and the others are not disturbed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import random
import struct
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from aiohttp import ClientSession
from aiortc.rtcsctptransport import (
    SCTP_DATA_FIRST_FRAG,
    SCTP_DATA_LAST_FRAG,
    WEBRTC_BINARY,
    WEBRTC_DCEP,
    WEBRTC_STRING,
    DataChunk,
)
from aiortc.rtp import RTCP_RTPFB_NACK, RtcpRtpfbPacket, RtpPacket, pack_rtcp_packet
from aiortc.utils import uint32_add

from rtc_canvas import Canvas, Peer, Server, serve

from .frames import flat
from .receiver import CHANNELS, PATIENCE, Receiver, receiver
from .test_connection import browser_offer


class Scene:
    """A served canvas with a witness who just watches, and one who attacks."""

    def __init__(
        self, canvas: Canvas, server: Server, witness: Receiver, attacker: Receiver
    ) -> None:
        self.canvas = canvas
        self.server = server
        self.witness = witness
        self.attacker = attacker
        self.witness_peer, self.attacking_peer = canvas.peers

    async def witness_sees_more(self) -> None:
        """The server goes on: a new picture reaches the witness."""
        self.canvas.push(flat((1, 2, 3)))
        await self.witness.frame(len(self.witness.frames) + 2)
        assert self.witness_peer in self.canvas.peers

    async def attacker_is_gone(self) -> None:
        await self.until(lambda: self.attacking_peer not in self.canvas.peers)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for something of the server's."""
        async with asyncio.timeout(PATIENCE):
            while not condition():  # noqa: ASYNC110  # there is no event for it
                await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def nothing_is_logged_as_unhandled(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    bad = [record for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    assert not bad, caplog.text


@contextlib.asynccontextmanager
async def scene() -> AsyncIterator[Scene]:
    canvas = Canvas((64, 48))
    canvas.push(flat((9, 9, 9)))
    async with (
        serve(canvas, port=0) as server,
        receiver(server) as witness,
        receiver(server) as attacker,
    ):
        await witness.frame()
        await attacker.frame()
        made = Scene(canvas, server, witness, attacker)
        yield made
        await made.witness_sees_more()


# Messages.


def nonsense(chance: random.Random) -> str | bytes:
    """A message that no page of ours sends."""
    types = ["pointer_move", "key_down", "wheel", "resize", "hello", "visibility", "char", "x"]
    values: list[Any] = [
        None, True, -1, 0, 1e308, 10**400, "", "x" * 100, [], [[]], {}, {"x": {}}, "\ud800", float("nan"),
    ]  # fmt: skip
    fields = ["seq", "t", "edge", "x", "y", "key", "code", "width", "ratio", "visible", "touches"]
    choices: list[Callable[[], str | bytes]] = [
        lambda: chance.randbytes(chance.randrange(300)),
        lambda: "".join(map(chr, chance.choices(range(0xD7FF), k=chance.randrange(300)))),
        lambda: "[" * chance.randrange(1, 15_000),
        lambda: '{"type":' * 2000 + "1" + "}" * 2000,
        lambda: "x" * chance.randrange(20_000, 60_000),
        lambda: json.dumps(chance.choice(values)),
        lambda: json.dumps(
            {"type": chance.choice(types)}
            | {name: chance.choice(values) for name in chance.sample(fields, 5)}
        ),
    ]
    return chance.choice(choices)()


@pytest.mark.parametrize("seed", range(3))
async def test_nonsense_is_counted(seed: int) -> None:
    chance = random.Random(seed)
    async with scene() as made:
        for _ in range(100):
            made.attacker.channels[chance.choice(list(CHANNELS))].send(nonsense(chance))
        # The channel is ordered: when this one has come, so have those before it.
        made.attacker.tell(type="stats", on=True)
        await made.attacker.message("stats")
        await made.until(lambda: dropped(made.attacking_peer) > 30)
        assert made.attacking_peer in made.canvas.peers, "nonsense alone ends nobody"
        assert dropped(made.witness_peer) == 0


def dropped(peer: Peer) -> int:
    return sum(peer.stats.dropped_input.values())


async def test_a_flood_of_input_is_cut_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rtc_canvas.peers.input.BURST", 100)
    async with scene() as made:
        for _ in range(500):
            made.attacker.send("input", "pointer_move")
        await made.until(lambda: made.attacking_peer.stats.dropped_input.get("flood"))


async def send_chunks(viewer: Receiver, chunks: list[tuple[int, int, int, bytes]]) -> None:
    """Send SCTP data as no API lets one: (flags, stream, protocol, data) of each chunk."""
    sctp: Any = viewer.connection.sctp
    for flags, stream, protocol, data in chunks:
        chunk = DataChunk(flags=flags)
        chunk.tsn = sctp._local_tsn
        sctp._local_tsn = uint32_add(sctp._local_tsn, 1)
        chunk.stream_id, chunk.stream_seq, chunk.protocol = stream, 0, protocol
        chunk.user_data = data
        with contextlib.suppress(ConnectionError):
            await sctp._send_chunk(chunk)
        # The server reads beside it: a full socket would drop the rest.
        await asyncio.sleep(0)


WHOLE = SCTP_DATA_FIRST_FRAG | SCTP_DATA_LAST_FRAG


@pytest.mark.parametrize(
    ("stream", "protocol", "data"),
    [
        pytest.param(0, WEBRTC_STRING, b"\xff\xfe", id="text that is not UTF-8"),
        pytest.param(0, WEBRTC_DCEP, b"\x03" + bytes(11), id="opening an open channel"),
        pytest.param(9, WEBRTC_DCEP, b"\x02", id="accepting what nobody opened"),
        pytest.param(
            9,
            WEBRTC_DCEP,
            b"\x03" + bytes(7) + b"\x00\x02\x00\x00\xff\xfe",
            id="a label that is not UTF-8",
        ),
    ],
)
async def test_malformed_sctp_ends_the_one_who_sends_it(
    stream: int, protocol: int, data: bytes
) -> None:
    async with scene() as made:
        # Out of order on purpose: on its stream, others have come before it.
        await send_chunks(made.attacker, [(WHOLE | 4, stream, protocol, data)])
        await made.attacker_is_gone()


async def test_fragments_without_end_end_the_one_who_sends_them() -> None:
    async with scene() as made:
        fragment = (0, 5, WEBRTC_BINARY, bytes(1000))
        first = (SCTP_DATA_FIRST_FRAG, 5, WEBRTC_BINARY, bytes(1000))
        await send_chunks(made.attacker, [first] + [fragment] * 1100)
        await made.attacker_is_gone()


async def test_messages_on_channels_that_nobody_has_are_ignored() -> None:
    async with scene() as made:
        chunks = [(WHOLE | 4, stream, WEBRTC_BINARY, b"hello") for stream in range(3, 60)]
        await send_chunks(made.attacker, chunks)
        await made.witness_sees_more()
        assert made.attacking_peer in made.canvas.peers


# RTP and RTCP.


def dtls(viewer: Receiver) -> Any:
    return viewer.connection.getTransceivers()[0].receiver.transport


async def send_rtp(viewer: Receiver, packet: bytes) -> None:
    """Encrypt and send; then the server reads, so that no socket overflows."""
    await dtls(viewer)._send_rtp(packet)
    await asyncio.sleep(0)


def video_ssrc(viewer: Receiver) -> int:
    """The SSRC of the video that a viewer gets."""
    [ssrc, *_] = dtls(viewer)._rtp_router.ssrc_table
    return int(ssrc)


async def test_random_rtcp_does_no_harm() -> None:
    chance = random.Random(1)
    async with scene() as made:
        ssrc = struct.pack("!L", video_ssrc(made.attacker))
        for _ in range(400):
            words = chance.randrange(1, 30)
            body = chance.randbytes(4) + chance.choice([ssrc, chance.randbytes(4)])
            body += b"".join(chance.choice([ssrc, chance.randbytes(4)]) for _ in range(words))
            packet = pack_rtcp_packet(chance.randrange(200, 208), chance.randrange(32), body)
            if chance.random() < 0.3:
                packet = packet[: chance.randrange(9, len(packet))]
            await send_rtp(made.attacker, packet)
        await made.witness_sees_more()
        assert made.attacking_peer in made.canvas.peers


async def test_asking_for_everything_again_and_again_does_no_harm() -> None:
    async with scene() as made:
        packet = RtcpRtpfbPacket(fmt=RTCP_RTPFB_NACK, ssrc=1, media_ssrc=video_ssrc(made.attacker))
        everything = b"".join(
            struct.pack("!HH", number, 0xFFFF) for number in range(0, 0x10000, 17)
        )
        for start in range(0, len(everything), 1000):
            body = bytes(packet)[4:] + everything[start : start + 1000]
            await send_rtp(made.attacker, pack_rtcp_packet(205, RTCP_RTPFB_NACK, body))
        await made.witness_sees_more()


async def test_rtp_that_nobody_asked_for_does_no_harm() -> None:
    chance = random.Random(2)
    async with scene() as made:
        for number in range(200):
            packet = RtpPacket(
                payload_type=chance.choice([0, 96, 97, 99, 101, 127]),
                sequence_number=number,
                ssrc=chance.choice([video_ssrc(made.attacker), chance.randrange(1 << 32)]),
                payload=chance.randbytes(chance.randrange(200)),
            )
            await send_rtp(made.attacker, packet.serialize())
        await made.witness_sees_more()
        assert made.attacking_peer in made.canvas.peers


# Offers.


def mutated(offer: str, chance: random.Random) -> bytes:
    """An offer with some of its lines lost, doubled, moved, or changed within."""
    lines = offer.split("\r\n")
    for _ in range(chance.randrange(1, 6)):
        where = chance.randrange(len(lines))
        line = lines[where]
        match chance.randrange(7):
            case 0:
                del lines[where]
            case 1:
                lines.insert(chance.randrange(len(lines)), line)
            case 2:
                lines[where] = line[: chance.randrange(len(line) + 1)]
            case 3:
                digits = [index for index, letter in enumerate(line) if letter.isdigit()]
                if digits:
                    index = chance.choice(digits)
                    number = chance.choice(["", "0", "-1", "99999999999", "x"])
                    lines[where] = line[:index] + number + line[index + 1 :]
            case 4:
                lines[where] = line.replace(":", chance.choice(["", " ", "::"]), 1)
            case 5:
                lines[where] = line + chance.choice([" ", " x", "\x00", "\ud7ff" * 50, ";" * 50])
            case 6:
                other = chance.randrange(len(lines))
                lines[where], lines[other] = lines[other], lines[where]
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
async def test_malformed_offers_are_answered_or_refused(browser: str) -> None:
    chance = random.Random(3)
    offer = browser_offer(browser)
    async with scene() as made:
        url, _, token = made.server.url.partition("?token=")
        headers = {"Content-Type": "application/sdp", "Authorization": f"Bearer {token}"}
        statuses: set[int] = set()
        async with ClientSession(headers=headers) as http:
            for _ in range(60):
                body = mutated(offer, chance)
                async with http.post(f"{url}whep/main", data=body) as response:
                    statuses.add(response.status)
                    reason = await response.text()
                if response.status == 201:
                    location = f"{url}whep/{response.headers['Location']}"
                    async with http.delete(location) as response:
                        assert response.status == 200
                else:
                    assert response.status in (400, 406, 422), reason
                    assert len(reason.splitlines()) == 1, reason
        assert {201, 400} <= statuses
