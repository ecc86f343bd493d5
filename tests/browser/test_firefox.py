"""Debian's Firefox: it decodes VP8 and no H.264, over WebRTC and over a WebSocket alike."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rtc_canvas import Canvas, ProbeRequest

from .conftest import OpenFirefox, ServeProgram
from .program import flat

Array = NDArray[np.uint8]

ORANGE = (200, 120, 40)
# Of VP8's colours Firefox shows others: it takes all of them for BT.601, whatever the video says.
DARK, LIGHT = (60, 60, 60), (200, 200, 200)

CANVAS = "observer.element.canvas"

LEVELS = 12
"""Levels of grey, 20 apart, that are told apart after the video."""

ASK_WHILE_PLAYING = """(async () => {
  const { canvas } = observer.element;
  const asked = [];
  while (asked.length < 15) {
    await new Promise((resolve) => canvas.addEventListener("frame", resolve, { once: true }));
    const [level] = observer.frame(160, 120, 1, 1).data;
    const { id, value } = await canvas.probe(160, 120);
    asked.push([level, id, value]);
  }
  return asked;
})()"""

over_each = pytest.mark.parametrize("query", ["?transport=webrtc", "?transport=websocket"])


def grey(index: int) -> Array:
    """A picture whose level tells its index modulo LEVELS."""
    return np.full((240, 320), 10 + 20 * (index % LEVELS), np.uint8)


def detailed(seed: int) -> Array:
    """What no video shows as it is: each pixel another colour."""
    return np.random.default_rng(seed).integers(0, 256, (240, 320, 3), np.uint8)


@over_each
async def test_a_vp8_picture_and_a_click(
    query: str, serve_program: ServeProgram, open_firefox: OpenFirefox
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False))
    program.show(ORANGE)
    firefox = await open_firefox(program, f"{query}&codec=vp8")
    await firefox.sees(ORANGE, within=12)
    await firefox.steers()
    await firefox.click(123, 45)
    await program.event("pointer_down", x=123, y=45, button=1)
    await program.event("pointer_up", x=123, y=45, buttons=())
    (peer,) = program.canvas.peers
    assert (peer.stats.codec, f"?transport={peer.stats.transport}") == ("vp8", query)
    await firefox.close()
    await program.event("leave")


# Which picture is shown.


@over_each
async def test_frames_tell_which_picture_they_show(
    query: str, serve_program: ServeProgram, open_firefox: OpenFirefox
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False))
    program.show(DARK)
    firefox = await open_firefox(program, query)
    await firefox.value(
        f"""void (globalThis.seen = [], {CANVAS}.addEventListener("frame",
            ({{ detail }}) => seen.push({{ ...detail, light: observer.sees({list(LIGHT)}, 6) }})))"""
    )
    handed_over = time.monotonic()
    program.canvas.push(flat(LIGHT, 640, 480), id="light")
    await firefox.until("seen.some(({ id }) => id === 'light')")
    for frame in await firefox.value("seen.filter(({ id }) => id === 'light')"):
        assert frame["light"]
        assert frame["picture"] == 2
        assert 0 <= frame["renderTime"] - handed_over < 0.1


@over_each
async def test_the_program_learns_when_each_picture_was_on_the_screen(
    query: str, serve_program: ServeProgram, open_firefox: OpenFirefox
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False))
    canvas = program.canvas
    canvas.on("pointer_down")(lambda event: canvas.push(flat(LIGHT, 640, 480), id=("a", "tuple")))
    told: list[dict[str, Any]] = []
    canvas.on("presented")(told.append)
    program.show(DARK)
    firefox = await open_firefox(program, query)
    await firefox.steers()
    (peer,) = canvas.peers
    await program.until(lambda: told and peer.stats.clock_error is not None)
    clicked = time.monotonic()
    await firefox.click(20, 20)
    await firefox.sees(LIGHT, within=6)
    # A script can read a frame shortly before the refresh that shows it.
    await firefox.value("new Promise(requestAnimationFrame)")
    seen = time.monotonic()
    await program.until(lambda: len(told) > 1 and peer.stats.input_to_photon_p50 is not None)
    stats = peer.stats
    assert [event["picture"] for event in told] == [1, 2]
    event = told[1]
    assert (event["peer"], event["id"]) == (peer, ("a", "tuple"))
    assert stats.clock_error is not None
    assert stats.glass_p50 is not None
    assert stats.input_to_photon_p50 is not None
    assert clicked < event["render_time"] < event["shown"] + stats.clock_error
    assert event["shown"] - stats.clock_error < seen
    assert 0 < stats.glass_p50 < seen - clicked
    assert 0 < stats.input_to_photon_p50 < seen - clicked


# The value under the pointer.


@over_each
async def test_a_probe_answers_for_the_pixel_under_the_pointer(
    query: str, serve_program: ServeProgram, open_firefox: OpenFirefox
) -> None:
    array = detailed(0)
    canvas = Canvas((320, 240), resizable=False)
    canvas.push(array, id="detailed")

    @canvas.probe
    def probe(request: ProbeRequest) -> Array:
        x, y = request.pixel
        value: Array = array[y, x]
        return value

    program = await serve_program(canvas)
    firefox = await open_firefox(program, query)
    # The page shows it twice as large.
    await firefox.move(600, 90)
    answer = await firefox.value(f"{CANVAS}.probe()")
    assert (answer["id"], answer["value"]) == ("detailed", array[45, 300].tolist())


@over_each
async def test_a_probe_answers_for_the_picture_on_the_screen_while_newer_ones_come(
    query: str, serve_program: ServeProgram, open_firefox: OpenFirefox
) -> None:
    canvas = Canvas((320, 240), resizable=False, mode="continuous", fps=30)
    canvas.draw(lambda request: grey(request.index))
    canvas.probe(lambda request: request.id)
    program = await serve_program(canvas)
    firefox = await open_firefox(program, query)
    asked = await firefox.value(ASK_WHILE_PLAYING)
    assert all(id == value for _, id, value in asked)
    newer = [(round((level - 10) / 20) - index) % LEVELS for level, index, _ in asked]
    # Between the frame that Firefox tells of and the pixels that are read, newer ones may come.
    assert max(newer) < LEVELS / 2
    assert newer.count(0) > 10


# As good as it gets.


@over_each
async def test_what_has_settled_is_shown_byte_for_byte_until_the_next_picture_comes(
    query: str, serve_program: ServeProgram, open_firefox: OpenFirefox
) -> None:
    program = await serve_program(Canvas((320, 240), resizable=False, exact=True))
    program.canvas.push(detailed(0))
    firefox = await open_firefox(program, query)
    await asyncio.wait_for(program.canvas.settled(), 5)
    await firefox.shows_exactly(detailed(0))
    await firefox.value(
        f"""void (globalThis.seen = [], {CANVAS}.addEventListener("frame",
            ({{ detail }}) => seen.push([detail.picture, {CANVAS}.exactPixels !== null])))"""
    )
    program.canvas.push(detailed(1))
    await firefox.until(f"seen.length && !{CANVAS}.exactPixels")
    await asyncio.wait_for(program.canvas.settled(), 5)
    await firefox.shows_exactly(detailed(1))
    (peer,) = program.canvas.peers
    assert peer.stats.exact == 2


@over_each
async def test_a_picture_that_stands_still_gets_sharp_in_the_video(
    query: str, serve_program: ServeProgram, open_firefox: OpenFirefox
) -> None:
    squares = np.random.default_rng(0).choice(np.array([20, 235], np.uint8), (120, 160))
    array = np.repeat(squares.repeat(4, axis=0).repeat(4, axis=1)[..., None], 3, axis=2)
    program = await serve_program(Canvas((640, 480), resizable=False))
    program.canvas.push(array)
    firefox = await open_firefox(program, query)
    await asyncio.wait_for(program.canvas.settled(), 5)
    assert await firefox.exact() is None
    assert abs(await firefox.frame() - array.astype(int)).mean() < 1
