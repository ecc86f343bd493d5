"""What stands in the picture's place is never in the way of a click on the picture."""

from __future__ import annotations

from rtc_canvas import Canvas

from .conftest import Elsewhere, NewContext, ServeProgram
from .viewer import Viewer

GREEN = (30, 200, 60)

HOLD_BACK = """
globalThis.heldBack = [];
HTMLVideoElement.prototype.requestVideoFrameCallback = (tell) => heldBack.push(tell);
"""
"""What a page runs first so that it is told of no frame: the picture is there, and the page does not know it yet."""


async def test_a_click_before_the_page_knows_of_the_picture_is_the_programs(
    serve_program: ServeProgram, new_context: NewContext
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False))
    program.show(GREEN)
    context = await new_context()
    await context.add_init_script(HOLD_BACK)
    viewer = Viewer(await context.new_page())
    await viewer.page.goto(program.origin)
    await viewer.sees(GREEN)
    await viewer.steers()
    # On the cover's text, which would be taken for what was clicked.
    await viewer.until("observer.part('.cover:not([hidden]) h2')")
    await viewer.page.mouse.click(320, 255)
    await program.event("pointer_down", x=320, y=255)
    assert "focus_out" not in program.types()


async def test_a_click_before_the_first_picture_leaves_the_keys_with_the_program(
    serve_program: ServeProgram, new_context: NewContext
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False))
    context = await new_context()
    viewer = Viewer(await context.new_page())
    await viewer.page.goto(program.origin)
    await viewer.steers()
    await viewer.says("Waiting for the program")
    await viewer.page.mouse.click(320, 255)
    program.show(GREEN)
    await viewer.sees(GREEN)
    await viewer.page.keyboard.press("k")
    await program.event("key_down", key="k")


async def test_what_a_small_canvas_says_can_all_be_reached(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False))
    viewer = await elsewhere.open(
        program,
        f'<rtc-canvas src="{program.origin}/" style="width: 240px; height: 100px"></rtc-canvas>',
    )
    await viewer.says("Not connected")
    edges = "['h2', '.action'].map((part) => observer.part(part).getBoundingClientRect())"
    top, bottom = await viewer.value(f"[{edges}[0].top, {edges}[1].bottom]")
    assert top >= 0
    assert bottom > 100
    await viewer.page.mouse.move(120, 50)
    await viewer.page.mouse.wheel(0, 500)
    await viewer.until(f"{edges}[1].bottom <= 100")
