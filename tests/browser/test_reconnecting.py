"""A page finds back to its server by itself."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from rtc_canvas import Canvas, serve
from signaling.access import Access, Grant

from .conftest import NewContext, OpenViewer
from .program import Color, Program
from .viewer import Viewer

ROOT = Path(__file__).parents[2]
RED, GREEN = (220, 30, 30), (30, 200, 60)

PROGRAM = """
import sys
import numpy as np
from rtc_canvas import Canvas, run

port, *color = map(int, sys.argv[1:])
canvas = Canvas((640, 480))
canvas.push(np.full((480, 640, 3), color, np.uint8))
run(canvas, port=port)
"""


@asynccontextmanager
async def program_of_its_own(color: Color, port: int, end: signal.Signals) -> AsyncIterator[str]:
    """A process that serves one colour, until a signal ends it. Gives the link that it prints."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROGRAM, str(port), *map(str, color)),
        cwd=ROOT,
        env={**os.environ, "RTC_CANVAS_TOKEN": "kept"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        yield (await process.stdout.readline()).decode().removeprefix("Open ").strip()
    finally:
        process.send_signal(end)
        await process.wait()


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "stopped"])
async def test_a_server_that_is_started_again_is_shown_without_a_reload(
    end: signal.Signals, new_context: NewContext
) -> None:
    context = await new_context()
    viewer = Viewer(await context.new_page())
    async with program_of_its_own(RED, 0, end) as link:
        await viewer.page.goto(link)
        await viewer.sees(RED)
        await viewer.value("void (globalThis.sameDocument = true)")
        port = int(link.partition("?")[0].rstrip("/").rpartition(":")[2])
    await viewer.says("Reconnecting")
    # What was seen last is seen still.
    assert (await viewer.screenshot())[240, 320, 0] > 80
    async with program_of_its_own(GREEN, port, end):
        await viewer.sees(GREEN)
        await viewer.steers()
        assert await viewer.value("sameDocument")


async def test_a_canvas_that_is_served_again_on_the_same_port(
    open_viewer: OpenViewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = Program(Canvas((640, 480), resizable=False))
    program.show(RED)
    async with serve(program.canvas, port=0, open_access=True) as program.server:
        viewer = await open_viewer(program)
        # Without a picture it says something else.
        await viewer.sees(RED)
        await viewer.steers()
        port = program.server.port
        (before,) = program.canvas.peers
        assert before.role == "operator"
    await program.event("leave", peer=before)
    await viewer.has_said("Reconnecting", "The server was shut down")
    # It lets everybody in as before, but now only to watch.
    monkeypatch.setattr(Access, "grant", lambda *_, origin, **__: Grant("viewer", origin=origin))
    async with serve(program.canvas, port=port, open_access=True):
        program.show(GREEN)
        join = await program.event("join")
        assert join["peer"].id != before.id
        assert join["peer"].role == "viewer"
        await viewer.sees(GREEN)
        await viewer.says("Watching")
