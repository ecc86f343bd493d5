"""Several viewers: one steers, the others watch."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import expect

from rtc_canvas import Canvas

from .conftest import NewContext, OpenViewer, ServeProgram
from .viewer import Viewer

RED, GREEN, BLUE = (220, 30, 30), (30, 200, 60), (40, 60, 210)

AT_ONCE = 2.0
"""Seconds: more than a browser takes to say that it goes, less than any timeout."""


async def test_three_viewers_see_the_same(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False))
    program.show(RED)
    viewers = [await open_viewer(program, f"?codec={codec}") for codec in ("h264", "vp8", "h264")]
    for color in (RED, GREEN, BLUE):
        program.show(color)
        await asyncio.gather(*(viewer.sees(color) for viewer in viewers))
    assert [peer.stats.codec for peer in program.canvas.peers] == ["h264", "vp8", "h264"]


async def test_control_passes_on_when_the_one_who_steers_closes_the_tab(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((640, 480)))
    program.show(RED)
    first = await open_viewer(program)
    second = await open_viewer(program, viewport={"width": 700, "height": 500})
    await first.steers()
    await first.says("you steer")
    await second.says("somebody else steers")
    one, two = program.canvas.peers
    assert (one.steering, two.steering) == (True, False)

    await first.page.close()
    async with asyncio.timeout(AT_ONCE):
        await program.event("control", peer=one, steering=False)
        await program.event("leave", peer=one)
    await second.steers()
    await second.says("you steer")
    # Its window has had another size all the time.
    resize = next(event for event in program.events if event["type"] == "resize")
    assert (resize["peer"], resize["width"], resize["height"]) == (two, 700, 500)
    await second.page.mouse.click(350, 250)
    await program.event("pointer_down", peer=two)


async def test_who_watches_does_not_steer(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False))
    program.show(RED)
    first = await open_viewer(program)
    await first.steers()
    second = await open_viewer(program)
    await second.says("somebody else steers")
    await second.page.mouse.click(100, 100)
    await second.page.keyboard.press("k")
    await second.page.mouse.wheel(0, 100)
    # Even where its page is made to send.
    peer = program.canvas.peers[1]
    await second.value(
        """import(document.querySelector("link[href$='/input-writer.js']").href).then(({ InputWriter }) => {
             const { edge } = InputWriter.prototype;
             InputWriter.prototype.edge = function (type, fields, time) {
               edge.call(this, "wheel", { x: 1, y: 1, dx: 0, dy: 5, buttons: [], modifiers: [] }, time);
               edge.call(this, type, fields, time);
             };
           })"""
    )
    await second.page.set_viewport_size({"width": 600, "height": 400})
    await program.until(lambda: peer.stats.dropped_input.get("watching"))
    await first.page.mouse.click(200, 100)
    await program.event("pointer_up")
    senders = {event["peer"] for event in program.events if "seq" in event}
    assert senders == {program.canvas.peers[0]}


async def test_who_watches_takes_control_from_a_page_that_is_idle(
    serve_program: ServeProgram, open_viewer: OpenViewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False))
    program.show(RED)
    first = await open_viewer(program)
    await first.steers()
    second = await open_viewer(program)
    await second.says("somebody else steers")
    take = second.page.get_by_role("button", name="Take control")
    monkeypatch.setattr("rtc_canvas.control.IDLE", 1000.0)
    await take.click()
    await second.says("Somebody steers right now; take control once nothing was done for 5 s.")
    monkeypatch.setattr("rtc_canvas.control.IDLE", 0.0)
    await second.value("void document.querySelector('rtc-canvas').canvas.takeControl()")
    await second.steers()
    await first.says("somebody else steers")
    await second.page.mouse.click(200, 100)
    await program.event("pointer_down", x=200, y=100)
    await second.value("void document.querySelector('rtc-canvas').canvas.releaseControl()")
    await first.steers()
    first_takes = first.page.get_by_role("button", name="Take control")
    await expect(first_takes).to_have_count(0)
    await second.says("somebody else steers")
    await take.click()
    await second.steers()


async def test_a_page_that_goes_elsewhere_leaves_at_once(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False))
    program.show(RED)
    viewer = await open_viewer(program)
    await viewer.page.goto("about:blank")
    async with asyncio.timeout(AT_ONCE):
        await program.event("leave")
    assert program.canvas.peers == ()


async def test_a_peer_that_the_program_closes_is_told_why_and_stays_away(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False))
    program.show(RED)
    viewer = await open_viewer(program)
    program.canvas.peers[0].close("The show is over.")
    await program.event("leave")
    await viewer.says("Not connected", "The show is over.")
    await viewer.page.get_by_role("button", name="Try again").click()
    await viewer.is_live()
    await program.event("join")


async def test_one_viewer_too_many_reads_why_and_comes_in_when_there_is_room(
    serve_program: ServeProgram, open_viewer: OpenViewer, new_context: NewContext
) -> None:
    program = await serve_program(Canvas((640, 480)), max_peers=1)
    program.show(RED)
    first = await open_viewer(program)
    second = Viewer(await (await new_context()).new_page())
    await second.page.goto(program.origin)
    await second.says("As many viewers as the server takes are here (1)", "--max-peers")
    await first.page.close()
    await second.sees(RED)


async def test_a_page_that_is_view_only_stands_in_no_line(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((640, 480)))
    program.show(RED)
    wall = await open_viewer(program, viewport={"width": 300, "height": 200})
    await wall.steers()
    await wall.value("observer.element.viewOnly = true")
    await wall.until("!observer.element.canvas.steering")
    first = await open_viewer(program, viewport={"width": 500, "height": 400})
    await first.steers()
    await program.event("resize", width=500, height=400)
    await wall.page.set_viewport_size({"width": 320, "height": 220})
    await wall.page.reload()
    await wall.is_live()
    await wall.value("observer.element.viewOnly = true")
    await first.page.close()
    await program.event("leave")
    await wall.value("observer.element.viewOnly = false")
    await wall.steers()
    await program.event("resize", width=320, height=220)
