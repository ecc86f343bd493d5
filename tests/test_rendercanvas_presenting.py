"""Draws whose picture comes later, or never."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from rendercanvas.contexts import BaseContext

from rtc_canvas import serve
from rtc_canvas.rendercanvas.canvas import RtcRenderCanvas

from .receiver import pixels, receiver
from .rendercanvas_canvases import Program, bitmaps, orange_by_gpu, shown
from .room import Guest

pytestmark = pytest.mark.usefixtures("gpu")

ORANGE = (255, 188, 0)


class DrawCancelled(Exception):
    """What rendercanvas knows by its name."""


async def is_answered_soon(program: Program, guest: Guest) -> None:
    """A key is handled and drawn, and then no picture is owed any more."""
    drawn = program.drawn
    async with asyncio.timeout(1):
        guest.send("key_down")
        await program.until(lambda: program.drawn > drawn)
        await owes_nothing(program)


async def owes_nothing(program: Program) -> None:
    async with asyncio.timeout(1):
        while program.canvas.rtc.expects_picture:  # noqa: ASYNC110
            await asyncio.sleep(0.001)


@pytest.mark.parametrize("way", [bitmaps, orange_by_gpu])
@pytest.mark.parametrize("failure", [ValueError("The program's own."), DrawCancelled()])
async def test_a_draw_that_fails_before_it_presents_anything_holds_nothing_up(
    way: Callable[[RtcRenderCanvas], Callable[[], None]], failure: Exception
) -> None:
    failing = True

    def fails_at_first(canvas: RtcRenderCanvas) -> Callable[[], None]:
        paint = way(canvas)

        def draw() -> None:
            if failing:
                raise failure
            paint()

        return draw

    async with shown(way=fails_at_first) as (program, room):
        guest = room.join()
        await program.until(lambda: program.drawn)
        await owes_nothing(program)
        await is_answered_soon(program, guest)
        failing = False
        await is_answered_soon(program, guest)
        assert room.audience.newest is not None


async def test_a_picture_that_cannot_be_fetched_holds_nothing_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with shown(way=orange_by_gpu) as (program, room):
        guest = room.join()
        await program.until(lambda: program.drawn)
        await owes_nothing(program)

        def lost(*arguments: Any) -> None:
            raise RuntimeError("The device is lost.")

        monkeypatch.setattr(program.context._downloader, "initiate_download", lost)
        await is_answered_soon(program, guest)
        await is_answered_soon(program, guest)


class Later:
    """A picture that comes once a test says so."""

    def __init__(self) -> None:
        self._callbacks: list[Callable[[dict[str, Any]], object]] = []

    def then(self, callback: Callable[[dict[str, Any]], object]) -> None:
        self._callbacks.append(callback)

    def comes(self, **result: Any) -> None:
        for callback in self._callbacks:
            callback(dict(result))


class SlowContext(BaseContext):  # type: ignore[misc]
    """Presents later what was drawn; at once where it has to."""

    present_methods = ("bitmap",)

    def __init__(self, present_info: dict[str, Any]) -> None:
        super().__init__(present_info)
        self.later: list[Later] = []

    def _rc_present(self, *, force_sync: bool = False) -> dict[str, Any]:
        if force_sync:
            return picture()
        self.later.append(Later())
        return {"method": "async", "awaitable": self.later[-1]}


def picture() -> dict[str, Any]:
    return {"method": "bitmap", "data": np.zeros((48, 64, 4), np.uint8), "format": "rgba-u8"}


def slowly(canvas: RtcRenderCanvas) -> Callable[[], None]:
    canvas.get_context(SlowContext)
    return lambda: None


async def test_pictures_that_come_later_leave_no_timers_behind() -> None:
    async with shown(way=slowly, update_mode="continuous", max_fps=240) as (program, room):
        room.join()
        most = 0
        for number in range(40):
            await program.until(lambda number=number: program.drawn > number)
            program.context.later[number].comes(**picture())
            names = [task.get_name() for task in asyncio.all_tasks()]
            most = max(most, names.count("call_later"))
        assert 0 < most <= 3


@pytest.mark.parametrize("result", [picture(), {"method": "fail", "message": "It is lost."}])
async def test_the_next_draw_waits_until_the_picture_of_the_last_one_is_there_or_has_failed(
    result: dict[str, Any],
) -> None:
    async with shown(way=slowly, answers=False) as (program, room):
        room.join()
        await program.until(lambda: program.drawn)
        program.canvas.request_draw()
        await asyncio.sleep(0.1)
        assert program.drawn == 1
        assert program.canvas.rtc.expects_picture
        program.context.later[0].comes(**result)
        await program.until(lambda: program.drawn == 2)
        program.context.later[1].comes(**picture())
        await owes_nothing(program)


async def test_a_draw_that_is_forced_takes_the_place_of_the_one_under_way() -> None:
    async with shown(way=slowly, answers=False) as (program, room):
        room.join()
        await program.until(lambda: program.drawn)
        program.canvas.force_draw()
        await owes_nothing(program)
        program.canvas.request_draw()
        await program.until(lambda: program.drawn == 3)


async def test_a_draw_that_is_forced_began_when_it_was_forced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with shown() as (program, _):
        await program.until(lambda: program.drawn)
        pushed: list[float] = []

        def push(array: object, *, copy: bool, began: float) -> None:
            pushed.append(began)

        monkeypatch.setattr(program.canvas.rtc, "push", push)
        before = time.monotonic()
        program.canvas.force_draw()
        assert before <= pushed[-1] <= time.monotonic()


@pytest.mark.parametrize(("way", "colour"), [(orange_by_gpu, ORANGE), (bitmaps, (200, 100, 50))])
async def test_a_picture_arrives_in_the_colours_in_which_it_was_drawn(
    way: Callable[[RtcRenderCanvas], Callable[[], None]], colour: tuple[int, int, int]
) -> None:
    program = Program(way=way, draw_without_viewers=True)
    if way is bitmaps:
        bitmap = np.full((48, 64, 4), (*colour, 255), np.uint8)
        program.canvas.request_draw(lambda: program.context.set_bitmap(bitmap))
    async with serve(program.canvas.rtc, port=0) as server, receiver(server) as viewer:
        seen = pixels(await viewer.frame())
        assert seen.mean(axis=(0, 1)) == pytest.approx(colour, abs=4)
        newest = program.canvas.rtc._stage.newest
        assert newest is not None
        assert np.all(newest.pixels[:, :, :3] == colour)
    await program.end()
