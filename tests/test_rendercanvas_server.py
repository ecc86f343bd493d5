"""The server of a rendercanvas loop by itself: its beginning and end, and the canvases that come and go meanwhile."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import weakref
from collections.abc import Iterator
from typing import Any, Self

import pytest

from rtc_canvas import Canvas, Server
from rtc_canvas.rendercanvas import serving as module
from rtc_canvas.rendercanvas.serving import Serving


class SlowServer(Server):
    """Ends when it may, and tells of its beginning and end."""

    told: list[str]
    may_end: threading.Event

    async def __aenter__(self) -> Self:
        self.told.append("begins")
        return await super().__aenter__()

    async def __aexit__(self, *exception: Any) -> None:
        await asyncio.to_thread(self.may_end.wait, 5)
        await super().__aexit__(*exception)
        self.told.append("has ended")


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[SlowServer]]:
    """Has every server be one that ends slowly."""
    SlowServer.told, SlowServer.may_end = [], threading.Event()
    monkeypatch.setattr(module, "Server", SlowServer)
    yield SlowServer
    SlowServer.may_end.set()


@pytest.fixture
def serving() -> Serving:
    serving = Serving()
    serving.configure({"port": 0}, open_browser=False)
    return serving


async def until_served(serving: Serving) -> Server:
    async with asyncio.timeout(10):
        while serving.server is None:  # noqa: ASYNC110  # no event tells
            await asyncio.sleep(0.01)
        return serving.server


async def test_the_end_is_waited_for_through_a_server_that_never_began(
    serving: Serving, slow: type[SlowServer]
) -> None:
    canvas = Canvas((64, 48))
    serving.add(canvas, None)
    loop = asyncio.get_running_loop()
    serving.start(loop)
    await until_served(serving)
    serving.close_soon()
    serving.start(loop)
    serving.close_soon()
    loop.call_later(0.1, slow.may_end.set)
    await serving.ended()
    assert slow.told == ["begins", "has ended"]


async def test_a_server_waits_for_the_end_that_somebody_waits_for(
    serving: Serving, slow: type[SlowServer]
) -> None:
    canvas = Canvas((64, 48))
    serving.add(canvas, None)
    loop = asyncio.get_running_loop()
    serving.start(loop)
    await until_served(serving)
    serving.close_soon()
    waiting = asyncio.create_task(serving.ended())
    await asyncio.sleep(0)
    serving.start(loop)
    loop.call_later(0.1, slow.may_end.set)
    await waiting
    await until_served(serving)
    assert slow.told == ["begins", "has ended", "begins"]
    serving.close_soon()
    await serving.ended()


async def test_what_is_stopped_while_it_begins_gives_no_link(
    serving: Serving, capsys: pytest.CaptureFixture[str]
) -> None:
    canvas = Canvas((64, 48))
    serving.add(canvas, None)
    serving.start(asyncio.get_running_loop())
    await asyncio.sleep(0)
    serving.close_soon()
    await serving.ended()
    assert capsys.readouterr().out == ""


async def test_a_canvas_is_not_held_by_what_serves_it(serving: Serving) -> None:
    canvases = [Canvas((64, 48)) for _ in range(2)]
    for canvas in canvases:
        serving.add(canvas, None)
    serving.start(asyncio.get_running_loop())
    await until_served(serving)
    references = [weakref.ref(canvas) for canvas in canvases]
    del canvas
    canvases.clear()
    async with asyncio.timeout(5):
        while any(reference() is not None for reference in references):
            gc.collect()
            await asyncio.sleep(0.01)
    serving.close_soon()
    await serving.ended()


def test_canvases_may_come_and_go_while_they_are_looked_at(serving: Serving) -> None:
    canvases = [Canvas((64, 48)) for _ in range(50)]
    staying, others = canvases[:40], canvases[40:]
    for canvas in staying:
        serving.add(canvas, None)
    done = threading.Event()

    def come_and_go() -> None:
        while not done.is_set():
            for number, canvas in enumerate(others):
                serving.add(canvas, f"other-{number}")
            for canvas in others:
                serving.remove(canvas)

    other = threading.Thread(target=come_and_go)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    other.start()
    try:
        for _ in range(5000):
            assert len(staying) <= len(serving.canvases) <= len(canvases)
    finally:
        done.set()
        other.join()
        sys.setswitchinterval(interval)
