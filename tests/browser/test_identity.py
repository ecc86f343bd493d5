"""The page knows which picture it shows."""

from __future__ import annotations

import time

from rtc_canvas import Canvas

from .conftest import OpenViewer, ServeProgram
from .program import flat

RED, GREEN = (220, 30, 30), (30, 200, 60)


async def test_frames_tell_which_picture_they_show(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False))
    program.show(RED)
    viewer = await open_viewer(program)
    await viewer.value(
        """void (globalThis.seen = [], observer.element.canvas.addEventListener(
            "frame", ({ detail }) => seen.push({ ...detail, green: observer.sees([30, 200, 60], 14) })))"""
    )
    handed_over = time.monotonic()
    program.canvas.push(flat(GREEN, 640, 480), id="green")
    await viewer.until("seen.some(({ id }) => id === 'green')")
    shown = await viewer.value("seen.filter(({ id }) => id === 'green')")
    for frame in shown:
        assert frame["green"]
        assert frame["picture"] == 2
        assert 0 <= frame["renderTime"] - handed_over < 0.1
