"""How the page comes: the connection first, and nothing twice."""

from __future__ import annotations

import asyncio
import re
from collections import Counter

from playwright.async_api import Request, Route, expect

from rtc_canvas import Canvas, serve

from .conftest import NewContext, ServeProgram
from .program import flat
from .viewer import Viewer

ORANGE, GREEN = (200, 120, 40), (30, 200, 60)


async def test_it_connects_while_the_rest_of_the_client_is_on_its_way(
    serve_program: ServeProgram, new_context: NewContext
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False, title="Early"))
    program.show(ORANGE)
    context = await new_context()
    connected = asyncio.Event()

    async def hold(route: Route) -> None:
        await connected.wait()
        await route.continue_()

    await context.route("**/static/*/picture/screen.js", hold)
    viewer = Viewer(await context.new_page())
    await viewer.page.goto(program.origin, wait_until="commit")
    await program.event("join")
    (peer,) = program.canvas.peers
    # Video and messages are there, too, before there is anybody to read them, or to say whether control is wanted.
    await program.until(lambda: peer.stats.frames > 1)
    assert not peer.steering
    connected.set()
    await viewer.sees(ORANGE)
    await viewer.steers()
    assert await viewer.page.title() == "Early"
    program.show(GREEN)
    await viewer.sees(GREEN)
    await viewer.page.mouse.click(320, 240)
    await program.event("pointer_down", x=320, y=240)
    assert program.types("join", "leave") == ["join"]


async def test_what_failed_before_the_client_was_there_is_told(new_context: NewContext) -> None:
    canvases = {name: Canvas((64, 48), resizable=False, title=name) for name in ("left", "right")}
    async with serve(canvases, port=0, open_access=True) as server:
        context = await new_context()
        told = asyncio.Event()

        async def hold(route: Route) -> None:
            await told.wait()
            await route.continue_()

        await context.route("**/static/*/page.js", hold)
        viewer = Viewer(await context.new_page())
        async with viewer.page.expect_request_finished(
            lambda request: request.url.endswith("/api/config")
        ):
            await viewer.page.goto(server.url, wait_until="commit")
        told.set()
        await expect(viewer.page.get_by_role("list").get_by_role("link")).to_have_count(2)
        await context.close()


async def test_nothing_is_fetched_twice_and_no_statistics_before_they_are_opened(
    serve_program: ServeProgram, new_context: NewContext
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False))
    program.canvas.push(flat(ORANGE, 640, 480))
    context = await new_context()
    viewer = Viewer(await context.new_page())
    fetched: Counter[str] = Counter()

    def count(request: Request) -> None:
        fetched[
            re.sub(
                "static/v-[0-9a-f]{16}/", "static/", request.url.removeprefix(f"{program.origin}/")
            )
        ] += 1

    viewer.page.on("request", count)
    await viewer.page.goto(f"{program.origin}/?codec=vp8")
    await viewer.steers()
    assert set(fetched.values()) == {1}
    assert {"api/config", "whep/main?codec=vp8", "static/transport/connection.js"} <= fetched.keys()
    assert "static/controls/panel.js" not in fetched
    await viewer.page.keyboard.press("Control+Alt+s")
    await expect(viewer.page.get_by_role("row", name="Encoder")).to_contain_text("libvpx")
    assert fetched["static/controls/panel.js"] == 1


async def test_a_page_that_is_opened_again_fetches_no_module(
    serve_program: ServeProgram, new_context: NewContext
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False))
    program.show(ORANGE)
    context = await new_context()
    first, second = Viewer(await context.new_page()), Viewer(await context.new_page())
    await first.page.goto(program.origin)
    await first.steers()
    await second.page.goto(program.origin)
    await second.sees(ORANGE)
    sizes = await second.value(
        """performance.getEntriesByType("resource")
             .filter(({ name }) => name.endsWith(".js")).map(({ transferSize }) => transferSize)"""
    )
    assert len(sizes) > 20
    assert sum(sizes) == 0, "all of them come from the browser's own store"
