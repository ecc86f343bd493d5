"""Where a screen has one and a half pixels for each of CSS's, exact pixels are still those of the screen."""

from __future__ import annotations

from collections.abc import AsyncIterator

import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Playwright

from rtc_canvas import Canvas
from rtc_canvas.video.picture import Pixels

from .conftest import WITHOUT_GPU, Elsewhere, ServeProgram, launched
from .program import Program
from .viewer import Viewer

RATIO = 1.5


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def fine_screen(playwright: Playwright) -> AsyncIterator[Browser]:
    """A browser whose screen really has that ratio: one that acts so rounds edges elsewhere."""
    async with launched(
        playwright, [*WITHOUT_GPU, f"--force-device-scale-factor={RATIO}"]
    ) as browser:
        yield browser


@pytest.mark.parametrize(
    "place",
    [
        "left: 11px; top: 7px; width: 333px; height: 211px",
        "left: 13.3px; top: 7.7px; width: 333px; height: 211px",
        "left: 10.35px; top: 9.6px; width: 332.6px; height: 210.3px",
        "left: 5px; top: 3px; width: 333px; height: 211px; border: 1px solid; padding: 1px",
    ],
)
async def test_each_pixel_of_a_canvas_that_fills_its_place_is_one_of_the_screen(
    place: str, fine_screen: Browser, serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await serve_program(Canvas((320, 240), exact=True), allow_origins=[elsewhere.origin])
    body = f'<rtc-canvas src="{program.origin}/" style="position: absolute; {place}"></rtc-canvas>'
    viewer = await elsewhere.open(
        program, body, browser=fine_screen, viewport=None, no_viewport=True
    )
    resize = await program.event("resize")
    assert resize["pixel_ratio"] == RATIO
    picture = noise(program)
    program.canvas.push(picture)
    await shows(viewer, picture)


async def shows(viewer: Viewer, picture: Pixels) -> None:
    """Find the picture on the screen, all of it."""
    await viewer.until("observer.element.canvas.exactPixels")
    await viewer.shows_exactly(picture)
    screen = await viewer.screenshot()
    height, width = picture.shape[:2]
    assert any(
        np.array_equal(screen[y : y + height, x : x + width], picture)
        for y in range(40)
        for x in range(40)
    )


def noise(program: Program) -> Pixels:
    """A picture of the canvas's size no two pixels of which are alike."""
    width, height = program.canvas.physical_size
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
