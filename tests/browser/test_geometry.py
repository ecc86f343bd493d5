"""A click on what is seen at some point of a picture arrives at that point, however the page shows it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rtc_canvas import Canvas

from .conftest import Elsewhere, OpenViewer, ServeProgram
from .program import Program, flat
from .viewer import Viewer

SIZE = (640, 480)
# Away from the bar at the bottom, which takes its clicks itself.
POINTS = ((120, 90), (520, 100), (60, 400))


async def clicks_arrive_where_they_are_seen(program: Program, viewer: Viewer, ratio: float) -> None:
    """Show a dot at each point, find it on the screen and click there.

    ratio: device pixels per CSS pixel.
    """
    await viewer.steers()
    for x, y in POINTS:
        picture = flat((0, 0, 0), *SIZE)
        picture[y - 6 : y + 7, x - 6 : x + 7] = 255
        program.canvas.push(picture)
        await viewer.is_white_at(x, y)
        # The video has that frame; a screenshot of the same refresh may still have the one before.
        await viewer.page.evaluate("new Promise(requestAnimationFrame)")
        seen_x, seen_y = brightest(await viewer.screenshot())
        await viewer.page.mouse.click(seen_x / ratio, seen_y / ratio)
        event = await program.event("pointer_down")
        # Half a pixel of the screen, which may be several of the picture, and half a pixel of the picture itself.
        assert (event["x"], event["y"]) == pytest.approx((x + 0.5, y + 0.5), abs=2)


def brightest(screenshot: Any) -> tuple[float, float]:
    """The middle of what is bright, in pixels of the screenshot."""
    rows, columns = np.nonzero(screenshot.min(axis=2) > 150)
    return float(columns.mean() + 0.5), float(rows.mean() + 0.5)


@pytest.mark.parametrize(
    ("width", "height", "ratio", "fit"),
    [
        (640, 480, 1, "contain"),
        (1100, 480, 1, "contain"),
        (500, 700, 1, "contain"),
        (800, 300, 1, "fill"),
        (1000, 700, 1, "none"),
        (1001, 487, 2, "contain"),
        (700, 600, 1.5, "contain"),
    ],
)
async def test_on_its_own_page(
    width: int,
    height: int,
    ratio: float,
    fit: str,
    serve_program: ServeProgram,
    open_viewer: OpenViewer,
) -> None:
    program = await serve_program(Canvas(SIZE, resizable=False))
    program.canvas.push(flat((0, 0, 0), *SIZE))
    window = {"width": width, "height": height}
    viewer = await open_viewer(program, viewport=window, device_scale_factor=ratio)
    await viewer.value(f"void (observer.element.fit = '{fit}')")
    await clicks_arrive_where_they_are_seen(program, viewer, ratio)


async def test_in_a_window_that_sets_the_size(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((320, 240)))
    program.canvas.push(flat((0, 0, 0), *SIZE))
    viewer = await open_viewer(program)
    await program.event("resize", width=640, height=480)
    await clicks_arrive_where_they_are_seen(program, viewer, 1)


@pytest.mark.parametrize(
    "style",
    [
        "margin: 30px 0 0 70px; width: 500px; height: 300px; border: 9px solid #111; padding: 5px",
        "width: 400px; height: 300px; transform: translate(150px, 80px) rotate(30deg) scale(0.9, 0.6)",
        "width: 320px; height: 240px; zoom: 1.5",
        "width: 400px; height: 300px; margin: 60px; transform: skewX(20deg) scaleX(-1)",
    ],
    ids=["in a box", "turned", "zoomed", "skewed and mirrored"],
)
async def test_in_a_page_of_another_origin(
    style: str, serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await serve_program(Canvas(SIZE, resizable=False), allow_origins=[elsewhere.origin])
    program.canvas.push(flat((0, 0, 0), *SIZE))
    body = f'<rtc-canvas src="{program.origin}/" style="{style}"></rtc-canvas>'
    viewer = await elsewhere.open(program, body)
    await viewer.is_live()
    await clicks_arrive_where_they_are_seen(program, viewer, 1)


async def test_in_a_page_that_is_scrolled(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await serve_program(Canvas(SIZE, resizable=False), allow_origins=[elsewhere.origin])
    program.canvas.push(flat((0, 0, 0), *SIZE))
    viewer = await elsewhere.open(
        program,
        f"""<div style="overflow: scroll; width: 600px; height: 400px">
          <div style="height: 200px"></div>
          <rtc-canvas src="{program.origin}/" style="width: 560px; height: 420px"></rtc-canvas>
          <div style="height: 2000px"></div>
        </div><div style="height: 2000px"></div>""",
    )
    await viewer.is_live()
    await viewer.value("void (document.querySelector('div').scrollTop = 230)")
    await viewer.value("scrollTo(0, 20)")
    await clicks_arrive_where_they_are_seen(program, viewer, 1)
