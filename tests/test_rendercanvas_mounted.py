"""The canvases of a rendercanvas program inside of an ASGI app."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import threading
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiohttp import web
from rendercanvas.contexts import BaseContext
from starlette.applications import Starlette
from starlette.routing import Mount

from rtc_canvas import ConfigError, Server, serve
from rtc_canvas.asgi import MountedApp
from rtc_canvas.rendercanvas import RtcLoop
from rtc_canvas.rendercanvas.canvas import RtcRenderCanvas
from rtc_canvas.rendercanvas.turns import Mode

from .command import ROOT, command
from .hosting import elsewhere, place, running, visitor
from .receiver import pixels, receiver
from .rendercanvas_canvases import backend, bitmaps


@asynccontextmanager
async def mounted(view: MountedApp) -> AsyncIterator[Server]:
    """The view under a prefix of a Starlette app, whose server tells it of no end."""
    async with running(Starlette(routes=[Mount("/view", view)])) as origin:
        try:
            yield place(f"{origin}/view")
        finally:
            await view.close()


def draw(canvas: RtcRenderCanvas, level: int) -> list[int]:
    """Have a canvas draw grey bitmaps. Returns the threads on which it did."""
    context = canvas.get_bitmap_context()
    threads: list[int] = []

    def draw() -> None:
        threads.append(threading.get_ident())
        width, height = canvas.get_physical_size()
        context.set_bitmap(np.full((height, width, 4), level, np.uint8))

    canvas.request_draw(draw)
    return threads


async def sees(server: Server, name: str, level: int) -> None:
    async with receiver(server, name) as viewer:
        assert abs(int(pixels(await viewer.frame()).mean()) - level) <= 3


async def comes_to_see(server: Server, name: str, level: int) -> None:
    """As `sees()`, where the first picture may still be one from before."""
    async with receiver(server, name) as viewer, asyncio.timeout(5):
        seen, number = -1, 0
        while abs(seen - level) > 3:
            number += 1
            seen = int(pixels(await viewer.frame(number)).mean())


async def ended(loop: RtcLoop) -> None:
    """Wait until a loop has noticed that it has no canvases any more."""
    async with asyncio.timeout(5):
        while "'off'" not in repr(loop):  # noqa: ASYNC110  # no event tells
            await asyncio.sleep(0.01)


async def text(url: str) -> tuple[int, str]:
    async with visitor() as http, http.get(url) as response:
        return response.status, await response.text()


async def test_canvases_made_before_the_server_are_drawn_and_served_by_it() -> None:
    kind, loop = await asyncio.to_thread(backend)
    one = await asyncio.to_thread(kind, size=(64, 48))
    other = await asyncio.to_thread(kind, size=(64, 48), name="left")
    view = loop.asgi_app(open_access=True)
    threads = draw(one, 200)
    draw(other, 100)
    async with mounted(view) as server:
        await sees(server, "main", 200)
        await sees(server, "left", 100)
        later = kind(size=(64, 48))
        draw(later, 50)
        await sees(server, "canvas-2", 50)
        assert set(threads) == {threading.get_ident()}
        assert loop.server is None, "nothing is served beside it"
        async with receiver(server, "left") as viewer:
            await viewer.frame()
            other.close()
            told = await viewer.message("bye")
        assert told["reason"] == "The program closed the canvas."
        one.close()
        later.close()


async def test_canvases_made_while_the_server_runs_are_served_by_it() -> None:
    kind, loop = backend()
    view = loop.asgi_app(open_access=True)
    canvas = kind(size=(64, 48))
    draw(canvas, 200)
    async with mounted(view) as server:
        await sees(server, "main", 200)
        assert loop.server is None, "nothing is served beside it"
        canvas.close()
        again = kind(size=(64, 48))
        draw(again, 100)
        await sees(server, again.name or "", 100)
        again.close()


@pytest.mark.parametrize("at_root", [True, False])
async def test_where_the_host_says_that_it_begins_so_does_the_program(at_root: bool) -> None:
    kind, loop = await asyncio.to_thread(backend)
    canvas = await asyncio.to_thread(kind, size=(64, 48))
    view = loop.asgi_app(open_access=True)
    begun = asyncio.Event()
    await asyncio.to_thread(loop.call_later, 0.01, begun.set)
    app = view if at_root else Starlette(routes=[Mount("/view", view)], lifespan=view.lifespan)
    async with running(app, lifespan="on"), asyncio.timeout(5):
        await begun.wait()
        canvas.close()


async def test_canvases_are_drawn_and_served_inside_of_an_aiohttp_application() -> None:
    kind, loop = await asyncio.to_thread(backend)
    canvas = await asyncio.to_thread(kind, size=(64, 48))
    threads = draw(canvas, 200)
    app = web.Application()
    app.add_subapp("/view/", loop.aiohttp_app(open_access=True))
    begun = asyncio.Event()
    await asyncio.to_thread(loop.call_soon, begun.set)
    async with running(app) as origin:
        async with asyncio.timeout(5):
            await begun.wait()
        await sees(place(f"{origin}/view"), "main", 200)
        later = kind(size=(64, 48), name="left")
        draw(later, 100)
        await sees(place(f"{origin}/view"), "left", 100)
        assert set(threads) == {threading.get_ident()}
        assert loop.server is None, "nothing is served beside it"
    later.close()
    canvas.close()
    await ended(loop)


async def test_the_next_aiohttp_application_goes_on_with_the_canvases() -> None:
    kind, loop = await asyncio.to_thread(backend)
    canvas = await asyncio.to_thread(kind, size=(64, 48))
    for level in (40, 200):
        draw(canvas, level)
        app = loop.aiohttp_app(open_access=True)
        async with elsewhere(app, asyncio.new_event_loop) as server:
            await comes_to_see(place(server.origin), "main", level)
        assert not canvas.get_closed()
    await asyncio.to_thread(canvas.close)


async def test_of_several_apps_each_serves_in_its_turn() -> None:
    kind, loop = await asyncio.to_thread(backend)
    canvas = await asyncio.to_thread(kind, size=(64, 48))
    draw(canvas, 200)
    first, second = loop.asgi_app(open_access=True), loop.asgi_app(open_access=True)
    async with mounted(first) as server:
        await sees(server, "main", 200)
        later = kind(size=(64, 48), name="left")
        draw(later, 100)
        await sees(server, "left", 100)
        async with mounted(second) as other:
            status, sentence = await text(f"{other.url}main/")
            assert (status, "served already" in sentence) == (503, True)
    async with mounted(loop.asgi_app(open_access=True)) as server:
        await sees(server, "main", 200)
        canvas.close()
        later.close()


async def test_a_canvas_that_comes_after_the_end_is_nobodys() -> None:
    kind, loop = await asyncio.to_thread(backend)
    canvas = await asyncio.to_thread(kind, size=(64, 48))
    draw(canvas, 200)
    async with mounted(loop.asgi_app(open_access=True)) as server:
        await sees(server, "main", 200)
    later = kind(size=(64, 48))
    # What is called on the event loop has been.
    await asyncio.sleep(0)
    async with serve(later.rtc, port=0):
        pass
    later.close()
    canvas.close()
    await ended(loop)


async def test_an_app_that_is_given_up_goes() -> None:
    _, loop = backend()
    reference = weakref.ref(loop.asgi_app(open_access=True))
    gc.collect()
    assert reference() is None


@pytest.mark.parametrize("mode", ["ondemand", "continuous"])
async def test_the_next_server_goes_on_with_the_canvases_of_the_one_before(mode: Mode) -> None:
    kind, loop = await asyncio.to_thread(backend)
    canvas = await asyncio.to_thread(partial(kind, size=(64, 48), update_mode=mode, max_fps=20))
    view = loop.asgi_app(open_access=True)
    app = Starlette(routes=[Mount("/view", view)])
    ticks: list[asyncio.AbstractEventLoop] = []

    async def tick() -> None:
        ticks.append(asyncio.get_running_loop())
        await asyncio.Event().wait()

    await asyncio.to_thread(loop.add_task, tick)
    # Several, as an event loop that ends does not end its tasks in the same order each time.
    for level in (40, 80, 120, 160, 200):
        draw(canvas, level)
        async with elsewhere(app, asyncio.new_event_loop) as server:
            await comes_to_see(place(f"{server.origin}/view"), "main", level)
        assert not canvas.get_closed()
    assert len(set(ticks)) == len(ticks) == 5
    async with elsewhere(app, asyncio.new_event_loop) as server:
        await comes_to_see(place(f"{server.origin}/view"), "main", 200)
        canvas.close()
        await ended(loop)


async def test_a_program_that_each_server_makes_ends_with_it() -> None:
    kind, loop = backend()
    view = loop.asgi_app(open_access=True)
    canvases: list[RtcRenderCanvas] = []

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        canvases.append(kind(size=(64, 48), name="left"))
        draw(canvases[-1], 100 * len(canvases))
        async with view.lifespan():
            yield

    def serve() -> None:
        async def visit() -> None:
            app = Starlette(routes=[Mount("/view", view)], lifespan=lifespan)
            async with running(app, lifespan="on") as origin:
                await sees(place(f"{origin}/view"), "left", 100 * len(canvases))

        asyncio.run(visit())

    for number in (1, 2):
        await asyncio.to_thread(serve)
        assert len(canvases) == number
        assert canvases[-1].get_closed()


@pytest.mark.parametrize("begins_mounted", [True, False])
def test_the_program_goes_on_after_event_loops_that_were_closed_with_its_tasks(
    begins_mounted: bool, caplog: pytest.LogCaptureFixture
) -> None:
    kind, loop = backend()
    view = loop.asgi_app(open_access=True)
    canvases: list[RtcRenderCanvas] = []
    drawn = asyncio.Event()
    called: list[int] = []
    ticks: list[asyncio.AbstractEventLoop] = []

    def make() -> None:
        canvas = kind(size=(64, 48), draw_without_viewers=True)
        paint = bitmaps(canvas)

        def draw() -> None:
            paint()
            drawn.set()

        canvas.request_draw(draw)
        loop.add_task(tick)
        canvases.append(canvas)

    async def tick() -> None:
        ticks.append(asyncio.get_running_loop())
        await asyncio.Event().wait()

    async def visit() -> None:
        nonlocal drawn
        drawn = asyncio.Event()
        if canvases:
            canvases[0].request_draw()
        else:
            make()
        async with view.lifespan(), asyncio.timeout(5):
            await drawn.wait()

    async def end() -> None:
        canvases[0].close()
        await ended(loop)

    if begins_mounted:
        make()
    for number in range(3):
        left = asyncio.new_event_loop()
        left.run_until_complete(visit())
        # Which has no time for this any more.
        loop.call_soon_threadsafe(called.append, number)
        left.close()
    with asyncio.Runner() as runner:
        runner.run(visit())
        # What those loops left is collected, and ends nothing.
        gc.collect()
        assert "'off'" not in repr(loop)
        assert not canvases[0].get_closed()
        assert len(set(ticks)) == len(ticks) == 4
        assert called == [0, 1, 2]
        runner.run(end())
    assert {record.name for record in caplog.records} <= {"asyncio"}


def test_the_program_waits_for_no_picture_of_an_event_loop_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("rtc_canvas.rendercanvas.presenting.SHORTEST_LIMIT", 60.0)
    kind, loop = backend()
    canvas = kind(size=(64, 48), update_mode="continuous", draw_without_viewers=True)
    view = loop.asgi_app(open_access=True)
    drawn = asyncio.Semaphore(0)
    bitmap = np.zeros((48, 64, 4), np.uint8)

    class Download:
        def then(self, callback: Callable[[dict[str, Any]], object]) -> None:
            result = {"method": "bitmap", "data": bitmap, "format": "rgba-u8"}
            asyncio.get_running_loop().call_later(0.01, callback, result)

    class Context(BaseContext):  # type: ignore[misc]
        present_methods = ("bitmap",)

        def _rc_present(self, *, force_sync: bool = False) -> dict[str, Any]:
            return {"method": "async", "awaitable": Download()}

    async def visit() -> None:
        nonlocal drawn
        drawn = asyncio.Semaphore(0)
        async with view.lifespan(), asyncio.timeout(5):
            for _ in range(3):
                await drawn.acquire()

    async def end() -> None:
        canvas.close()
        await ended(loop)

    canvas.get_context(Context)
    canvas.request_draw(lambda: drawn.release())
    for _ in range(3):
        # With the newest picture under way.
        asyncio.run(visit())
    with asyncio.Runner() as runner:
        runner.run(visit())
        runner.run(end())


@pytest.mark.parametrize("turns", [0, 1])
def test_the_program_goes_on_after_an_event_loop_that_ended_at_once(turns: int) -> None:
    kind, loop = backend()
    canvas = kind(size=(64, 48))
    view = loop.asgi_app(open_access=True)

    async def visit() -> None:
        async with view.lifespan():
            for _ in range(turns):
                await asyncio.sleep(0)

    async def end() -> None:
        begun = asyncio.Event()
        loop.call_soon(begun.set)
        async with view.lifespan(), asyncio.timeout(5):
            await begun.wait()
            assert "'off'" not in repr(loop)
            canvas.close()
            await ended(loop)

    asyncio.run(visit())
    asyncio.run(visit())
    asyncio.run(end())


def test_the_program_has_the_context_of_its_app_and_not_that_of_a_request() -> None:
    kind, loop = backend()
    canvas = kind(size=(64, 48))
    user = ContextVar("user", default="nobody")
    user.set("program")
    seen: list[str] = []

    async def look() -> None:
        seen.append(user.get())
        canvas.close()

    async def request() -> None:
        user.set("ann")
        async with view.lifespan():
            await ended(loop)

    loop.add_task(look)
    view = loop.asgi_app(open_access=True)
    asyncio.run(request())
    assert seen == ["program"]


def test_a_program_that_runs_by_itself_serves_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTC_CANVAS_OPTIONS", "--port 0")
    kind, loop = backend()
    loop.asgi_app(open_access=True)
    canvas = kind()
    served: list[bool] = []

    def look() -> None:
        served.append(loop.server is not None)
        canvas.close()

    loop.call_later(0.3, look)
    loop.run()
    assert served == [True]


def test_the_rate_from_outside_comes_before_what_the_program_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RTC_CANVAS_OPTIONS", "--port 1 --fps 12")
    kind, loop = backend()
    before = kind(max_fps=30)
    loop.asgi_app(open_access=True)
    later = kind(max_fps=30)
    assert (before.rtc.fps, later.rtc.fps) == (12, 12)
    monkeypatch.setenv("RTC_CANVAS_OPTIONS", "--colour red")
    with pytest.raises(ConfigError, match="RTC_CANVAS_OPTIONS"):
        loop.aiohttp_app(open_access=True)


SITE = """
import sys
from aiohttp import web
from rtc_canvas.rendercanvas import RenderCanvas, loop

canvas = RenderCanvas(size=(64, 48), max_fps=30)
app = web.Application()
app.add_subapp("/view/", loop.aiohttp_app(open_access=True))

async def tell(app):
    print("Open", canvas.rtc.fps, flush=True)

app.on_startup.append(tell)
web.run_app(app, port=0, print=None)
print("It has ended.", flush=True)
"""


async def test_the_command_serves_nothing_after_a_site(tmp_path: Path) -> None:
    (tmp_path / "host.py").write_text(SITE)
    async with command("run", "host.py", "--fps", "12", folder=tmp_path) as running:
        assert running.url == "12.0"
        await running.ends_well()
        assert await running.line("It has ended.") == ""
        assert "loop.run()" not in running.log


def test_an_app_that_nothing_serves_is_no_program(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(SITE.partition("async def")[0])
    arguments = [sys.executable, "-m", "rtc_canvas", "run", "app.py"]
    done = subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert "app.py has a RenderCanvas and calls no loop.run()" in done.stderr


def test_the_app_has_the_name_that_it_has_elsewhere() -> None:
    program = (
        "from rtc_canvas.rendercanvas import asgi\n"
        "from rtc_canvas import rendercanvas\n"
        "print(type(asgi).__name__, asgi is rendercanvas.asgi, bool(asgi.token))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "MountedApp True True\n", done.stderr
