"""A program that computes its pictures in Python keeps them from nobody."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rtc_canvas import Canvas, DrawRequest
from rtc_canvas.serving.short_turns import USUAL

from .conftest import OpenViewer, ServeProgram
from .program import Program

COMPUTING = 0.06
PICTURES = 15


@pytest.fixture
def turns() -> Iterator[None]:
    before = sys.getswitchinterval()
    yield
    sys.setswitchinterval(before)


async def test_pictures_pass_a_draw_that_computes(
    serve_program: ServeProgram, open_viewer: OpenViewer, turns: None
) -> None:
    canvas = Canvas((640, 480), resizable=False, mode="continuous", fps=15)
    noise = np.random.default_rng(0).integers(0, 255, (640, 640, 3), np.uint8)

    @canvas.draw
    def draw(request: DrawRequest) -> NDArray[np.uint8]:
        until = time.monotonic() + COMPUTING
        while time.monotonic() < until:
            pass
        return noise[request.index % 160 :][:480]

    program = await serve_program(canvas)
    presented: list[dict[str, Any]] = []
    canvas.on("presented")(presented.append)
    await open_viewer(program)
    (peer,) = canvas.peers
    await program.until(lambda: peer.stats.clock_error is not None)
    short = await _glass(program, presented)
    sys.setswitchinterval(USUAL)
    usual = await _glass(program, presented)
    print(f"glass {1000 * short:.0f} ms; {1000 * usual:.0f} ms with turns as usual")
    assert short < 0.6 * usual


async def _glass(program: Program, presented: list[dict[str, Any]]) -> float:
    """The median of the next pictures, seconds."""
    presented.clear()
    await program.until(lambda: len(presented) >= PICTURES)
    glass: list[float] = [event["shown"] - event["render_time"] for event in presented]
    return statistics.median(glass)
