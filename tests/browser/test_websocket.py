"""A page that has only a WebSocket."""

from __future__ import annotations

import asyncio
import time

import numpy as np
import pytest
from playwright.async_api import Route

from rtc_canvas import Canvas, VideoConfig
from rtc_canvas.serving.handover import Handover
from rtc_canvas.serving.leg import Leg

from .conftest import NewContext, OpenViewer, ServeProgram
from .program import Program
from .proxy import proxy
from .viewer import Viewer

ORANGE, GREEN = (200, 120, 40), (30, 200, 60)


async def test_a_picture_and_input_over_a_websocket_alone(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((640, 480)))
    program.show(ORANGE)
    viewer = await open_viewer(program, "?transport=websocket")
    await viewer.sees(ORANGE)
    await viewer.steers()
    (peer,) = program.canvas.peers
    assert (peer.stats.transport, peer.stats.chroma) == ("websocket", "444")
    program.show(GREEN)
    await viewer.sees(GREEN)
    await viewer.page.mouse.click(123, 45)
    await program.event("pointer_down", x=123, y=45, button=1)
    await viewer.page.set_viewport_size({"width": 500, "height": 400})
    await program.event("resize", width=500, height=400)


async def test_a_page_without_webcodecs_gets_jpeg(
    serve_program: ServeProgram, new_context: NewContext
) -> None:
    program = await serve_program(Canvas((641, 479), resizable=False))
    program.show(ORANGE)
    context = await new_context()
    # As on every page that came over plain http from another machine.
    await context.add_init_script("delete globalThis.VideoDecoder")
    viewer = Viewer(await context.new_page())
    await viewer.page.goto(f"{program.origin}/?transport=websocket")
    await viewer.sees(ORANGE)
    assert await viewer.value("observer.element.canvas.size") == [641, 479]
    program.show(GREEN)
    await viewer.sees(GREEN)
    (peer,) = program.canvas.peers
    assert peer.stats.codec == "jpeg"
    # Its last frames change nothing, and no page tells of them: it has settled with the one before.
    async with asyncio.timeout(5):
        await program.canvas.settled()


async def test_what_it_needs_may_not_come_at_first(
    serve_program: ServeProgram, new_context: NewContext
) -> None:
    program = await serve_program(Canvas((640, 480)))
    program.show(ORANGE)
    context = await new_context()
    await context.add_init_script("delete globalThis.RTCPeerConnection")
    asked = 0

    async def lose(route: Route) -> None:
        nonlocal asked
        asked += 1
        # When it is loaded ahead, and when it is needed.
        await (route.abort() if asked <= 2 else route.continue_())

    await context.route("**/static/*/transport/websocket.js", lose)
    viewer = Viewer(await context.new_page())
    await viewer.page.goto(f"{program.origin}/")
    await viewer.sees(ORANGE)
    assert asked == 3


@pytest.mark.parametrize(("query", "codec"), [("", "h264"), ("&codec=vp8", "vp8")])
async def test_exact_pixels_come_over_it_too(
    query: str, codec: str, serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((321, 181), resizable=False, exact=True))
    for seed in (1, 2):
        pixels = np.random.default_rng(seed).integers(0, 256, (181, 321, 3), np.uint8)
        program.canvas.push(pixels)
        if seed == 1:
            viewer = await open_viewer(program, f"?transport=websocket{query}")
        await asyncio.wait_for(program.canvas.settled(), 5)
        await viewer.shows_exactly(pixels)
    (peer,) = program.canvas.peers
    assert peer.stats.codec == codec


@pytest.mark.parametrize("query", ["", "transport=websocket&"])
async def test_the_pages_codec_comes_before_the_programs(
    query: str, serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((64, 48)), video=VideoConfig(codec="h264"))
    program.show(ORANGE)
    viewer = await open_viewer(program, f"?{query}codec=vp8")
    await viewer.sees(ORANGE)
    (peer,) = program.canvas.peers
    assert peer.stats.codec == "vp8"


async def test_exact_pixels_are_seen_as_before_once_webrtc_takes_over(
    serve_program: ServeProgram, new_context: NewContext
) -> None:
    program = await serve_program(Canvas((321, 181), resizable=False, exact=True))
    pixels = np.random.default_rng(1).integers(0, 256, (181, 321, 3), np.uint8)
    program.canvas.push(pixels)
    context = await new_context()
    await context.add_init_script(
        f"localStorage.setItem('rtc-canvas-websocket {program.origin}/', 'yes')"
    )
    seen = asyncio.Event()

    async def hold(route: Route) -> None:
        await seen.wait()
        await route.continue_()

    await context.route("**/whep/**", hold)
    viewer = Viewer(await context.new_page())
    await viewer.page.goto(program.origin)
    await viewer.is_live()
    await asyncio.wait_for(program.canvas.settled(), 5)
    await viewer.shows_exactly(pixels)
    (peer,) = program.canvas.peers
    assert (transport(program), peer.stats.exact) == ("websocket", 1)
    seen.set()
    await program.until(lambda: transport(program) == "webrtc")
    await asyncio.wait_for(program.canvas.settled(), 5)
    await viewer.shows_exactly(pixels)
    assert peer.stats.exact == 2


async def test_behind_a_proxy_that_speaks_nothing_but_http(
    serve_program: ServeProgram, new_context: NewContext
) -> None:
    program = await serve_program(Canvas((640, 480)), token="secret")
    program.show(ORANGE)
    async with proxy(program.origin, "/lab/7") as url:
        context = await new_context()
        await context.add_init_script(NO_WAY)
        viewer = Viewer(await context.new_page())
        await viewer.page.goto(f"{url}?token=secret")
        await viewer.sees(ORANGE)
        await viewer.steers()
        assert transport(program) == "websocket"
        await viewer.page.mouse.click(123, 45)
        await program.event("pointer_up", x=123, y=45)
        await viewer.page.close()
        await program.event("leave", reason="The viewer left.")


NO_WAY = """
    const original = RTCPeerConnection.prototype.setRemoteDescription;
    RTCPeerConnection.prototype.setRemoteDescription = function ({ type, sdp }) {
        if (!sessionStorage.getItem('open')) sdp = sdp.replace(/^a=candidate:.*\\r\\n/gm, '');
        return original.call(this, { type, sdp });
    };
"""
"""As behind many a company's firewall: the browser finds no way to the server, until the page opens one."""


async def test_where_webrtc_finds_no_way_the_websocket_does_and_goes_on_as_a_standby(
    serve_program: ServeProgram, new_context: NewContext
) -> None:
    program = await serve_program(Canvas((640, 480)))
    program.show(ORANGE)
    context = await new_context()
    await context.add_init_script(NO_WAY)
    viewer = Viewer(await context.new_page())
    assert await first_picture(viewer, program) < 4 * BUSY
    await viewer.steers()
    assert transport(program) == "websocket"
    # The next visit begins with it, and WebRTC takes over as soon as it can.
    await viewer.page.goto("about:blank")
    await program.event("leave")
    await viewer.page.add_init_script("sessionStorage.setItem('open', 'yes')")
    assert await first_picture(viewer, program) < 1 * BUSY
    await viewer.steers()
    assert transport(program) == "websocket"
    (peer,) = program.canvas.peers
    await program.until(lambda: transport(program) == "webrtc")
    await viewer.until("observer.element.canvas.surface.tagName === 'VIDEO'")
    program.show(GREEN)
    await viewer.sees(GREEN)
    assert program.canvas.peers == (peer,)
    assert peer.steering
    await viewer.page.mouse.click(123, 45)
    await program.event("pointer_up", x=123, y=45)
    assert program.types("join") == ["join", "join"]


async def test_a_websocket_that_gets_through_no_more_is_not_insisted_on(
    serve_program: ServeProgram, new_context: NewContext
) -> None:
    program = await serve_program(Canvas((640, 480)))
    program.show(ORANGE)
    context = await new_context()
    await context.add_init_script(
        f"localStorage.setItem('rtc-canvas-websocket {program.origin}/', 'yes')"
    )
    await context.add_init_script(BROKEN_WEBSOCKET)
    viewer = Viewer(await context.new_page())
    await viewer.page.goto(program.origin)
    await viewer.sees(ORANGE)
    assert transport(program) == "webrtc"


BROKEN_WEBSOCKET = """
    globalThis.WebSocket = class {
        constructor() { setTimeout(() => this.onclose({ code: 1006, reason: '' }), 10); }
        send() {}
        close() {}
    };
"""
"""As behind a proxy that does not pass on what a WebSocket begins with."""

BUSY = 2
"""How many times as long as promised something may take on a machine that does something else as well."""


async def first_picture(viewer: Viewer, program: Program) -> float:
    """Open the page; the seconds until its first picture."""
    started = time.monotonic()
    await viewer.page.goto(program.origin)
    await viewer.sees(ORANGE)
    return time.monotonic() - started


def transport(program: Program) -> str | None:
    """What carries the picture to the only viewer."""
    (peer,) = program.canvas.peers
    return peer.stats.transport


async def test_a_server_that_loses_webrtc_goes_on_over_the_standby(
    serve_program: ServeProgram, open_viewer: OpenViewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    up: list[Leg] = []

    class Watched(Handover):
        def leg_is_up(self, leg: Leg) -> None:
            super().leg_is_up(leg)
            up.append(leg)

    monkeypatch.setattr("rtc_canvas.serving.served.Handover", Watched)
    program = await serve_program(Canvas((640, 480)))
    program.show(ORANGE)
    viewer = await open_viewer(program)
    await viewer.steers()
    (peer,) = program.canvas.peers
    await program.until(lambda: [leg.name for leg in up] == ["webrtc", "websocket"])
    up[0].lost("Nothing was heard from the page for 5 s.")
    await viewer.until("observer.element.canvas.surface.tagName === 'CANVAS'")
    program.show(GREEN)
    await viewer.sees(GREEN)
    await viewer.page.mouse.click(123, 45)
    await program.event("pointer_up", x=123, y=45)
    await viewer.until("observer.element.canvas.surface.tagName === 'VIDEO'")
    assert program.canvas.peers == (peer,)
    assert transport(program) == "webrtc"
