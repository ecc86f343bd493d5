"""Pictures: what a program pushes is what the page shows."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.async_api import Browser

from rtc_canvas import Canvas, DrawRequest, VideoConfig
from rtc_canvas.program.display_phase import Shown
from rtc_canvas.program.drawing import Drawing

from .conftest import NewContext, OpenViewer, ServeProgram
from .program import Color, flat
from .viewer import ROUGHLY

CODECS = ("h264", "vp8")

COLORS: tuple[Color, ...] = (
    (0, 0, 0),
    (255, 255, 255),
    (128, 128, 128),
    (255, 0, 0),
    (0, 255, 0),
    (0, 0, 255),
    (255, 255, 0),
    (0, 255, 255),
    (255, 0, 255),
    (200, 120, 40),
    (30, 90, 160),
    (240, 200, 220),
)

ORANGE = (200, 120, 40)
GROUND = (13, 14, 17)
"""The page's own colour, around a picture."""

FIRST_PICTURE = """
new Promise((resolve) => {
  const poll = () => {
    const color = observer.middle();
    if (!color) return requestAnimationFrame(poll);
    resolve({ color, clicked: navigator.userActivation.hasBeenActive });
  };
  poll();
})
"""

Array = NDArray[np.uint8]


@pytest.mark.parametrize("codec", CODECS)
async def test_the_first_picture_plays_without_a_click(
    codec: str, serve_program: ServeProgram, new_context: NewContext
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False))
    program.show(ORANGE)
    context = await new_context()
    page = await context.new_page()
    # Not by playwright's own evaluate(): to the page that is a click.
    devtools = await context.new_cdp_session(page)
    await page.goto(f"{program.origin}/?codec={codec}")
    answer = await devtools.send(
        "Runtime.evaluate",
        {"expression": FIRST_PICTURE, "awaitPromise": True, "returnByValue": True},
    )
    shown = answer["result"]["value"]
    assert shown["color"] == pytest.approx(ORANGE, abs=ROUGHLY)
    assert not shown["clicked"]
    (peer,) = program.canvas.peers
    assert peer.stats.codec == codec


async def test_h264_comes_first(serve_program: ServeProgram, open_viewer: OpenViewer) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False))
    program.show(ORANGE)
    await open_viewer(program)
    (peer,) = program.canvas.peers
    assert peer.stats.codec == "h264"


@pytest.mark.parametrize("codec", CODECS)
async def test_flat_colours_come_out_within_3_per_channel(
    codec: str,
    chromium_with_shaders: Browser,
    serve_program: ServeProgram,
    open_viewer: OpenViewer,
) -> None:
    program = await serve_program(Canvas((320, 240), resizable=False))
    program.show(COLORS[0])
    viewer = await open_viewer(program, f"?codec={codec}", browser=chromium_with_shaders)
    for color in COLORS:
        program.show(color)
        await viewer.sees(color, within=3)


@pytest.mark.parametrize("order", ["rgb", "bgr"])
async def test_every_kind_of_array_is_shown(
    order: Literal["rgb", "bgr"], serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    first, second, third, fourth = (200, 120, 40), (40, 200, 120), (120, 40, 200), (30, 90, 160)
    step = 1 if order == "rgb" else -1
    arrays: list[tuple[Array, Color]] = [
        (np.full((48, 64), 90, np.uint8), (90, 90, 90)),
        (np.full((48, 64, 1), 180, np.uint8), (180, 180, 180)),
        (np.full((48, 64, 3), first[::step], np.uint8), first),
        (np.full((48, 64, 4), (*second[::step], 0), np.uint8), second),
        (np.full((48, 64, 4), (*third[::step], 255), np.uint8)[..., :3], third),
        (np.full((64, 48, 3), fourth[::step], np.uint8).transpose(1, 0, 2), fourth),
    ]
    program = await serve_program(Canvas((64, 48), resizable=False, format=order))
    program.canvas.push(flat((0, 0, 0), 64, 48))
    viewer = await open_viewer(program)
    for array, color in arrays:
        program.canvas.push(array)
        await viewer.sees(color)


async def test_a_flipped_picture_is_shown_flipped(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((64, 48), resizable=False))
    upright = flat((0, 0, 0), 64, 48)
    upright[:16] = 255
    program.canvas.push(upright[::-1])
    viewer = await open_viewer(program)
    frame = await viewer.frame()
    assert frame[4].mean() < 10
    assert frame[44].mean() > 245


@pytest.mark.parametrize("window", [(641, 481), (741, 585)], ids=["same", "larger"])
async def test_what_even_sides_need_is_not_seen(
    window: tuple[int, int], serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    width, height = 641, 481
    video = VideoConfig(chroma="420")
    program = await serve_program(Canvas((width, height), resizable=False), video=video)
    program.canvas.push(framed(width, height))
    viewer = await open_viewer(program, viewport={"width": window[0], "height": window[1]})
    await viewer.value("void (observer.element.fit = 'none')")
    assert (await viewer.frame()).shape == (482, 642, 3)
    left, top = (window[0] - width) // 2, (window[1] - height) // 2
    seen = await viewer.screenshot()
    picture = seen[top : top + height, left : left + width]
    for edge in (picture[0], picture[-1], picture[:, 0], picture[:, -1]):
        assert edge.min() > 200
    assert picture[4:-4, 4:-4].max() < 40
    around = seen.astype(int)
    around[top : top + height, left : left + width] = GROUND
    assert abs(around - GROUND).max() <= 1


@pytest.mark.parametrize(
    ("codec", "size"),
    [
        ("h264", (16, 16)),
        ("h264", (17, 4096)),
        ("h264", (4096, 2304)),
        ("h264", (4096, 4096)),
        ("vp8", (16, 16)),
        ("vp8", (4096, 4096)),
    ],
)
async def test_the_smallest_and_the_largest_pictures(
    codec: str, size: tuple[int, int], serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas(size, resizable=False))
    program.show(ORANGE)
    viewer = await open_viewer(program, f"?codec={codec}")
    await viewer.sees(ORANGE)
    assert await viewer.value("observer.element.canvas.size") == list(size)


@pytest.mark.parametrize("codec", CODECS)
async def test_the_size_may_change_from_one_picture_to_the_next(
    codec: str, serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((64, 48), resizable=False))
    program.show((0, 0, 0))
    viewer = await open_viewer(program, f"?codec={codec}")
    steps: list[tuple[int, int, Color]] = [
        (320, 240, (200, 0, 0)),
        (641, 481, (0, 200, 0)),
        (640, 480, (0, 0, 200)),
        (33, 300, ORANGE),
        (320, 240, (90, 90, 90)),
    ]
    for width, height, color in steps:
        program.canvas.push(flat(color, width, height))
        await viewer.until(f"String(observer.element.canvas.size) === '{width},{height}'")
        await viewer.sees(color)
    assert program.types("join") == ["join"]


async def test_the_page_of_whoever_steers_tells_when_its_display_shows_pictures(
    serve_program: ServeProgram, open_viewer: OpenViewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas = Canvas((320, 240), resizable=False, mode="continuous", fps=25)
    told: list[Shown] = []
    monkeypatch.setattr(Drawing, "shown", lambda drawing, picture: told.append(picture))
    drawn: list[float] = []

    @canvas.draw
    def draw(request: DrawRequest) -> Array:
        drawn.append(request.time)
        return flat((len(drawn) % 256, 90, 160), 320, 240)

    program = await serve_program(canvas)
    await open_viewer(program)
    await program.until(lambda: len({picture.time for picture in told}) >= 20)
    intervals = sorted(picture.interval for picture in told)
    assert 1 / 65 < intervals[len(intervals) // 2] < 1 / 55
    for picture in told:
        began = max(time for time in drawn if time < picture.time)
        assert picture.time - began < 0.1, "a picture is handed over right after its draw began"
        assert -0.02 < picture.waited < 0.1


def framed(width: int, height: int) -> NDArray[Any]:
    """A black picture with a white edge, one pixel thick."""
    picture = flat((0, 0, 0), width, height)
    picture[[0, -1]] = 255
    picture[:, [0, -1]] = 255
    return picture
