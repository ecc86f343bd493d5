"""Draws whose picture comes later, or never."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from rendercanvas.contexts import BaseContext
from rendercanvas.contexts.wgpucontext import AsyncImageDownloadAction

from rtc_canvas import serve
from rtc_canvas.rendercanvas import presenting
from rtc_canvas.rendercanvas.canvas import RtcRenderCanvas
from rtc_canvas.rendercanvas.presenting import REMEMBERED, Limit, Presenting

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


# How long a picture is waited for.


def test_the_first_picture_may_take_ten_seconds() -> None:
    assert Limit().seconds == 10


@pytest.mark.parametrize(("took", "limit"), [(0.01, 2.0), (3.0, 15.0), (20.0, 60.0)])
def test_a_picture_may_take_five_times_as_long_as_the_last_ones(took: float, limit: float) -> None:
    limits = Limit()
    limits.take(took)
    limits.take(0.01)
    assert limits.seconds == limit
    for _ in range(REMEMBERED):
        limits.take(0.02)
    assert limits.seconds == 2


@pytest.mark.parametrize("took", [9.0, 12.0, 35.0, 59.0])
@pytest.mark.parametrize("before", [(), (0.01,)])
def test_where_pictures_take_longer_than_the_limit_they_come_after_a_few_draws(
    took: float, before: tuple[float, ...]
) -> None:
    limit = Limit()
    for quick in before:
        limit.take(quick)
    for _ in range(5):
        if limit.seconds < took:
            limit.miss()
    assert limit.seconds > took
    limit.take(took)
    assert limit.seconds > took


class Clock:
    """Stands for `time`, at a moment that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


def test_a_picture_that_was_given_up_says_how_long_they_take_and_nothing_of_the_newest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    monkeypatch.setattr(presenting, "time", clock)
    arrived: list[float] = []
    waits = Presenting(lambda: arrived.append(clock.now))
    context = SlowContext({"method": "bitmap", "formats": ["rgba-u8"]})
    waits.listen(context)
    assert waits.patience(clock.now) == 0
    context._rc_present()
    assert waits.patience(103.0) == 7
    assert waits.patience(110.0) == 0
    clock.now = 110.0
    context._rc_present()
    assert waits.patience(110.0) == 20
    clock.now = 112.0
    context.later[0].comes(**picture())
    assert not arrived
    assert waits.patience(112.0) == 58
    context.later[1].comes(**picture())
    assert arrived == [112.0]
    assert waits.patience(112.0) == 0


def test_a_picture_that_fails_says_nothing_of_how_long_they_take() -> None:
    arrived: list[bool] = []
    waits = Presenting(lambda: arrived.append(True))
    context = SlowContext({"method": "bitmap", "formats": ["rgba-u8"]})
    waits.listen(context)
    context._rc_present()
    context.later[0].comes(method="fail")
    assert arrived
    context._rc_present()
    assert waits.patience(time.monotonic()) > 9


async def test_a_download_that_breaks_off_holds_nothing_up_for_long(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(presenting, "SHORTEST_LIMIT", 0.2)
    monkeypatch.setattr(presenting, "SLOWER", 1.0)
    async with shown(way=orange_by_gpu) as (program, room):
        guest = room.join()
        await program.until(lambda: program.drawn)
        await owes_nothing(program)

        def broken(*arguments: Any) -> None:
            raise RuntimeError("The memory is gone.")

        with monkeypatch.context() as patch:
            patch.setattr(AsyncImageDownloadAction, "_get_bitmap", broken)
            await is_answered_soon(program, guest)
        assert "The memory is gone." in caplog.text
        pictures = program.canvas.get_stats()["encoded_frames"]
        await is_answered_soon(program, guest)
        assert program.canvas.get_stats()["encoded_frames"] > pictures


async def test_an_animation_goes_on_after_a_picture_that_never_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(presenting, "FIRST_LIMIT", 0.2)
    async with shown(way=slowly, update_mode="continuous") as (program, room):
        room.join()
        await program.until(lambda: program.drawn == 2)


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
