"""Pointer, wheel and touch, from the browser's own events to the program's handlers."""

from __future__ import annotations

from typing import Any

import pytest

from rtc_canvas import Canvas

from .conftest import OpenViewer, ServeProgram
from .program import Program
from .viewer import Viewer


async def steering(
    serve_program: ServeProgram, open_viewer: OpenViewer, **options: Any
) -> tuple[Program, Viewer]:
    """A program and a viewer who steers it; a point of the window has the picture's coordinates."""
    program = await serve_program(Canvas((640, 480), resizable=False))
    program.show((0, 0, 0))
    viewer = await open_viewer(program, **options)
    await viewer.steers()
    return program, viewer


async def test_a_drag_in_its_order(serve_program: ServeProgram, open_viewer: OpenViewer) -> None:
    program, viewer = await steering(serve_program, open_viewer)
    mouse = viewer.page.mouse
    await mouse.move(100, 120)
    await program.event("pointer_enter", x=100, y=120, buttons=())
    # Awaited before the press: Chromium may leave out a move that a press at the same place follows in its frame.
    await program.event("pointer_move", x=100, y=120, button=0, buttons=())
    await mouse.down()
    await mouse.move(150, 180, steps=5)
    await mouse.up()
    down = await program.event("pointer_down")
    await program.event("pointer_move", x=150, y=180, button=0, buttons=(1,))
    up = await program.event("pointer_up")
    assert (down["x"], down["y"], down["button"], down["buttons"]) == (100, 120, 1, (1,))
    assert (up["x"], up["y"], up["button"], up["buttons"]) == (150, 180, 1, ())
    assert down["pointer_type"] == "mouse"
    assert down["timestamp"] <= up["timestamp"]
    numbers = [event["seq"] for event in program.events if "seq" in event]
    assert numbers == sorted(set(numbers))


async def test_the_last_place_before_rest_arrives(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program, viewer = await steering(serve_program, open_viewer)
    await viewer.page.mouse.move(10, 10)
    await viewer.page.mouse.move(433, 377, steps=40)
    await program.event("pointer_move", x=433, y=377)


async def test_buttons_together(serve_program: ServeProgram, open_viewer: OpenViewer) -> None:
    program, viewer = await steering(serve_program, open_viewer)
    mouse = viewer.page.mouse
    await mouse.move(100, 100)
    await mouse.down(button="left")
    await mouse.down(button="right")
    await mouse.down(button="middle")
    await mouse.up(button="left")
    await mouse.up(button="middle")
    await mouse.up(button="right")
    for type_, button, buttons in (
        ("pointer_down", 1, (1,)),
        ("pointer_down", 2, (1, 2)),
        ("pointer_down", 3, (1, 2, 3)),
        ("pointer_up", 1, (2, 3)),
        ("pointer_up", 3, (2,)),
        ("pointer_up", 2, ()),
    ):
        event = await program.event("pointer_down", "pointer_up")
        assert (event["type"], event["button"], event["buttons"]) == (type_, button, buttons)


async def test_a_drag_goes_on_outside_of_the_picture(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program, viewer = await steering(
        serve_program, open_viewer, viewport={"width": 1040, "height": 480}
    )
    mouse = viewer.page.mouse
    await mouse.move(300, 200)
    await mouse.down()
    await mouse.move(1000, 100)
    await mouse.move(50, 470)
    await mouse.up()
    await program.event("pointer_down", x=100, y=200)
    await program.event("pointer_move", x=800, y=100)
    await program.event("pointer_move", x=-150, y=470)
    await program.event("pointer_up", x=-150, y=470)
    await program.event("pointer_leave")


async def test_modifiers_come_with_clicks(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program, viewer = await steering(serve_program, open_viewer)
    await viewer.page.keyboard.down("Shift")
    await viewer.page.keyboard.down("Control")
    await viewer.page.mouse.click(5, 6)
    await program.event("pointer_down", modifiers=("Control", "Shift"))
    await viewer.page.keyboard.up("Control")
    await viewer.page.keyboard.up("Shift")


async def test_double_clicks(serve_program: ServeProgram, open_viewer: OpenViewer) -> None:
    program, viewer = await steering(serve_program, open_viewer)
    await viewer.page.mouse.dblclick(77, 88)
    await program.event("double_click", x=77, y=88, button=1, buttons=())
    types = program.types("pointer_down", "pointer_up", "double_click")
    assert types == ["pointer_down", "pointer_up"] * 2 + ["double_click"]


async def test_the_wheel(serve_program: ServeProgram, open_viewer: OpenViewer) -> None:
    program, viewer = await steering(serve_program, open_viewer)
    await viewer.page.mouse.move(200, 100)
    await viewer.page.mouse.wheel(30, 120)
    await program.event("wheel", x=200, y=100, dx=30, dy=120, modifiers=(), buttons=())
    await viewer.page.keyboard.down("Control")
    await viewer.page.mouse.wheel(0, -50)
    await program.event("wheel", dy=-50, modifiers=("Control",))
    await viewer.page.keyboard.up("Control")
    assert await viewer.value("visualViewport.scale") == 1


async def test_entering_and_leaving(serve_program: ServeProgram, open_viewer: OpenViewer) -> None:
    program, viewer = await steering(
        serve_program, open_viewer, viewport={"width": 1040, "height": 480}
    )
    await viewer.page.mouse.move(300, 200)
    await program.event("pointer_enter", x=100, y=200)
    await viewer.page.mouse.move(20, 200)
    await program.event("pointer_leave", x=-180, y=200)


async def test_the_context_menu_is_the_programs_but_with_shift(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    _, viewer = await steering(serve_program, open_viewer)
    await viewer.value(
        "void addEventListener('contextmenu', (event) => (globalThis.menu = event.defaultPrevented))"
    )
    await viewer.page.mouse.click(50, 50, button="right")
    await viewer.until("globalThis.menu === true")
    await viewer.page.keyboard.down("Shift")
    await viewer.page.mouse.click(50, 50, button="right")
    await viewer.until("globalThis.menu === false")
    await viewer.page.keyboard.up("Shift")


async def test_fingers(serve_program: ServeProgram, open_viewer: OpenViewer) -> None:
    program, viewer = await steering(serve_program, open_viewer, has_touch=True)
    devtools = await viewer.page.context.new_cdp_session(viewer.page)

    def places(event: dict[str, Any]) -> set[tuple[float, float]]:
        return {(touch["x"], touch["y"]) for touch in event["touches"].values()}

    async def touch(type_: str, *points: tuple[int, int]) -> None:
        fingers = [{"x": x, "y": y, "id": id_, "force": 0.5} for id_, (x, y) in enumerate(points)]
        await devtools.send("Input.dispatchTouchEvent", {"type": type_, "touchPoints": fingers})

    await touch("touchStart", (100, 100))
    await touch("touchStart", (100, 100), (300, 200))
    await touch("touchMove", (110, 100), (320, 240))
    await touch("touchEnd", (110, 100))
    await touch("touchEnd")

    first = await program.event("pointer_down", ntouches=1, button=1, pointer_type="touch")
    assert (first["x"], first["y"]) == (100, 100)
    second = await program.event("pointer_down", ntouches=2)
    assert places(second) == {(100, 100), (300, 200)}
    assert all(touch["pressure"] == 0.5 for touch in second["touches"].values())
    moved = await program.event("pointer_move", ntouches=2)
    assert set(moved["touches"]) == set(second["touches"])

    def both_have_moved(event: dict[str, Any]) -> bool:
        return event["type"] == "pointer_move" and places(event) == {(110, 100), (320, 240)}

    await program.until(lambda: any(map(both_have_moved, program.events)))
    # Fingers that part are a wheel that turns away, between them.
    parted = await program.event("wheel")
    assert parted["dy"] < 0
    assert 190 < parted["x"] < 220
    await program.event("pointer_up", ntouches=1)
    await program.event("pointer_up", ntouches=0, buttons=())


@pytest.mark.parametrize("has_touch", [True, False])
async def test_a_page_that_loses_its_tab_releases_what_is_down(
    has_touch: bool, serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program, viewer = await steering(serve_program, open_viewer, has_touch=has_touch)
    await viewer.page.mouse.move(100, 100)
    await viewer.page.mouse.down(button="right")
    await program.event("pointer_down", button=2)
    await viewer.page.close()
    await program.event("pointer_up", button=2, buttons=())
    await program.event("leave")
