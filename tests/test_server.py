"""Serving: from a program's array to a viewer's frame, and back; the socket, the link, the end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiohttp import ClientConnectionError, ClientSession, CookieJar

from rtc_canvas import (
    Canvas,
    ConfigError,
    ServeError,
    Server,
    ServerStats,
    serve,
    serve_in_thread,
)
from rtc_canvas.events import ProgramEvent
from rtc_canvas.video.picture import Pixels

from .receiver import pixels, receiver
from .room import Seen
from .websocket_page import websocket_page


def flat(value: int) -> Pixels:
    return np.full((48, 64, 3), value, np.uint8)


def token_of(server: Server) -> str:
    return server.url.partition("?token=")[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def status(url: str, **headers: str) -> int:
    """What a browser gets there, which keeps the cookie of a redirection for an IP address too."""
    cookies = CookieJar(unsafe=True)
    async with (
        ClientSession(headers=headers, cookie_jar=cookies) as http,
        http.get(url) as response,
    ):
        return response.status


# What is turned away.


async def test_what_is_turned_away_can_be_read() -> None:
    canvas = Canvas((64, 48))
    server = serve(canvas, port=0)
    assert server.stats == ServerStats()
    async with server:
        reader, writer = await asyncio.open_connection(server.host, server.port)
        # A frame of media that is no STUN request, and a datagram of the same kind.
        writer.write(b"\x00\x04junk")
        assert await reader.read() == b""
        writer.close()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.sendto(b"junk", (server.host, server.port))
        async with websocket_page(server) as page:
            await page.open(session="forged")
            assert (await page.closed())[0] == 4404
        stats = server.stats
        assert stats.packets == {"stranger": 2}
        assert stats.links == {"unauthenticated": 1}
        assert stats.resume_tokens == {"unknown": 1}
        assert stats.messages == {}
    assert server.stats.packets == {"stranger": 2}


async def test_one_viewer_too_many_is_told_so_and_counted() -> None:
    canvas = Canvas((64, 48))
    async with (
        serve(canvas, port=0, max_peers=1) as server,
        websocket_page(server) as first,
        websocket_page(server) as second,
    ):
        await first.open()
        await first.message("hello")
        await second.open()
        code, reason = await second.closed()
        assert (code, "--max-peers (max_peers=)." in reason) == (4503, True)
        assert server.stats.peers == {"crowd": 1}


@pytest.mark.parametrize(
    "request_bytes",
    [
        pytest.param(b"NONSENSE\r\n\r\n", id="no HTTP"),
        pytest.param(b"GET / HTTP/9.x\r\n\r\n", id="version"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\nX\r\n\r\n", id="field"),
        pytest.param(b"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n", id="address"),
        pytest.param(b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", id="too long"),
        pytest.param(
            b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            id="body",
        ),
        pytest.param(
            b"GET / HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain",
            id="body that is not compressed",
        ),
    ],
)
async def test_malformed_requests_are_counted_and_fill_no_log(
    request_bytes: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with serve(Canvas((64, 48)), port=0) as server:
        caplog.clear()
        caplog.set_level(logging.INFO)
        reader, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(request_bytes)
        await reader.read()
        writer.close()
        assert server.stats.connections == {"malformed": 1}
        assert caplog.records == []


async def test_what_fails_in_the_server_itself_is_logged_whole(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("broken on purpose")

    async with serve(Canvas((64, 48)), port=0) as server:
        monkeypatch.setattr("signaling.app._translated", fail)
        assert await status(f"http://{server.host}:{server.port}/") == 500
        assert server.stats.connections == {}
    [record] = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert record.exc_info is not None
    assert "broken on purpose" in str(record.exc_info[1])


async def test_who_never_finishes_a_request_is_closed_on_and_delays_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("rtc_canvas.serving.server.IDLE_TIMEOUT", 0.3)
    canvas = Canvas((64, 48))
    async with serve(canvas, port=0) as server, websocket_page(server) as witness:
        await witness.open()
        await witness.message("hello")
        halves = [await asyncio.open_connection(server.host, server.port) for _ in range(20)]
        for _, writer in halves:
            writer.write(b"GET / HTTP/1.1\r\nHost: local")
        dripping = asyncio.create_task(drip(halves[0][1]))
        canvas.push(flat(40))
        await witness.frame(1)
        async with asyncio.timeout(3):
            assert {await reader.read() for reader, _ in halves[1:]} == {b""}
            # A byte of ours may cross the end: then it is a reset.
            with contextlib.suppress(ConnectionResetError):
                assert await halves[0][0].read() == b""
            with pytest.raises(ConnectionError):
                await dripping
        canvas.push(flat(80))
        await witness.frame(len(witness.frames) + 1)
        assert witness.close is None
        for _, writer in halves:
            writer.close()


async def drip(writer: asyncio.StreamWriter) -> None:
    """Send a header byte by byte until the other end has had enough."""
    while True:
        writer.write(b"o")
        await writer.drain()
        await asyncio.sleep(0.02)


# Pictures and input.


@pytest.mark.parametrize("codec", ["h264", "vp8"])
async def test_a_pushed_picture_arrives(codec: str) -> None:
    canvas = Canvas((64, 48))
    async with serve(canvas, port=0) as server, receiver(server, codec=codec) as viewer:
        canvas.push(flat(200))
        frame = await viewer.frame()
    assert (frame.width, frame.height) == (64, 48)
    assert abs(int(pixels(frame).mean()) - 200) <= 3


async def test_three_viewers_see_the_same_and_one_steers() -> None:
    canvas = Canvas((64, 48))
    events: Seen[ProgramEvent] = Seen()
    canvas.on("key_down")(events)
    async with serve(canvas, port=0) as server, contextlib.AsyncExitStack() as stack:
        viewers = [await stack.enter_async_context(receiver(server)) for _ in range(3)]
        canvas.push(flat(120))
        for viewer in viewers:
            assert abs(int(pixels(await viewer.frame()).mean()) - 120) <= 3
            steers = viewer is viewers[0]
            await viewer.message("control", steering=steers)
        for viewer in reversed(viewers):
            viewer.send("input", "key_down", key=str(viewers.index(viewer)))
        event = await events.next()
        assert event["key"] == "0"
        assert event["peer"] is canvas.peers[0]
        await viewers[0].close()
        await viewers[1].message("control", steering=True)


async def test_each_name_has_its_own_canvas() -> None:
    left, right = Canvas((64, 48), title="Left"), Canvas((64, 48), title="Right")
    async with (
        serve({"left": left, "right-2": right}, port=0) as server,
        receiver(server, "left") as at_left,
        receiver(server, "right-2") as at_right,
    ):
        left.push(flat(60))
        right.push(flat(180))
        assert abs(int(pixels(await at_left.frame()).mean()) - 60) <= 3
        assert abs(int(pixels(await at_right.frame()).mean()) - 180) <= 3
        assert (await at_left.message("title"))["title"] == "Left"
        assert (await at_right.message("title"))["title"] == "Right"
        assert await status(f"{server.url.partition('?')[0]}whep/main") == 401


# Where it listens.


async def test_port_0_takes_a_free_one_and_says_which() -> None:
    async with serve(Canvas(), port=0) as server, serve(Canvas(), port=0) as other:
        assert 0 < server.port != other.port > 0
        assert server.url.startswith(f"http://127.0.0.1:{server.port}/?token=")
        assert await status(server.url) == 200


async def test_a_taken_port_is_one_sentence() -> None:
    async with serve(Canvas(), port=0) as server:
        canvas = Canvas()
        with pytest.raises(ServeError) as refused:
            async with serve(canvas, port=server.port):
                pass
        assert str(refused.value) == (
            f"Cannot listen on 127.0.0.1: port {server.port} is taken; choose another, or 0 for any free one."
        )
        async with serve(canvas, port=0):
            pass


async def test_a_taken_udp_port_is_one_sentence_and_another_may_be_had() -> None:
    async with serve(Canvas(), port=0) as server:
        canvas = Canvas()
        with pytest.raises(
            ServeError, match=f"UDP port {server.port} is taken; choose another with"
        ):
            async with serve(canvas, port=0, udp_port=server.port):
                pass
        async with serve(canvas, port=0, udp_port=0) as other, receiver(other):
            pass


@pytest.mark.parametrize("options", [{"interfaces": ["eth99"]}, {"public_addresses": ["x" * 64]}])
async def test_an_address_that_is_none_leaves_nothing(options: Any) -> None:
    canvas, port = Canvas(), free_port()
    with pytest.raises(ServeError, match=r"'eth99'|has no IP address"):
        async with serve(canvas, port=port, **options):
            pass
    async with serve(canvas, port=port):
        pass


async def test_the_link_of_a_machine_behind_others_can_be_opened() -> None:
    async with serve(
        Canvas(), host="0.0.0.0", port=0, public_addresses=["localhost", "198.51.100.7"]
    ) as server:
        assert server.url.startswith(f"http://localhost:{server.port}/")
        for host in ("localhost", "198.51.100.7"):
            assert await status(server.url, Host=host) == 200


@pytest.mark.parametrize("host", ["no such host", "256.0.0.1", "x" * 64])
async def test_an_unknown_host_is_one_sentence(host: str) -> None:
    with pytest.raises(ServeError, match="there is no such host"):
        async with serve(Canvas(), host=host, port=0):
            pass


async def test_a_foreign_address_is_one_sentence() -> None:
    with pytest.raises(ServeError, match=r"Cannot listen on 192\.0\.2\.1: [^.\n]+\.$"):
        async with serve(Canvas(), host="192.0.2.1", port=0):
            pass


async def test_the_link_of_all_addresses_can_be_opened() -> None:
    async with serve(Canvas(), host="0.0.0.0", port=0) as server:
        assert "0.0.0.0" not in server.url
        assert await status(server.url) == 200


@pytest.mark.parametrize("host", ["::1", "::"])
async def test_ipv6(host: str) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    async with serve(Canvas(), host=host, port=0) as server:
        assert server.url.startswith("http://[::1]:" if host == "::1" else "http://")
        assert await status(server.url) == 200


# What is served.


@pytest.mark.parametrize(
    "name", ["", "Main", "-a", "a_b", "a/b", "ä", "a" * 64, "whep", "static", "api", 5]
)
def test_names_that_are_not_taken(name: Any) -> None:
    with pytest.raises(ConfigError, match="name must be"):
        serve({name: Canvas()})


@pytest.mark.parametrize("name", ["a", "0", "a-", "left-eye", "a" * 63])
def test_names_that_are_taken(name: str) -> None:
    serve({name: Canvas()})


@pytest.mark.parametrize("canvases", [None, {}, 5, "main", [Canvas()], {"main": "canvas"}])
def test_what_is_no_canvas_is_refused(canvases: Any) -> None:
    with pytest.raises(ConfigError, match="Canvas"):
        serve(canvases)


async def test_a_canvas_is_served_once_at_a_time() -> None:
    canvas = Canvas()
    async with serve(canvas, port=0) as server:
        with pytest.raises(ServeError, match="served already"):
            async with serve({"fresh": Canvas(), "busy": canvas}, port=0):
                pass
        async with receiver(server) as viewer:
            await viewer.message("hello")
    async with serve(canvas, port=0) as server, receiver(server) as viewer:
        await viewer.message("hello")


async def test_one_canvas_cannot_have_two_names() -> None:
    canvas = Canvas()
    with pytest.raises(ServeError, match="served already"):
        async with serve({"one": canvas, "two": canvas}, port=0):
            pass
    async with serve(canvas, port=0):
        pass


async def test_a_server_serves_once() -> None:
    server = serve(Canvas(), port=0)
    async with server:
        with pytest.raises(ServeError, match="serves once"):
            await server.__aenter__()
    with pytest.raises(ServeError, match="serves once"):
        await server.__aenter__()


# Who is let in.


async def test_without_the_token_nobody_is_let_in() -> None:
    async with serve(Canvas(), port=0) as server:
        config = f"{server.url.partition('?')[0]}api/config"
        assert await status(config) == 401
        assert await status(config, Authorization="Bearer wrong") == 401
        assert await status(config, Authorization=f"Bearer {token_of(server)}") == 200


async def test_open_access_needs_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTC_CANVAS_TOKEN", "from-the-environment")
    async with serve(Canvas(), port=0, open_access=True) as server:
        assert server.url == f"http://127.0.0.1:{server.port}/"
        assert await status(f"{server.url}api/config") == 200
        assert await status(f"{server.url}api/config", Host="evil.example") == 403


async def test_the_tokens_origin(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serve(Canvas(), port=0, token="given") as server:
        assert token_of(server) == "given"
    monkeypatch.setenv("RTC_CANVAS_TOKEN", "from-the-environment")
    async with serve(Canvas(), port=0) as server:
        assert token_of(server) == "from-the-environment"
    async with serve(Canvas(), port=0, token="given") as server:
        assert token_of(server) == "given"


async def test_a_chosen_port_keeps_its_token_over_a_restart(tmp_path: Path) -> None:
    port = free_port()
    async with serve(Canvas(), port=port) as server:
        token = token_of(server)
    async with serve(Canvas(), port=port) as server:
        assert token_of(server) == token
    async with serve(Canvas(), port=0) as server:
        assert token_of(server) != token
    [kept] = (tmp_path / "state" / "rtc_canvas").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "options",
    [
        {"token": "two words"},
        {"allow_origins": ["example.org"]},
        {"allow_hosts": ["https://example.org"]},
        {"trusted_proxies": ["nginx"]},
    ],
)
async def test_access_that_makes_no_sense_is_refused(options: Any) -> None:
    canvas, port = Canvas(), free_port()
    with pytest.raises(ConfigError) as refused:
        async with serve(canvas, port=port, **options):
            pass
    assert "two words" not in str(refused.value)
    async with serve(canvas, port=port):
        pass


async def test_the_token_stands_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    canvas = Canvas((64, 48))
    with caplog.at_level(logging.DEBUG):
        async with serve(canvas, port=0, token="SECRET") as server:
            url = server.url.partition("?")[0]
            assert await status(server.url) == 200
            assert await status(f"{url}?token=SECRET-but-wrong") == 401
            assert await status(f"{url}nowhere/?token=SECRET") == 404
            canvas.push(flat(0))
            async with receiver(server) as viewer:
                await viewer.frame()
    assert any("Serving on" in line for line in caplog.messages)
    assert [line for line in caplog.text.splitlines() if "SECRET" in line] == []


# The end.


async def test_close_is_idempotent_and_every_caller_waits_for_the_end() -> None:
    canvas = Canvas()
    ends: list[int] = []
    async with serve(canvas, port=0) as server, receiver(server) as viewer:

        async def close(number: int) -> None:
            await server.close()
            assert canvas.peers == ()
            ends.append(number)

        await asyncio.gather(*(close(number) for number in range(3)))
        bye = await viewer.message("bye")
        assert (bye["reason"], bye["retry"]) == ("The server was shut down.", True)
        with pytest.raises(ClientConnectionError):
            await status(server.url)
        await server.close()
    assert sorted(ends) == [0, 1, 2]


async def test_the_port_is_free_at_once() -> None:
    canvas, port = Canvas(), free_port()
    for _ in range(2):
        async with serve(canvas, port=port) as server, receiver(server) as viewer:
            await viewer.message("hello")


async def test_what_was_held_down_is_released_at_the_end() -> None:
    canvas = Canvas()
    types: list[str] = []
    canvas.on("key_down", "key_up", "leave")(lambda event: types.append(event["type"]))
    downs: Seen[ProgramEvent] = Seen()
    canvas.on("key_down")(downs)
    async with serve(canvas, port=0) as server, receiver(server) as viewer:
        viewer.send("input", "key_down")
        await downs.next()
        await server.close()
    assert types == ["key_down", "key_up", "leave"]


async def test_handlers_that_still_run_are_cancelled() -> None:
    canvas = Canvas()
    entered: Seen[ProgramEvent] = Seen()
    ends: list[str] = []

    @canvas.on("join")
    async def wait(event: ProgramEvent) -> None:
        entered(event)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ends.append("cancelled")
            raise

    async with serve(canvas, port=0) as server, receiver(server):
        await entered.next()
    assert ends == ["cancelled"]


async def test_a_page_that_goes_away_ends_its_peer_at_once() -> None:
    canvas = Canvas()
    reasons: Seen[str] = Seen()
    canvas.on("leave")(lambda event: reasons(event["reason"]))
    async with serve(canvas, port=0) as server, receiver(server) as viewer:
        async with ClientSession(headers={"Authorization": f"Bearer {token_of(server)}"}) as http:
            async with http.delete(viewer.resource) as response:
                assert response.status == 200
            async with http.delete(viewer.resource) as response:
                assert response.status == 404
        assert await reasons.next()
        assert canvas.peers == ()


# Without an event loop.


def test_in_a_thread() -> None:
    canvas = Canvas((64, 48))

    async def watch(server: Server) -> None:
        async with receiver(server) as viewer:
            canvas.push(flat(200))
            assert abs(int(pixels(await viewer.frame()).mean()) - 200) <= 3

    with serve_in_thread(canvas, port=0) as server:
        asyncio.run(watch(server))
    with serve_in_thread(canvas, port=server.port) as again:
        assert again.port == server.port


def test_in_a_thread_errors_are_the_callers() -> None:
    canvas = Canvas()
    with pytest.raises(ConfigError, match="port"), serve_in_thread(canvas, port=-1):
        pass
    with (
        serve_in_thread(canvas, port=0) as server,
        pytest.raises(ServeError, match="taken"),
        serve_in_thread(Canvas(), port=server.port),
    ):
        pytest.fail("It cannot be entered.")
    with (
        pytest.raises(ConfigError, match="token"),
        serve_in_thread(canvas, port=0, token="two words"),
    ):
        pytest.fail("It cannot be entered.")


def test_in_a_thread_an_exception_ends_the_server_and_goes_on() -> None:
    canvas = Canvas()
    with pytest.raises(ZeroDivisionError), serve_in_thread(canvas, port=0) as server:
        raise ZeroDivisionError
    assert [t for t in threading.enumerate() if t.name.startswith("rtc_canvas")] == []
    with serve_in_thread(canvas, port=server.port):
        pass
