"""The page around the picture: title, cursor, status, statistics, buttons."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from rtc_canvas import Canvas, DrawRequest, serve

from .conftest import NewContext, OpenViewer, ServeProgram
from .program import Program, flat
from .viewer import Viewer

ORANGE = (200, 120, 40)


async def test_title_and_cursor_reach_every_page_also_later_ones(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False, title="First"))
    program.show(ORANGE)
    early = await open_viewer(program)
    assert await early.page.title() == "First"
    program.canvas.title = "Second"
    program.canvas.cursor = "crosshair"
    late = await open_viewer(program)
    for viewer in (early, late):
        await viewer.until("document.title === 'Second'")
        await viewer.until("observer.cursor(320, 240) === 'crosshair'")
        await expect(viewer.page.get_by_role("application", name="Second")).to_be_visible()


async def test_a_cursor_that_css_does_not_know_is_the_default(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False))
    program.show(ORANGE)
    viewer = await open_viewer(program)
    program.canvas.cursor = "none"
    await viewer.until("observer.cursor(320, 240) === 'none'")
    program.canvas.cursor = "url(http://example.org/), auto"
    await viewer.until("observer.cursor(320, 240) === 'default'")


async def test_the_program_sizes_the_element_and_gets_that_size(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((640, 480)))
    program.show(ORANGE)
    viewer = await open_viewer(program)
    await viewer.steers()
    program.canvas.css_size = ("50%", "200px")
    await program.event("resize", width=320, height=200)
    program.show(ORANGE)
    await viewer.sees(ORANGE)
    program.canvas.css_size = ("no length", None)
    await program.event("resize", width=640, height=480)


async def test_a_draw_that_fails_is_told_until_it_works_again(
    serve_program: ServeProgram, open_viewer: OpenViewer, caplog: pytest.LogCaptureFixture
) -> None:
    canvas = Canvas((640, 480), resizable=False)
    failing = False

    @canvas.draw
    def draw(request: DrawRequest) -> Any:
        if failing:
            raise RuntimeError("no picture today")
        return flat(ORANGE, *request.size)

    program = await serve_program(canvas)
    viewer = await open_viewer(program)
    await viewer.says("Live")
    failing = True
    canvas.request_draw()
    await viewer.says("The program's draw failed.")
    late = await open_viewer(program)
    await late.says("The program's draw failed.")
    # The last picture stays.
    await viewer.sees(ORANGE)
    assert "no picture today" in caplog.text
    failing = False
    await viewer.says("Live", "you steer")
    await late.says("somebody else steers")


async def test_before_the_first_picture_the_page_says_what_it_waits_for(
    serve_program: ServeProgram, new_context: NewContext
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False))
    context = await new_context()
    viewer = Viewer(await context.new_page())
    await viewer.page.goto(program.origin)
    await viewer.until("observer.element?.canvas?.state === 'live'")
    await viewer.says("Connected", "Waiting for the program")
    heading = viewer.page.get_by_role("heading", name="Connected")
    await expect(heading).to_be_visible()
    program.show(ORANGE)
    await viewer.sees(ORANGE)
    await expect(heading).to_be_hidden()
    await viewer.says("Live", "you steer")


async def test_a_server_that_goes_is_told(open_viewer: OpenViewer) -> None:
    program = Program(Canvas((640, 480), resizable=False))
    program.show(ORANGE)
    async with serve(program.canvas, port=0, open_access=True) as program.server:
        viewer = await open_viewer(program)
        await viewer.sees(ORANGE)
    await viewer.has_said("Reconnecting", "The server was shut down")
    await viewer.says("Reconnecting", "The server cannot be reached")
    assert await viewer.value("observer.element.dataset.state") == "reconnecting"


async def test_the_statistics_open_and_close_by_their_key(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False))
    program.show(ORANGE)
    viewer = await open_viewer(program)
    await viewer.steers()
    panel = viewer.page.get_by_role("region", name="Statistics")
    await expect(panel).to_be_hidden()
    await viewer.page.keyboard.press("Control+Alt+s")
    await expect(panel).to_be_visible()
    # Both sides have measured something.
    await expect(panel.get_by_role("row", name="Video")).to_contain_text(
        "640 \N{MULTIPLICATION SIGN} 480"
    )
    await expect(panel.get_by_role("row", name="Encoder")).to_contain_text("libx264")
    await expect(panel.get_by_role("row", name="Key frames")).to_contain_text("1 join")
    await expect(panel.get_by_role("row", name="Allowed")).to_contain_text("bit/s")
    await viewer.page.keyboard.press("Control+Alt+s")
    await expect(panel).to_be_hidden()
    # The program has heard nothing of the S.
    await viewer.page.keyboard.press("x")
    await program.event("key_down", key="x")
    assert "KeyS" not in {event.get("code") for event in program.events}


async def test_the_buttons(serve_program: ServeProgram, open_viewer: OpenViewer) -> None:
    program = await serve_program(Canvas((320, 240), resizable=False))
    program.show(ORANGE)
    viewer = await open_viewer(program, viewport={"width": 1000, "height": 480})
    await viewer.steers()
    await viewer.page.mouse.move(500, 470)
    for fit in ("fill", "none", "contain"):
        await viewer.page.get_by_role("button", name="Fit").click()
        assert await viewer.value("observer.element.canvas.fit") == fit
    await viewer.page.get_by_role("button", name="Full screen").click()
    await viewer.until("document.fullscreenElement === observer.element")
    await viewer.page.get_by_role("button", name="Leave full screen").click()
    await viewer.until("!document.fullscreenElement")
    # Clicks on buttons are none of the program's.
    assert program.types("pointer_down") == []


async def test_no_page_writes_errors_to_the_console(
    serve_program: ServeProgram, new_context: NewContext
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False))
    program.show(ORANGE)
    context = await new_context()
    said: list[str] = []
    context.on("console", lambda message: said.append(message.text))
    context.on("weberror", lambda error: said.append(str(error.error)))
    viewer = Viewer(await context.new_page())
    await viewer.page.goto(program.origin)
    await viewer.is_live()
    await viewer.steers()
    await viewer.page.mouse.click(20, 20)
    await program.event("pointer_up")
    assert said == []
