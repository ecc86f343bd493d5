"""<rtc-canvas> in a page that is itself a frame of another one, with or without an origin of its own."""

from __future__ import annotations

import pytest
from playwright.async_api import Frame

from rtc_canvas import Canvas

from .conftest import Elsewhere, NewContext, ServeProgram, embedding
from .program import Program

RED = (220, 30, 30)
FRAME = "display: block; width: 320px; height: 240px; border: 0"


async def frame_of(elsewhere: Elsewhere, new_context: NewContext, attributes: str) -> Frame:
    """Open a page with a frame, and below it a text field that has the focus."""
    elsewhere.put(
        "/",
        f"""<!doctype html><body style="margin: 0">
      <iframe style="{FRAME}" {attributes}></iframe><input autofocus>""",
    )
    page = await (await new_context()).new_page()
    await page.goto(elsewhere.origin)
    frame = page.frames[1]
    await frame.wait_for_function("observer.element?.canvas?.steering && observer.middle()")
    assert await page.evaluate("document.activeElement.localName") == "input"
    return frame


async def keys_follow_the_clicks(program: Program, frame: Frame) -> None:
    """Click into the canvas and into the field of the page around it: keys go where the click was."""
    page = frame.page
    await page.keyboard.type("a")
    await page.mouse.click(160, 120)
    await program.event("pointer_down", x=320, y=240)
    await page.keyboard.type("b")
    await program.event("char", data="b")
    await page.locator("input").click()
    await program.event("focus_out")
    await page.keyboard.type("c")
    assert await page.locator("input").input_value() == "ac"
    assert [event["data"] for event in program.events if event["type"] == "char"] == ["b"]


@pytest.mark.parametrize("kind", ["same origin", "other origin", "sandbox"])
async def test_in_a_frame(
    serve_program: ServeProgram, elsewhere: Elsewhere, new_context: NewContext, kind: str
) -> None:
    program = await serve_program(
        Canvas((640, 480), resizable=False),
        token="let-me-in",
        allow_origins=[elsewhere.origin, elsewhere.other_origin, "null"],
    )
    program.show(RED)
    tag = f"""<rtc-canvas src="{program.origin}/" token="let-me-in"
      style="width: 320px; height: 240px"></rtc-canvas>"""
    elsewhere.put("/frame", embedding(program, tag))
    attributes = {
        "same origin": 'src="/frame"',
        "other origin": f'src="{elsewhere.other_origin}/frame"',
        "sandbox": 'src="/frame" sandbox="allow-scripts"',
    }
    frame = await frame_of(elsewhere, new_context, attributes[kind])
    await keys_follow_the_clicks(program, frame)


async def test_a_frame_without_an_origin_is_told_how_to_be_allowed(
    serve_program: ServeProgram, elsewhere: Elsewhere, new_context: NewContext
) -> None:
    program = await serve_program(
        Canvas((640, 480), resizable=False), allow_origins=[elsewhere.origin]
    )
    elsewhere.put(
        "/frame", embedding(program, f'<rtc-canvas src="{program.origin}/"></rtc-canvas>')
    )
    elsewhere.put("/", '<iframe src="/frame" sandbox="allow-scripts"></iframe>')
    page = await (await new_context()).new_page()
    await page.goto(elsewhere.origin)
    status = page.frame_locator("iframe").get_by_role("status")
    await status.filter(has_text="Start the program with --allow-origin null").wait_for(
        state="attached"
    )


async def test_the_servers_own_page_in_a_sandboxed_frame(
    serve_program: ServeProgram, elsewhere: Elsewhere, new_context: NewContext
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False), allow_origins=["null"])
    program.show(RED)
    attributes = f'src="{program.origin}/" sandbox="allow-scripts"'
    frame = await frame_of(elsewhere, new_context, attributes)
    await keys_follow_the_clicks(program, frame)
