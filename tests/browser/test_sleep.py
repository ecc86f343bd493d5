"""The browser's machine sleeps for a while: its processes stand still, and go on as if nothing had been."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from rtc_canvas import Canvas
from rtc_canvas.rtc.compat import ice
from rtc_canvas.websocket import pulse

from .conftest import OpenViewer, ServeProgram
from .viewer import Viewer

RED, GREEN, BLUE = (220, 30, 30), (30, 200, 60), (40, 60, 220)

# Seconds after which a page that is silent is away.
SILENT_AFTER = 1.5

# Seconds, on a machine that others keep busy too: what breaks it is wrong, not slow.
BACK = 3.0


@pytest.fixture(autouse=True)
def _soon_away(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (ice, pulse):
        monkeypatch.setattr(module, "SILENT_AFTER", SILENT_AFTER)


@contextmanager
def asleep() -> Iterator[None]:
    """Stop all of Chromium while the block runs, which must not ask it for anything."""
    processes = [pid for pid in descendants(os.getpid()) if name(pid).startswith("chrom")]
    assert processes
    tell(processes, signal.SIGSTOP)
    try:
        yield
    finally:
        tell(processes, signal.SIGCONT)


def tell(processes: list[int], what: signal.Signals) -> None:
    for pid in processes:
        with suppress(ProcessLookupError):  # Chromium ends some of them when it likes
            os.kill(pid, what)


def descendants(pid: int) -> Iterator[int]:
    for task in threads(pid):
        for child in map(int, content(task / "children").split()):
            yield child
            yield from descendants(child)


def threads(pid: int) -> list[Path]:
    """Those of a process; none once it has gone."""
    try:
        return list(Path(f"/proc/{pid}/task").iterdir())
    except (FileNotFoundError, ProcessLookupError):
        return []


def name(pid: int) -> str:
    return content(Path(f"/proc/{pid}/comm"))


def content(path: Path) -> str:
    """What a file of a process has; nothing once that has gone."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


async def is_back(viewer: Viewer) -> None:
    began = time.monotonic()
    await viewer.sees(GREEN)
    print(f"after sleep: {time.monotonic() - began:.2f} s until a picture")
    assert time.monotonic() - began < BACK


async def test_a_short_sleep_is_noticed_by_nobody(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False))
    program.show(RED)
    viewer = await open_viewer(program)
    await viewer.steers()
    (peer,) = program.canvas.peers
    with asleep():
        await asyncio.sleep(SILENT_AFTER / 2)
        program.show(GREEN)
    await is_back(viewer)
    assert program.canvas.peers == (peer,)
    assert not {"leave", "away"} & set(program.types())


@pytest.mark.parametrize("transport", ["webrtc", "websocket", "webrtc beside websocket"])
async def test_who_slept_until_it_was_away_is_back_as_the_same_peer(
    transport: str, serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False))
    program.show(RED)
    if transport == "webrtc beside websocket":
        viewer = await open_viewer(program)
        # What is held ready is what the server turns to first.
        await viewer.page.wait_for_event("websocket")
    else:
        viewer = await open_viewer(program, f"?transport={transport}")
    await viewer.steers()
    (peer,) = program.canvas.peers
    role = peer.role
    with asleep():
        await program.event("away", peer=peer)
        program.show(GREEN)
    await is_back(viewer)
    await program.event("back", peer=peer)
    assert program.canvas.peers == (peer,)
    assert peer.role == role
    await viewer.steers()
    program.show(BLUE)
    await viewer.sees(BLUE)
    await viewer.page.mouse.click(320, 240)
    await program.event("pointer_up", peer=peer)
