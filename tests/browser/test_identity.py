"""The page knows which picture it shows."""

from __future__ import annotations

import time
from typing import Any

from playwright.async_api import expect

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


async def test_the_program_learns_when_each_picture_was_on_the_screen(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False))
    program.show(RED)
    told: list[dict[str, Any]] = []
    program.canvas.on("presented")(told.append)
    viewer = await open_viewer(program)
    (peer,) = program.canvas.peers
    await program.until(lambda: told and peer.stats.clock_error is not None)
    handed_over = time.monotonic()
    program.canvas.push(flat(GREEN, 640, 480), id=("any", "object"))
    await viewer.sees(GREEN)
    # A script can read a frame shortly before the refresh that shows it.
    await viewer.value("new Promise(requestAnimationFrame)")
    seen = time.monotonic()
    await program.until(lambda: any(event["picture"] == 2 for event in told))
    [event] = [event for event in told if event["picture"] == 2]
    assert event["peer"] is peer
    assert event["id"] == ("any", "object")
    error = peer.stats.clock_error
    assert error is not None
    assert handed_over <= event["render_time"] < event["shown"] + error
    assert event["shown"] - error < seen
    assert [event["picture"] for event in told] == [1, 2]


async def test_how_long_pictures_and_answers_take_is_measured(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False))
    program.canvas.on("pointer_down")(lambda event: program.show(GREEN))
    program.show(RED)
    viewer = await open_viewer(program)
    await viewer.steers()
    (peer,) = program.canvas.peers
    await program.until(lambda: peer.stats.clock_error is not None)
    began = time.monotonic()
    await viewer.page.mouse.click(20, 20)
    await viewer.sees(GREEN)
    # A script can read a frame shortly before the refresh that shows it.
    await viewer.value("new Promise(requestAnimationFrame)")
    took = time.monotonic() - began
    await program.until(lambda: peer.stats.input_to_photon_p50 is not None)
    stats = peer.stats
    assert stats.glass_p50 is not None
    assert stats.input_to_photon_p50 is not None
    assert 0 < stats.glass_p50 < 1
    assert 0 < stats.input_to_photon_p50 < took
    await viewer.page.keyboard.press("Control+Alt+s")
    panel = viewer.page.get_by_role("region", name="Statistics")
    for name in ("Picture to screen", "Input to screen"):
        await expect(panel.get_by_role("row", name=name)).to_contain_text(" ms")
