"""The steering viewer's window sets the size of the pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Playwright

from rtc_canvas import Canvas, DrawRequest

from .conftest import CHROMIUM, OBSERVER, WITHOUT_GPU, OpenViewer, ServeProgram
from .program import flat
from .viewer import ROUGHLY, Viewer


def drawn(canvas: Canvas) -> Canvas:
    """The canvas, with a draw function that draws what it is asked for."""

    @canvas.draw
    def draw(request: DrawRequest) -> Any:
        return flat((200, 120, 40), *request.size)

    return canvas


async def test_the_picture_follows_the_window_up_and_down_without_a_new_connection(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(drawn(Canvas((640, 480))))
    viewer = await open_viewer(program)
    (peer,) = program.canvas.peers
    for width, height in ((900, 601), (333, 250)):
        await viewer.page.set_viewport_size({"width": width, "height": height})
        event = await program.event("resize", width=width, height=height)
        assert (event["pwidth"], event["pheight"]) == (width, height)
        assert event["pixel_ratio"] == 1
        await viewer.until(f"String(observer.element.canvas.size) === '{width},{height}'")
    assert program.canvas.peers == (peer,)
    assert program.types("join") == ["join"]


async def test_a_window_that_is_dragged_is_one_resize(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(drawn(Canvas((640, 480))))
    viewer = await open_viewer(program)
    for width in range(650, 750, 10):
        await viewer.page.set_viewport_size({"width": width, "height": 480})
    await program.event("resize", width=740)
    assert len(program.types("resize")) < 5


@pytest.mark.parametrize(("ratio", "physical"), [(1.5, (960, 720)), (2, (1280, 960))])
async def test_dense_screens_get_a_pixel_for_each_of_theirs(
    ratio: float,
    physical: tuple[int, int],
    serve_program: ServeProgram,
    open_viewer: OpenViewer,
) -> None:
    program = await serve_program(drawn(Canvas((640, 480))))
    viewer = await open_viewer(program, device_scale_factor=ratio)
    event = await program.event("resize")
    assert (event["width"], event["height"]) == (640, 480)
    assert event["pixel_ratio"] == ratio
    assert (event["pwidth"], event["pheight"]) == physical
    await viewer.until(f"String(observer.element.canvas.size) === '{physical[0]},{physical[1]}'")


async def test_the_ratio_has_a_limit(serve_program: ServeProgram, open_viewer: OpenViewer) -> None:
    program = await serve_program(drawn(Canvas((640, 480), max_pixel_ratio=2)))
    await open_viewer(program, device_scale_factor=3)
    event = await program.event("resize")
    assert event["pixel_ratio"] == 2


async def test_a_canvas_of_fixed_size_is_only_scaled(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(drawn(Canvas((320, 240), resizable=False)))
    viewer = await open_viewer(program)
    await viewer.steers()
    seen = await viewer.screenshot()
    for corner in (seen[0, 0], seen[-1, -1]):
        assert corner.tolist() == pytest.approx((200, 120, 40), abs=ROUGHLY)
    await viewer.page.mouse.click(320, 240)
    await program.event("pointer_down", x=160, y=120)
    assert program.types("resize") == []


async def test_the_picture_follows_the_zoom_of_its_page(
    serve_program: ServeProgram, playwright: Playwright, tmp_path: Path
) -> None:
    program = await serve_program(drawn(Canvas((640, 480))))
    # Only a profile has a zoom: the pixels of the screen that the page covers stay the same.
    async with await playwright.chromium.launch_persistent_context(
        tmp_path, executable_path=CHROMIUM, args=WITHOUT_GPU, no_viewport=True
    ) as context:
        await context.add_init_script(path=OBSERVER)
        viewer = Viewer(await context.new_page())
        await viewer.page.goto(program.origin)
        before = await program.event("resize")
        settings = await context.new_page()
        await settings.goto("chrome://settings/")
        await settings.evaluate(
            "new Promise((done) => chrome.settingsPrivate.setDefaultZoom(2, done))"
        )
        await viewer.page.bring_to_front()
        after = await program.event("resize", pixel_ratio=2)
        assert (after["pwidth"], after["pheight"]) == (before["pwidth"], before["pheight"])
        surface = "observer.element.canvas.surface.getBoundingClientRect()"
        await viewer.until(f"{surface}.width === innerWidth")


async def test_the_picture_follows_a_zoom_of_styles(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(drawn(Canvas((640, 480))))
    viewer = await open_viewer(program)
    await viewer.steers()
    await viewer.value("void (document.documentElement.style.zoom = 2)")
    await program.event("resize", width=320, height=240)
