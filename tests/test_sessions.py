"""From an offer to a peer, and what is left of those that come to nothing."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import re
import threading
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import numpy as np
import pytest
from aiohttp import ClientSession

from rtc_canvas import Canvas, EncoderError, ServeError, VideoConfig, serve
from rtc_canvas.net.hub import Hub
from rtc_canvas.program.drawing import DrawRequest
from rtc_canvas.rtc.connection import Connection
from rtc_canvas.serving.session import Session
from rtc_canvas.serving.sessions import Sessions
from rtc_canvas.video.encoder import VideoEncoder
from rtc_canvas.video.picture import Pixels
from rtc_canvas.video.vp8 import VP8Encoder
from signaling.access import Grant
from signaling.authority import Reached
from signaling.refusal import Refusal
from signaling.trickle import TrickleCandidate
from signaling.websocket import Opening

from .link import shared_sockets
from .receiver import Receiver, receiver
from .sockets import StandInSocket
from .test_lossless import pixels_of

GRANT = Grant("operator")


@contextlib.asynccontextmanager
async def serving(
    canvas: Canvas, video: VideoConfig | None = None, max_peers: int = 64
) -> AsyncIterator[Sessions]:
    async with shared_sockets() as hub:
        sessions = Sessions(hub, video=video or VideoConfig(), ice_servers=(), max_peers=max_peers)
        sessions.open({"main": canvas})
        try:
            yield sessions
        finally:
            await sessions.close("The test ends.")


@contextlib.asynccontextmanager
async def page() -> AsyncIterator[Receiver]:
    viewer = Receiver()
    try:
        yield viewer
    finally:
        await viewer.close()


async def connect(sessions: Sessions, offer: str, codec: str | None = None) -> Session:
    return await sessions.connect("main", offer, grant=GRANT, codec=codec, reached=Reached())


def slow_answer(monkeypatch: pytest.MonkeyPatch) -> tuple[asyncio.Event, asyncio.Event]:
    """Answers wait: an event that tells when one is made, and one that lets it go."""
    made, may_go = asyncio.Event(), asyncio.Event()
    answer: Callable[..., Awaitable[str]] = Connection.answer

    async def wait(self: Connection, offer: str, **options: Any) -> str:
        text = await answer(self, offer, **options)
        made.set()
        await may_go.wait()
        return text

    monkeypatch.setattr(Connection, "answer", wait)
    return made, may_go


# A session's life.


async def test_an_offer_becomes_a_peer() -> None:
    canvas = Canvas()
    async with serving(canvas) as sessions, page() as viewer:
        session = await connect(sessions, await viewer.offer())
        assert list(canvas.peers) == [], "it is not connected yet"
        assert sessions.session("main", session.id, grant=GRANT) is session
        assert f"a=ice-ufrag:{session.etag}" in session.answer
        assert f"a=ice-ufrag:{session.remote_ufrag}" in viewer.connection.localDescription.sdp
        await viewer.accept(session.answer)
        await viewer.open()
        hello = await viewer.message("hello")
        assert hello["peer"] == session.peer.id
        assert list(canvas.peers) == [session.peer]

        await session.close("The page was closed.")
        bye = await viewer.message("bye")
        assert (bye["reason"], bye["retry"]) == ("The page was closed.", False)
        assert viewer.messages[-1] == bye
        assert not canvas.peers
        assert sessions.session("main", session.id, grant=GRANT) is None


async def test_closing_tells_the_pages_to_come_back() -> None:
    canvas = Canvas()
    async with page() as viewer:
        async with serving(canvas) as sessions:
            await viewer.accept((await connect(sessions, await viewer.offer())).answer)
            await viewer.open()
        bye = await viewer.message("bye")
        assert (bye["reason"], bye["retry"]) == ("The test ends.", True)


async def test_a_session_that_never_connects_ends_with_the_others() -> None:
    async with serving(Canvas()) as sessions, page() as viewer:
        session = await connect(sessions, await viewer.offer())
    assert session.peer.ended.done()


async def test_what_a_peer_goes_on_without_is_forgotten() -> None:
    """A page that has only a WebSocket tries WebRTC again and again."""
    canvas = Canvas()
    async with serving(canvas) as sessions:
        socket = StandInSocket()
        opening = Opening(codecs=["jpeg"])
        receiving = await sessions.open_socket("main", opening, socket, grant=GRANT)
        await socket.until(socket.remarks)
        tries: weakref.WeakSet[Session] = weakref.WeakSet()
        for _ in range(3):
            async with page() as viewer:
                session = await sessions.connect(
                    "main",
                    await viewer.offer(),
                    grant=GRANT,
                    codec=None,
                    reached=Reached(),
                    session=socket.remarks()[0]["session"],
                )
                assert sessions.session("main", session.id, grant=GRANT) is session
                tries.add(session)
                await session.close("It did not come up.")
            del session
        gc.collect()
        assert len(tries) <= 1
        receiving.disconnected("The page was closed.", left=True)
        await tries.pop().peer.ended
    gc.collect()
    assert not tries


async def test_an_answer_for_a_peer_that_has_ended_meanwhile_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, may_go = slow_answer(monkeypatch)
    canvas = Canvas()
    async with serving(canvas) as sessions, page() as viewer:
        socket = StandInSocket()
        opening = Opening(codecs=["jpeg"])
        receiving = await sessions.open_socket("main", opening, socket, grant=GRANT)
        await socket.until(socket.remarks)
        token = socket.remarks()[0]["session"]
        request = asyncio.create_task(
            sessions.connect(
                "main",
                await viewer.offer(),
                grant=GRANT,
                codec=None,
                reached=Reached(),
                session=token,
            )
        )
        await made.wait()
        (peer,) = canvas.peers
        receiving.disconnected("The page was closed.", left=True)
        await peer.ended
        may_go.set()
        with pytest.raises(Refusal) as refused:
            await request
        assert refused.value.status == 404


@pytest.mark.parametrize(
    ("video", "wish", "codec"),
    [
        (VideoConfig(), None, "h264"),
        (VideoConfig(), "vp8", "vp8"),
        (VideoConfig(codec="vp8"), None, "vp8"),
        (VideoConfig(codec="vp8"), "h264", "h264"),
    ],
)
async def test_the_codec_is_the_pages_wish_then_the_programs(
    video: VideoConfig, wish: str | None, codec: str
) -> None:
    async with serving(Canvas(), video) as sessions, page() as viewer:
        session = await connect(sessions, await viewer.offer(channels=False), wish)
        assert session.peer.stats.codec == codec


async def test_a_candidate_that_is_none_is_refused() -> None:
    async with serving(Canvas()) as sessions, page() as viewer:
        session = await connect(sessions, await viewer.offer(channels=False))
        await session.add_candidates(
            [TrickleCandidate("0", "candidate:1 1 udp 2130706431 127.0.0.1 9 typ host")]
        )
        with pytest.raises(Refusal) as refused:
            await session.add_candidates([TrickleCandidate("0", "candidate:1 2 3")])
        assert refused.value.status == 400


async def test_what_pages_are_told_of_the_canvases() -> None:
    canvas = Canvas((320.4, 200), title="Earth")
    sessions = Sessions(Hub([]), video=VideoConfig(), ice_servers=())
    gone = Canvas()
    sessions.open({"main": canvas, "gone": gone})
    del gone
    gc.collect()
    assert not sessions.has_canvas("gone")
    assert not sessions.has_canvas("never")
    assert (await sessions.config(None, grant=GRANT))["canvases"] == [
        {"name": "main", "title": "Earth", "size": (320, 200)}
    ]
    await sessions.close("The test ends.")


async def test_the_page_of_one_canvas_is_told_of_no_other() -> None:
    async with serving(Canvas(title="Ann's")) as sessions:
        bobs = Canvas(title="Bob's")
        sessions.open({"bob": bobs})
        listed = (await sessions.config(None, grant=GRANT))["canvases"]
        assert [entry["title"] for entry in listed] == ["Ann's", "Bob's"]
        for name, title in (("main", "Ann's"), ("bob", "Bob's")):
            [entry] = (await sessions.config(name, grant=GRANT))["canvases"]
            assert (entry["name"], entry["title"]) == (name, title)


# How many there may be.


FULL = r"503: As many viewers as the server takes are here \(1\): wait for one to leave, or raise"


async def test_one_peer_too_many_is_refused_at_whatever_canvas_and_over_either_transport() -> None:
    canvas, other = Canvas(), Canvas()
    async with serving(canvas, max_peers=1) as sessions, page() as viewer:
        sessions.open({"other": other})
        socket = StandInSocket()
        first = await sessions.open_socket("main", Opening(codecs=["jpeg"]), socket, grant=GRANT)
        await socket.until(socket.remarks)
        with pytest.raises(Refusal, match=FULL) as refused:
            await sessions.open_socket(
                "other", Opening(codecs=["jpeg"]), StandInSocket(), grant=GRANT
            )
        assert len(refused.value.reason.encode()) <= 123, "more does not fit into a close frame"
        offer = await viewer.offer()
        with pytest.raises(Refusal, match=FULL):
            await connect(sessions, offer)
        assert sessions.refused_peers == {"crowd": 2}

        (peer,) = canvas.peers
        first.disconnected("The page was closed.", left=True)
        await peer.ended
        await connect(sessions, offer)


async def test_a_peer_that_comes_back_is_not_one_too_many() -> None:
    canvas = Canvas()
    async with serving(canvas, max_peers=1) as sessions, page() as viewer:
        socket = StandInSocket()
        first = await sessions.open_socket("main", Opening(codecs=["jpeg"]), socket, grant=GRANT)
        await socket.until(socket.remarks)
        token = socket.remarks()[0]["session"]
        first.disconnected("The network is gone.", left=False)
        (peer,) = canvas.peers
        assert peer.away
        offer = await viewer.offer()

        async def come_back(offer: str) -> Session:
            return await sessions.connect(
                "main", offer, grant=GRANT, codec=None, reached=Reached(), session=token
            )

        # Nor does it lose its place by an offer that cannot be answered.
        with pytest.raises(Refusal, match="422"):
            await come_back(offer.replace("a=ice-pwd:", "a=ice-word:"))
        with pytest.raises(Refusal, match=FULL):
            await connect(sessions, offer)
        assert (await come_back(offer)).peer is peer


async def test_an_offer_that_comes_to_nothing_takes_nobodys_place() -> None:
    async with serving(Canvas(), max_peers=1) as sessions, page() as viewer:
        offer = await viewer.offer()
        with pytest.raises(Refusal, match="422"):
            await connect(sessions, offer.replace("a=ice-pwd:", "a=ice-word:"))
        await connect(sessions, offer)


async def test_offers_that_are_being_answered_have_places(monkeypatch: pytest.MonkeyPatch) -> None:
    made, may_go = slow_answer(monkeypatch)
    async with serving(Canvas(), max_peers=1) as sessions, page() as viewer:
        offer = await viewer.offer()
        request = asyncio.create_task(connect(sessions, offer))
        await made.wait()
        with pytest.raises(Refusal, match=FULL):
            await connect(sessions, offer)
        may_go.set()
        await request


# Snapshots.


async def test_a_snapshot_has_the_pixels_of_the_newest_picture() -> None:
    canvas = Canvas(format="bgr")
    async with serving(canvas) as sessions:
        pixels = np.random.default_rng(1).integers(0, 256, (37, 51, 4), np.uint8)
        canvas.push(pixels)
        shown = pixels_of(await sessions.snapshot("main", grant=GRANT))
        assert np.array_equal(shown, pixels[..., 2::-1])


async def test_a_snapshot_that_nobody_watches_is_drawn_for() -> None:
    canvas = Canvas()
    shown = 100

    @canvas.draw
    def draw(request: DrawRequest) -> Pixels:
        return np.full((48, 64), shown, np.uint8)

    async with serving(canvas) as sessions:
        assert (pixels_of(await sessions.snapshot("main", grant=GRANT)) == 100).all()
        shown = 200
        assert (pixels_of(await sessions.snapshot("main", grant=GRANT)) == 200).all()


async def test_a_snapshot_waits_for_no_draw_of_a_server_that_ends() -> None:
    canvas = Canvas()
    canvas.expects_picture = True
    canvas.push(np.zeros((48, 64), np.uint8))
    async with serving(canvas) as sessions:
        snapshot = asyncio.create_task(sessions.snapshot("main", grant=GRANT))
        await asyncio.sleep(0.01)
        assert not snapshot.done()
    with pytest.raises(Refusal, match="503: The server is shutting down"):
        await snapshot


async def test_snapshots_that_cannot_be_had_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    canvas = Canvas()
    async with serving(canvas) as sessions:
        with pytest.raises(Refusal, match="503: The program has not made a picture yet"):
            await sessions.snapshot("main", grant=GRANT)
        with pytest.raises(Refusal, match="404"):
            await sessions.snapshot("other", grant=GRANT)

        def fail(picture: object) -> bytes:
            raise EncoderError("There is no PNG here.")

        monkeypatch.setattr("rtc_canvas.peers.exact_images.png", fail)
        canvas.push(np.zeros((48, 64), np.uint8))
        with pytest.raises(Refusal, match="500: The server's encoder does not work"):
            await sessions.snapshot("main", grant=GRANT)
    with pytest.raises(Refusal, match="503: The server is shutting down"):
        await sessions.snapshot("main", grant=GRANT)


# Offers that come to nothing; the leak check of every test finds a connection that they leave.


@pytest.mark.parametrize(
    ("pattern", "replacement", "status"),
    [
        ("VP8/|H264/", "AV1/", 406),
        ("a=ice-pwd:", "a=ice-word:", 422),
        ("a=rtpmap:", "a=rtpmap:first ", 400),
    ],
)
async def test_an_offer_that_cannot_be_answered_leaves_nothing(
    pattern: str, replacement: str, status: int
) -> None:
    canvas = Canvas()
    async with serving(canvas) as sessions, page() as viewer:
        offer = re.sub(pattern, replacement, await viewer.offer())
        with pytest.raises(Refusal) as refused:
            await connect(sessions, offer)
        assert (refused.value.status, str(refused.value).count("\n")) == (status, 0)
        assert not canvas.peers


async def test_a_request_that_is_given_up_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    made, _ = slow_answer(monkeypatch)
    async with serving(Canvas()) as sessions, page() as viewer:
        request = asyncio.create_task(connect(sessions, await viewer.offer()))
        await made.wait()
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request


async def test_an_answer_that_comes_after_the_close_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, may_go = slow_answer(monkeypatch)
    async with page() as viewer:
        async with serving(Canvas()) as sessions:
            request = asyncio.create_task(connect(sessions, await viewer.offer()))
            await made.wait()
        may_go.set()
        with pytest.raises(Refusal) as refused:
            await request
        assert refused.value.status == 503


async def test_an_answer_for_a_canvas_that_is_gone_meanwhile_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, may_go = slow_answer(monkeypatch)
    sessions = Sessions(Hub([]), video=VideoConfig(), ice_servers=())
    canvas = Canvas()
    sessions.open({"main": canvas})
    async with page() as viewer:
        request = asyncio.create_task(connect(sessions, await viewer.offer()))
        await made.wait()
        del canvas
        gc.collect()
        may_go.set()
        with pytest.raises(Refusal) as refused:
            await request
        assert refused.value.status == 404
    await sessions.close("The test ends.")


async def test_an_encoder_that_does_not_work_refuses_the_peer(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(codec: str, video: VideoConfig) -> VideoEncoder:
        raise EncoderError("There is no graphics card.")

    monkeypatch.setattr("rtc_canvas.equipment.make_encoder", fail)
    async with serving(Canvas()) as sessions, page() as viewer:
        with pytest.raises(Refusal) as refused:
            await connect(sessions, await viewer.offer())
    assert refused.value.status == 500
    assert "no graphics card" not in str(refused.value)
    assert "no graphics card" in caplog.text


async def test_an_encoder_that_does_not_work_refuses_a_websocket(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> VideoEncoder:
        raise EncoderError("no graphics card")

    monkeypatch.setattr("rtc_canvas.equipment.make_encoder", fail)
    canvas = Canvas()
    async with serving(canvas) as sessions:
        with pytest.raises(Refusal) as refused:
            await sessions.open_socket(
                "main", Opening(codecs=["vp8"]), StandInSocket(), grant=Grant("operator")
            )
    assert refused.value.status == 500


async def test_encoders_are_tried_out_off_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[threading.Thread] = []

    def make(codec: str, video: VideoConfig) -> VideoEncoder:
        threads.append(threading.current_thread())
        return VP8Encoder(video.max_bitrate)

    monkeypatch.setattr("rtc_canvas.equipment.make_encoder", make)
    async with serving(Canvas()) as sessions, page() as viewer:
        await connect(sessions, await viewer.offer(), "vp8")
    assert threads[0] is not threading.current_thread()


# Canvases.


async def test_a_canvas_that_is_served_already_frees_those_before_it() -> None:
    free, busy = Canvas(), Canvas()
    async with serving(busy):
        sessions = Sessions(Hub([]), video=VideoConfig(), ice_servers=())
        with pytest.raises(ServeError, match="served already"):
            sessions.open({"free": free, "busy": busy})
        await sessions.close("It did not start.")
        async with serving(free):
            pass


async def test_a_canvas_that_nobody_else_holds_is_collected_and_its_peers_are_told() -> None:
    canvas = Canvas((64, 48), mode="continuous")
    canvas.draw(lambda request: np.zeros((48, 64), np.uint8))
    canvas.on("*")(lambda event: None)
    # As programs do it: functions that use the canvas they are registered on.
    canvas.on("key_down")(lambda event, canvas=canvas: canvas.request_draw())
    reference = weakref.ref(canvas)
    async with serve(canvas, port=0) as server, receiver(server) as viewer:
        await viewer.frame()
        del canvas
        async with asyncio.timeout(5):
            while reference() is not None:
                # Not while a draw runs, which holds it.
                gc.collect()
                await asyncio.sleep(0)
        bye = await viewer.message("bye")
        assert bye["reason"] == "The program gave the canvas up."
        url, _, token = server.url.partition("?token=")
        async with (
            ClientSession(headers={"Authorization": f"Bearer {token}"}) as http,
            http.post(f"{url}whep/main") as response,
        ):
            assert response.status == 404
