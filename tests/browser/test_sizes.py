"""Work of the right size: large pictures, those that need no work, and those that are too much of it."""

from __future__ import annotations

import asyncio
import itertools
import math
import time

import numpy as np
import pytest

from rtc_canvas import Canvas, DrawRequest, limitation
from rtc_canvas.config import VideoConfig
from rtc_canvas.peers import stillness
from rtc_canvas.peers.stillness import Repeat
from rtc_canvas.peers.stream import Stream
from rtc_canvas.serving import sessions
from rtc_canvas.video.picture import Pixels

from .conftest import OpenViewer, ServeProgram
from .program import Color, flat
from .viewer import ROUGHLY

CODECS = ("h264", "vp8")

QUARTERS: tuple[Color, ...] = ((200, 40, 40), (40, 200, 40), (40, 40, 200), (200, 200, 40))


@pytest.mark.parametrize("codec", CODECS)
async def test_a_still_picture_of_3840_x_2160_arrives_whole(
    codec: str,
    serve_program: ServeProgram,
    open_viewer: OpenViewer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # It begins smaller, as for a link that nobody knows yet. What a busy machine measures of its own is left out of
    # account.
    monkeypatch.setattr(sessions, "MIN_BITRATE", VideoConfig().max_bitrate)
    width, height = 3840, 2160
    program = await serve_program(Canvas((width, height), resizable=False))
    program.canvas.push(quarters(width, height))
    viewer = await open_viewer(program, f"?codec={codec}")
    await viewer.until(f"observer.element.canvas.video.videoWidth === {width}")
    # Beside the borders between the colours: none is blurred, or in another place.
    beside = list(
        itertools.product((height // 2 - 4, height // 2 + 3), (width // 2 - 4, width // 2 + 3))
    )
    for (y, x), color in zip(beside, QUARTERS, strict=True):
        near = f"Math.abs(level - {list(color)}[i]) <= {ROUGHLY}"
        pixel = f"[...observer.frame({x}, {y}, 1, 1).data.slice(0, 3)]"
        await viewer.until(f"{pixel}.every((level, i) => {near})")
    (peer,) = program.canvas.peers
    assert peer.stats.size == (width, height)
    assert peer.stats.limited_by is None


async def test_a_program_that_goes_on_pushing_the_same_picture_costs_no_frames(
    serve_program: ServeProgram, open_viewer: OpenViewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stillness, "next_repeat", lambda *_: Repeat(math.inf, trickle=True))
    program = await serve_program(Canvas((640, 480), resizable=False))
    array = flat(QUARTERS[0], 640, 480)
    program.canvas.push(array)
    viewer = await open_viewer(program)
    await viewer.sees(QUARTERS[0])
    (peer,) = program.canvas.peers
    before = peer.stats.frames
    for _ in range(60):
        program.canvas.push(array)
        await asyncio.sleep(1 / 60)
    assert peer.stats.frames == before
    array[:] = QUARTERS[1]
    program.canvas.push(array)
    await viewer.sees(QUARTERS[1])
    assert peer.stats.frames == before + 1


async def test_the_page_says_when_the_server_is_too_slow(
    serve_program: ServeProgram, open_viewer: OpenViewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limitation, "WINDOW", 0.5)
    canvas = Canvas((320, 240), resizable=False, mode="continuous", fps=60)
    encode, seconds = Stream._encode, 0.0

    def encode_slowly(*arguments: object) -> object:
        time.sleep(seconds)
        return encode(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Stream, "_encode", encode_slowly)

    @canvas.draw
    def draw(request: DrawRequest) -> Pixels:
        return flat((request.index % 256, 90, 160), 320, 240)

    program = await serve_program(canvas)
    viewer = await open_viewer(program)
    assert "cannot encode" not in await viewer.status()
    seconds = 0.1
    await viewer.says("The server cannot encode 320×240 at", "frames a second; it sends")
    (peer,) = canvas.peers
    assert peer.stats.limited_by == "encoder"
    seconds = 0.0
    await viewer.says("Live")
    assert peer.stats.limited_by != "encoder"


def quarters(width: int, height: int) -> Pixels:
    """A picture of four colours."""
    picture = np.empty((height, width, 3), np.uint8)
    halves = slice(None, height // 2), slice(height // 2, None)
    sides = slice(None, width // 2), slice(width // 2, None)
    for (rows, columns), color in zip(itertools.product(halves, sides), QUARTERS, strict=True):
        picture[rows, columns] = color
    return picture
