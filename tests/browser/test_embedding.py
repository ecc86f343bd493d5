"""<rtc-canvas> in a page of another origin."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from rtc_canvas import Canvas, serve

from .conftest import Elsewhere, ServeProgram
from .program import Program, flat

RED, GREEN = (220, 30, 30), (30, 200, 60)
SMALL = "width: 320px; height: 240px"


async def test_an_origin_that_is_allowed_gets_in_with_the_token(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await serve_program(
        Canvas((640, 480), resizable=False), token="let-me-in", allow_origins=[elsewhere.origin]
    )
    program.show(RED)
    body = f'<rtc-canvas src="{program.origin}/" token="let-me-in" style="{SMALL}"></rtc-canvas>'
    viewer = await elsewhere.open(program, body)
    await viewer.sees(RED)
    await viewer.steers()
    await viewer.page.mouse.click(160, 120)
    await program.event("pointer_down", x=320, y=240)
    await viewer.page.close()
    await program.event("leave")


async def test_without_the_token_it_fails_and_says_what_to_do(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await serve_program(
        Canvas((640, 480), resizable=False), token="let-me-in", allow_origins=[elsewhere.origin]
    )
    program.show(RED)
    viewer = await elsewhere.open(
        program, f'<rtc-canvas src="{program.origin}/" style="{SMALL}"></rtc-canvas>'
    )
    await viewer.says("Not connected", "no access", "token is missing or wrong", "open the link")
    assert program.canvas.peers == ()
    await viewer.value("void (observer.element.token = 'let-me-in')")
    await viewer.sees(RED)


@pytest.mark.parametrize("attributes", ['token="let-me-in"', 'transport="websocket"'])
async def test_an_origin_that_is_not_allowed_is_told_so(
    serve_program: ServeProgram, elsewhere: Elsewhere, attributes: str
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False), token="let-me-in")
    program.show(RED)
    script = """<script>
      globalThis.told = [];
      document.querySelector("rtc-canvas").addEventListener("error", (event) => told.push(event));
    </script>"""
    viewer = await elsewhere.open(
        program,
        f'<rtc-canvas src="{program.origin}/" {attributes} style="{SMALL}"></rtc-canvas>{script}',
    )
    sentence = f"The server does not take pages from {elsewhere.origin}."
    advice = (
        f"Start the program with --allow-origin {elsewhere.origin}, "
        f'or serve it with allow_origins=["{elsewhere.origin}"]'
    )
    await viewer.says("Not connected", sentence, advice)
    assert await viewer.value("told.map(({ detail }) => detail)") == [
        {
            "state": "failed",
            "code": "origin",
            "reason": sentence,
            "advice": advice,
            "canvases": [],
        }
    ]
    assert await viewer.value("told[0].bubbles || told[0].composed") is False
    assert program.types("join") == []


async def test_a_server_that_is_down_is_tried_again_from_elsewhere_too(
    elsewhere: Elsewhere,
) -> None:
    program = Program(Canvas((640, 480), resizable=False))
    program.show(RED)
    options: dict[str, Any] = {"open_access": True, "allow_origins": [elsewhere.origin]}
    async with serve(program.canvas, port=0, **options) as program.server:
        viewer = await elsewhere.open(
            program, f'<rtc-canvas src="{program.origin}/" style="{SMALL}"></rtc-canvas>'
        )
        await viewer.sees(RED)
        port = program.server.port
    await viewer.says("Reconnecting", "The server cannot be reached")
    async with serve(program.canvas, port=port, **options):
        await viewer.says("Live")
        await viewer.page.close()


async def test_snapshots_and_websockets_reach_another_origin(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await serve_program(
        Canvas((640, 480), resizable=False), token="let-me-in", allow_origins=[elsewhere.origin]
    )
    program.show(RED)
    viewer = await elsewhere.open(
        program,
        f"""<rtc-canvas src="{program.origin}/" token="let-me-in" transport="websocket"
          style="{SMALL}"></rtc-canvas>""",
    )
    await viewer.sees(RED)
    assert program.canvas.peers[0].stats.transport == "websocket"
    assert await viewer.value("observer.element.canvas.snapshot().then(({ type }) => type)") == (
        "image/png"
    )


async def test_the_wheel_scrolls_the_page_but_over_a_canvas_with_the_focus(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await serve_program(
        Canvas((640, 480), resizable=False), allow_origins=[elsewhere.origin]
    )
    program.show(RED)
    viewer = await elsewhere.open(
        program,
        f"""<rtc-canvas src="{program.origin}/" style="{SMALL}; margin-top: 100px"></rtc-canvas>
        <div style="height: 5000px"></div>""",
    )
    await viewer.steers()
    await viewer.page.mouse.move(160, 220)
    await viewer.page.mouse.wheel(0, 40)
    await viewer.until("scrollY === 40")
    assert program.types("wheel") == []
    await viewer.page.mouse.click(160, 220)
    await viewer.page.mouse.wheel(0, 40)
    await program.event("wheel", dy=40)
    assert await viewer.value("scrollY") == 40


async def test_two_canvases_on_one_page(elsewhere: Elsewhere) -> None:
    left, right = (Program(Canvas((320, 240), resizable=False)) for _ in range(2))
    left.show(RED)
    right.show(GREEN)
    canvases = {"left": left.canvas, "right": right.canvas}
    async with serve(
        canvases, port=0, open_access=True, allow_origins=[elsewhere.origin]
    ) as server:
        left.server = right.server = server
        viewer = await elsewhere.open(
            left,
            f"""<div style="display: flex">
              <rtc-canvas src="{left.origin}/left/" style="{SMALL}"></rtc-canvas>
              <rtc-canvas src="{left.origin}/right/" style="{SMALL}"></rtc-canvas>
            </div>""",
        )
        await viewer.until(
            "[...document.querySelectorAll('rtc-canvas')].every((one) => one.canvas?.steering)"
        )
        await viewer.shows((160, 120), RED)
        await viewer.shows((480, 120), GREEN)
        await viewer.page.mouse.click(480, 120)
        await right.event("pointer_down", x=160, y=120)
        await viewer.page.keyboard.press("r")
        await right.event("key_down", key="r")
        await viewer.page.mouse.click(160, 120)
        await left.event("pointer_down", x=160, y=120)
        await right.event("focus_out")
        await viewer.page.keyboard.press("l")
        await left.event("key_down", key="l")
        assert "l" not in {event.get("key") for event in right.events}
        await viewer.page.close()
        await left.event("leave")
        await right.event("leave")


async def test_moved_it_stays_connected_and_taken_out_it_leaves(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await serve_program(
        Canvas((640, 480), resizable=False), allow_origins=[elsewhere.origin]
    )
    program.show(RED)
    viewer = await elsewhere.open(
        program,
        f'<rtc-canvas src="{program.origin}/" style="{SMALL}"></rtc-canvas><p id="below"></p>',
    )
    await viewer.is_live()
    await viewer.value("void below.append(observer.element)")
    program.canvas.push(flat(GREEN, 640, 480))
    await viewer.sees(GREEN)
    assert program.types("join", "leave") == ["join"]
    await viewer.value("void (globalThis.taken = observer.element, taken.remove())")
    await program.event("leave")
    await viewer.value("void document.body.append(taken)")
    await viewer.sees(GREEN)
    assert program.types("join", "leave") == ["join", "leave", "join"]


async def test_attributes_act_live(serve_program: ServeProgram, elsewhere: Elsewhere) -> None:
    program = await serve_program(
        Canvas((640, 480), resizable=False), allow_origins=[elsewhere.origin]
    )
    program.show(RED)
    viewer = await elsewhere.open(
        program, f'<rtc-canvas src="{program.origin}/" style="{SMALL}"></rtc-canvas>'
    )
    await viewer.steers()
    buttons = viewer.page.get_by_role("button", name="Statistics")
    await expect(buttons).to_be_hidden()
    await viewer.value("observer.element.toggleAttribute('controls')")
    await expect(buttons).to_be_visible()
    await viewer.value("observer.element.toggleAttribute('view-only')")
    await viewer.says("view only")
    await viewer.page.mouse.click(160, 100)
    await viewer.value("observer.element.toggleAttribute('view-only')")
    await viewer.steers()
    await viewer.page.mouse.click(80, 60)
    down = await program.event("pointer_down")
    assert (down["x"], down["y"]) == (160, 120)
    await viewer.value("void observer.element.setAttribute('codec', 'vp8')")
    await program.event("leave")
    await program.event("join")
    assert program.canvas.peers[0].stats.codec == "vp8"
