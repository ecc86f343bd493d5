"""A browser that reaches the program through a TURN server, Debian's coturn."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from rtc_canvas import Canvas, IceServer, TurnSecret, ice_servers

from .conftest import NewContext, OpenViewer, ServeProgram
from .coturn import coturn
from .hop import hop
from .viewer import Viewer

WAYS = Path(__file__).with_name("ways.js")
GREEN, BLUE = (30, 200, 60), (40, 60, 220)
SECRET = "north"

BACK = 3.0


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_a_picture_through_a_relay(
    serve_program: ServeProgram, open_viewer: OpenViewer, tmp_path: Path, transport: str
) -> None:
    async with coturn(tmp_path, secret=SECRET) as relay:
        program = await serve_program(
            Canvas((640, 480), resizable=False),
            ice_servers=[TurnSecret(relay.urls(transport), SECRET)],
        )
        program.show(GREEN)
        viewer = await open_viewer(program, "?relay&transport=webrtc")
        await viewer.sees(GREEN)
        await viewer.page.mouse.click(320, 240)
        await program.event("pointer_down")
        await relay.logs("operator")


async def test_credentials_that_have_expired_are_renewed_before_ice_begins_anew(
    serve_program: ServeProgram,
    new_context: NewContext,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ice_servers, "SHORTEST_TTL", 1)
    context = await new_context()
    await context.add_init_script(path=WAYS)
    viewer = Viewer(await context.new_page())
    before, after = (tmp_path / "before", tmp_path / "after")
    before.mkdir()
    after.mkdir()
    async with (
        coturn(before, secret=SECRET) as relay,
        # It has never heard of anybody: who is known by the old credentials gets no place there any more.
        coturn(after, secret=SECRET) as other,
        hop(relay.port) as way,
    ):
        secret = TurnSecret(f"turn:127.0.0.1:{way.port}?transport=udp", SECRET, ttl=3)
        program = await serve_program(Canvas((640, 480), resizable=False), ice_servers=[secret])
        program.show(GREEN)
        await viewer.page.goto(f"{program.origin}/?relay&transport=webrtc")
        await viewer.sees(GREEN)
        (peer,) = program.canvas.peers
        # Nothing can be fetched for a while, but the media go on.
        await context.set_offline(True)
        expiry = "parseInt(ways.connections[0].getConfiguration().iceServers[0].username)"
        await viewer.until(f"Date.now() / 1000 > {expiry} + 1")
        await way.lead_to(other.port)
        program.show(BLUE)
        began = time.monotonic()
        await context.set_offline(False)
        await viewer.sees(BLUE)
        print(f"relay and credentials gone: {time.monotonic() - began:.2f} s until a picture")
        assert time.monotonic() - began < BACK
        assert await viewer.value("ways.connections.length") == 1
        assert program.canvas.peers == (peer,)
        assert not {"leave", "away"} & set(program.types())


async def test_a_dead_turn_server_delays_nobody(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(
        Canvas((640, 480), resizable=False),
        # Discard only addresses, RFC 5737: nobody answers there.
        ice_servers=[IceServer("turn:192.0.2.1:3478", "name", "password")],
    )
    program.show(GREEN)
    viewer = await open_viewer(program)
    await viewer.sees(GREEN)
    assert await viewer.value("performance.now()") < 5000


async def test_a_page_that_asks_for_a_relay_where_there_is_none_says_so(
    serve_program: ServeProgram, new_context: NewContext
) -> None:
    program = await serve_program(Canvas((640, 480)))
    viewer = Viewer(await (await new_context()).new_page())
    await viewer.page.goto(f"{program.origin}/?relay")
    await viewer.says("asks for a relay, but the server names none")
