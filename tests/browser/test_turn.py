"""A browser that reaches the program through a TURN server, Debian's coturn."""

from __future__ import annotations

from pathlib import Path

import pytest

from rtc_canvas import Canvas, IceServer, TurnSecret

from .conftest import NewContext, OpenViewer, ServeProgram
from .coturn import coturn
from .viewer import Viewer

GREEN = (30, 200, 60)
SECRET = "north"


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
        viewer = await open_viewer(program, "?relay")
        await viewer.sees(GREEN)
        await viewer.page.mouse.click(320, 240)
        await program.event("pointer_down")
        await relay.logs("operator")


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
