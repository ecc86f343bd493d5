"""What a snapshot shows of a canvas that nobody watches."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator

import numpy as np
import pytest

from rtc_canvas import Canvas, look
from rtc_canvas.audience import Audience
from rtc_canvas.program.drawing import DrawRequest, Mode
from rtc_canvas.video.picture import Pixels

from .frames import flat


@contextlib.asynccontextmanager
async def served(canvas: Canvas) -> AsyncIterator[Audience]:
    audience = canvas.open_audience()
    try:
        yield audience
    finally:
        audience.end_waiting()
        await audience.close()
        await canvas.close_audience()


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look that waited for as long as it may would be noticed."""
    monkeypatch.setattr(look, "PATIENCE", 1000.0)


async def look_at(audience: Audience) -> int | None:
    """The red of the picture that is the newest after a look."""
    await asyncio.wait_for(audience.look(), 5)
    return None if audience.newest is None else int(audience.newest.pixels[0, 0, 0])


class Program:
    """Draws the number of each draw; None and exceptions are what it does in place of that."""

    def __init__(self, canvas: Canvas) -> None:
        self.drawn = 0
        self.instead: dict[int, Exception | None] = {}
        canvas.draw(self.draw)

    def draw(self, request: DrawRequest) -> Pixels | None:
        self.drawn += 1
        instead = self.instead.get(self.drawn, self)
        if isinstance(instead, Exception):
            raise instead
        return None if instead is None else flat((self.drawn, 0, 0))


@pytest.mark.usefixtures("patience")
async def test_each_look_is_drawn_for_and_nobody_else() -> None:
    canvas = Canvas()
    program = Program(canvas)
    async with served(canvas) as audience:
        assert not canvas.wants_frame
        assert [await look_at(audience) for _ in range(3)] == [1, 2, 3]
        assert not canvas.wants_frame
        canvas.request_draw()
        await asyncio.sleep(0.05)
        assert program.drawn == 3


@pytest.mark.usefixtures("patience")
@pytest.mark.parametrize("mode", ["ondemand", "continuous"])
async def test_looks_at_once_are_all_drawn_for(mode: Mode) -> None:
    canvas = Canvas(mode=mode)
    Program(canvas)
    async with served(canvas) as audience:
        first = await look_at(audience) or 0
        reds = await asyncio.gather(*(look_at(audience) for _ in range(3)))
        assert all(red is not None and red > first for red in reds)
        assert not canvas.wants_frame


@pytest.mark.usefixtures("patience")
@pytest.mark.parametrize("mode", ["ondemand", "continuous"])
async def test_a_draw_that_fails_or_has_nothing_new_is_not_waited_for(mode: Mode) -> None:
    canvas = Canvas(mode=mode)
    program = Program(canvas)
    async with served(canvas) as audience:
        first = await look_at(audience)
        program.instead = dict.fromkeys(range(program.drawn + 1, 1000))
        assert await look_at(audience) == first
        program.instead = dict.fromkeys(range(program.drawn + 1, 1000), ZeroDivisionError())
        assert await look_at(audience) == first


async def test_a_slow_draw_is_waited_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look, "PATIENCE", 0.05)
    canvas = Canvas()
    may_go_on = threading.Event()
    canvas.push(flat((7, 0, 0)))

    @canvas.draw
    def draw(request: DrawRequest) -> Pixels:
        may_go_on.wait(5)
        return flat((8, 0, 0))

    async with served(canvas) as audience:
        try:
            assert await look_at(audience) == 7
        finally:
            may_go_on.set()


@pytest.mark.usefixtures("patience")
async def test_where_somebody_watches_the_newest_picture_is_the_right_one() -> None:
    loop, canvas = asyncio.get_running_loop(), Canvas()
    program = Program(canvas)
    async with served(canvas) as audience:
        drawn = asyncio.Event()

        def notify() -> None:
            loop.call_soon_threadsafe(drawn.set)

        canvas.open_track(notify)
        try:
            await asyncio.wait_for(drawn.wait(), 5)
            assert await look_at(audience) == 1
            assert program.drawn == 1
        finally:
            canvas.close_track(notify)


@pytest.mark.usefixtures("patience")
async def test_nothing_is_waited_for_where_the_program_draws_nothing() -> None:
    canvas = Canvas()
    async with served(canvas) as audience:
        assert await look_at(audience) is None
        canvas.push(np.zeros((48, 64, 3), np.uint8))
        assert await look_at(audience) == 0


@pytest.mark.usefixtures("patience")
async def test_a_picture_that_the_programs_own_loop_owes_is_waited_for() -> None:
    canvas = Canvas()
    wanted = asyncio.Event()
    loop = asyncio.get_running_loop()

    @canvas.notify
    def notify(types: frozenset[str]) -> None:
        if canvas.wants_frame:
            loop.call_soon(wanted.set)

    async with served(canvas) as audience:
        canvas.expects_picture = True
        looking = asyncio.create_task(look_at(audience))
        await asyncio.wait_for(wanted.wait(), 5)
        assert not looking.done()
        canvas.push(flat((5, 0, 0)))
        assert await looking == 5


@pytest.mark.usefixtures("patience")
async def test_a_canvas_that_is_served_no_longer_is_not_waited_for() -> None:
    canvas = Canvas()
    canvas.expects_picture = True
    async with served(canvas) as audience:
        looking = asyncio.create_task(look_at(audience))
        await asyncio.sleep(0.01)
        assert not looking.done()
        audience.end_waiting()
        assert await looking is None
        assert await look_at(audience) is None
