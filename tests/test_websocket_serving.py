"""Serving pages that have a WebSocket only, over real HTTP; some of them are hostile."""

from __future__ import annotations

import asyncio
import contextlib
import random
from socket import SHUT_RDWR

import av
import numpy as np
import pytest

from rtc_canvas import Canvas, VideoConfig, serve
from rtc_canvas.events import ProgramEvent

from .frames import flat
from .receiver import Receiver, receiver
from .room import Seen
from .websocket_page import CHANNELS, Page, websocket_page


def decoded(codec: str, data: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    decoder = av.CodecContext.create(codec, "r")
    frames = [*decoder.decode(av.Packet(data)), *decoder.decode(None)]  # type: ignore[attr-defined]
    return np.asarray(frames[0].to_ndarray(format="rgb24"), np.uint8)


def session_of(viewer: Receiver) -> str:
    return viewer.resource.rpartition("/")[2]


@pytest.mark.parametrize("codec", ["h264", "vp8"])
async def test_a_picture_and_a_key(codec: str) -> None:
    canvas = Canvas((64, 48))
    keys: Seen[ProgramEvent] = Seen()
    canvas.on("key_down")(keys)
    async with serve(canvas, port=0) as server, websocket_page(server) as page:
        await page.open(codecs=[codec])
        opened = await page.message("opened", codec=codec)
        assert len(opened["session"]) > 20
        hello = await page.message("hello")
        canvas.push(flat((200, 200, 200)))
        assert abs(int(decoded(codec, await page.frame()).mean()) - 200) <= 3
        assert page.frames[0][2]
        await page.message("control", steering=True)
        await page.send("input", "key_down", key="x")
        event = await keys.next()
        assert event["key"] == "x"
        (peer,) = canvas.peers
        assert event["peer"] is peer
        assert (peer.id, peer.stats.transport, peer.stats.codec) == (
            hello["peer"],
            "websocket",
            codec,
        )


async def test_the_configured_codec_comes_first() -> None:
    canvas, config = Canvas((64, 48)), VideoConfig(codec="vp8")
    async with serve(canvas, port=0, video=config) as server, websocket_page(server) as page:
        await page.open()
        await page.message("opened", codec="vp8")


@pytest.mark.parametrize(("wished", "codec"), [("vp8", "vp8"), ("h264", "h264"), (None, "h264")])
async def test_the_pages_own_wish_comes_before_the_configured_codec(
    wished: str | None, codec: str
) -> None:
    canvas, config = Canvas((64, 48)), VideoConfig(codec="h264")
    async with serve(canvas, port=0, video=config) as server, websocket_page(server) as page:
        await page.open(codecs=["vp8", "h264", "jpeg"], codec=wished)
        await page.message("opened", codec=codec)


async def test_a_wish_that_the_page_cannot_decode_is_none() -> None:
    canvas = Canvas((64, 48))
    async with serve(canvas, port=0) as server, websocket_page(server) as page:
        await page.open(codecs=["jpeg"], codec="vp8")
        await page.message("opened", codec="jpeg")


async def test_who_acknowledges_nothing_gets_two_frames() -> None:
    canvas = Canvas((64, 48))
    async with serve(canvas, port=0) as server, websocket_page(server) as page:
        page.acknowledges = False
        await page.open()
        await page.message("hello")
        for level in range(10):
            canvas.push(flat((level * 20, 0, 0)))
            await asyncio.sleep(0.02)
        assert len(page.frames) == 2
        page.acknowledges = True
        await page.acknowledge(2)
        # The newest one comes, and none of those between.
        assert canvas.peers[0].stats.skipped >= 5
        await page.frame(3)


async def test_a_page_that_leaves_and_one_that_vanishes() -> None:
    canvas = Canvas((64, 48))
    events: Seen[ProgramEvent] = Seen()
    canvas.on("leave", "away", "back")(events)
    async with serve(canvas, port=0) as server:
        async with websocket_page(server) as page:
            await page.open()
            await page.message("hello")
        assert (await events.next())["reason"] == "The viewer left."
        async with websocket_page(server) as page:
            await page.open()
            token = (await page.message("opened"))["session"]
            peer = (await page.message("hello"))["peer"]
            page.socket.get_extra_info("socket").shutdown(SHUT_RDWR)
            assert (await events.next())["type"] == "away"
        async with websocket_page(server) as page:
            await page.open(session=token)
            assert (await page.message("hello"))["peer"] == peer
            assert (await events.next())["type"] == "back"


async def test_a_token_serves_once_and_only_its_own_page() -> None:
    canvas = Canvas((64, 48))
    events: Seen[ProgramEvent] = Seen()
    canvas.on("join", "leave", "away")(events)
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(
            serve(canvas, port=0, allow_origins=["https://one.example", "https://two.example"])
        )

        async def page_of(origin: str) -> Page:
            return await stack.enter_async_context(websocket_page(server, origin=origin))

        victim = await page_of("https://one.example")
        await victim.open()
        first = (await victim.message("opened"))["session"]
        await victim.message("hello")
        for session, origin, code in (
            (first, "https://two.example", 4403),
            (first[:-1] + ("A" if first[-1] != "A" else "B"), "https://one.example", 4404),
        ):
            thief = await page_of(origin)
            await thief.open(session=session)
            assert (await thief.closed())[0] == code
        again = await page_of("https://one.example")
        await again.open(session=first)
        await again.message("hello")
        thief = await page_of("https://one.example")
        await thief.open(session=first)
        assert (await thief.closed())[0] == 4409
        canvas.push(flat((9, 9, 9)))
        await again.frame()
        (peer,) = canvas.peers
        assert peer.steering
        assert [event["type"] for event in events.rest()] == ["join"]


async def test_its_pages_are_told_when_a_server_ends() -> None:
    canvas = Canvas((64, 48))
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(serve(canvas, port=0))
        page = await stack.enter_async_context(websocket_page(server))
        await page.open()
        await page.message("hello")
        await server.close()
        await page.message("bye", reason="The server was shut down.", retry=True)
        assert (await page.closed())[0] == 1000


@pytest.mark.parametrize(
    ("fields", "code", "reason"),
    [
        ({"codecs": ["av1"]}, 4406, "'codecs' must have one of"),
        ({"session": "unknown"}, 4404, "no such peer"),
        ({"use": "yes"}, 4400, "'use' must be true or false"),
    ],
)
async def test_what_is_refused(fields: dict[str, object], code: int, reason: str) -> None:
    canvas = Canvas((64, 48))
    async with serve(canvas, port=0) as server, websocket_page(server) as page:
        await page.open(**fields)
        got, why = await page.closed()
        assert got == code
        assert reason in why
        assert canvas.peers == ()


# Beside WebRTC.


async def test_a_websocket_takes_the_place_of_webrtc_and_back_again() -> None:
    canvas = Canvas((64, 48))
    events: Seen[ProgramEvent] = Seen()
    canvas.on("join", "leave", "key_down")(events)
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(serve(canvas, port=0))
        viewer = await stack.enter_async_context(receiver(server))
        page = await stack.enter_async_context(websocket_page(server))
        canvas.push(flat((200, 0, 0)))
        await viewer.frame()
        assert (await events.next())["type"] == "join"
        (peer,) = canvas.peers
        await page.open(session=session_of(viewer), use=False)
        opened = await page.message("opened")
        # It is held ready, and told of frames.
        canvas.push(flat((0, 200, 0)))
        await page.message("sent")
        assert page.frames == []
        await page.socket.send_json({"type": "use", "transport": "websocket"})
        await page.frame()
        assert page.frames[0][2]
        assert peer.stats.as_dict()["transport"] == "websocket"
        await page.send("input", "key_down", key="y")
        assert (await events.next())["key"] == "y"
        again = await stack.enter_async_context(receiver(server, session=opened["session"]))
        await page.socket.send_json({"type": "use", "transport": "webrtc"})
        await again.frame()
        assert canvas.peers == (peer,)
        assert peer.stats.transport == "webrtc"
        assert events.rest() == []


# Hostile pages.


async def test_floods_and_garbage_hurt_nobody_else() -> None:
    canvas = Canvas((64, 48))
    noise = random.Random(1)
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(serve(canvas, port=0))
        witness = await stack.enter_async_context(websocket_page(server))
        await witness.open()
        await witness.message("hello")
        attacker = await stack.enter_async_context(websocket_page(server))
        await attacker.open()
        await attacker.message("hello")
        for _ in range(500):
            await attacker.socket.send_bytes(noise.randbytes(noise.randrange(60)))
            await attacker.socket.send_str('{"type": "use", "transport": "webrtc"}')
            await attacker.socket.send_bytes(bytes((CHANNELS["input"], 0)) + b"{}" * 4000)
        for level in range(5):
            count = len(witness.frames)
            canvas.push(flat((level * 40, 0, 0)))
            await witness.frame(count + 1)
        _, bad = canvas.peers
        assert bad.stats.dropped_input["websocket"] > 200
        assert witness.close is None
        await attacker.socket.send_bytes(bytes(30_000))
        await attacker.until(lambda: attacker.close)
        assert attacker.close is not None
        assert attacker.close[0] == 1009
        assert len(canvas.peers) == 1
        told = server.stats.messages
        assert (told["length"], told["websocket"]) == (1, bad.stats.dropped_input["websocket"])


async def test_a_page_that_does_not_read_keeps_nobody_waiting() -> None:
    canvas = Canvas((640, 480))
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(serve(canvas, port=0))
        witness = await stack.enter_async_context(websocket_page(server))
        await witness.open()
        await witness.message("hello")
        lazy = await stack.enter_async_context(websocket_page(server))
        await lazy.open()
        await lazy.message("hello")
        lazy.reading.cancel()
        grain = np.random.default_rng(1)
        for _ in range(10):
            count = len(witness.frames)
            canvas.push(grain.integers(0, 255, (480, 640, 3), np.uint8))
            await witness.frame(count + 1)
        assert len(lazy.frames) <= 2
