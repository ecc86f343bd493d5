"""The thread that draws and handles: its start, its end, and the event loop beside it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncIterator, Callable

import pytest

from rtc_canvas.events import ProgramEvent
from rtc_canvas.program.drawing import Drawing, DrawRequest

from .room import Seen
from .test_drawing import Program, event, typed, watched


@contextlib.asynccontextmanager
async def running(program: Program) -> AsyncIterator[Drawing]:
    drawing, _ = watched(program)
    drawing.start(asyncio.get_running_loop())
    try:
        yield drawing
    finally:
        await drawing.stop()


async def test_draws_and_handlers_share_one_daemon_thread() -> None:
    seen: Seen[threading.Thread] = Seen()
    program = Program()
    program.on_shown = lambda array: seen(threading.current_thread())
    async with running(program) as drawing:
        drawing.on(("key_down",), lambda event: seen(threading.current_thread()))
        drawing.take_events([event()])
        threads = await seen.take(2)
    assert threads[0] is threads[1]
    assert threads[0] is not threading.main_thread()
    assert threads[0].daemon


class Elsewhere(threading.Thread):
    """The thread of a program's own event loop."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.loop = asyncio.new_event_loop()

    def run(self) -> None:
        self.loop.run_forever()

    def end(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.join()
        self.loop.close()


async def test_a_programs_own_loop_has_handlers_on_its_thread_also_async_ones() -> None:
    seen: Seen[threading.Thread] = Seen()
    waiting: Seen[bool] = Seen()
    elsewhere = Elsewhere()
    elsewhere.start()

    async def handle(event: ProgramEvent) -> None:
        await asyncio.sleep(0)
        seen(threading.current_thread())
        try:
            await asyncio.Event().wait()
        finally:
            waiting(False)

    async with running(Program()) as drawing:
        drawing.call_soon = elsewhere.loop.call_soon_threadsafe
        drawing.on(("key_down",), lambda event: seen(threading.current_thread()))
        drawing.take_events([event()])
        assert await seen.next() is elsewhere
        drawing.on(("key_up",), handle)
        drawing.take_events([event("key_up")])
        assert await seen.next() is elsewhere
    assert await waiting.next() is False, "it is cancelled at the stop"
    elsewhere.end()


async def test_a_programs_own_loop_that_does_not_run_leaves_handlers_where_they_are() -> None:
    seen: Seen[str] = Seen()

    def call_soon(function: Callable[[], None]) -> None:
        raise RuntimeError("It does not run.")

    async with running(Program()) as drawing:
        drawing.call_soon = call_soon
        drawing.on(("key_down",), lambda event: seen(threading.current_thread().name))
        drawing.take_events([event()])
        assert await seen.next() == "rtc_canvas drawing"


async def test_a_programs_own_loop_that_forgets_a_call_does_not_keep_the_thread() -> None:
    called: Seen[Callable[[], None]] = Seen()
    async with running(Program()) as drawing:
        drawing.call_soon = called
        drawing.on(("key_down",), lambda event: None)
        drawing.take_events([event()])
        await called.next()
        thread = drawing.halt()
    assert thread is not None
    await asyncio.to_thread(thread.join, 5)
    assert not thread.is_alive()


async def test_async_handlers_are_started_on_the_loop_in_the_order_of_events() -> None:
    started: list[tuple[int, threading.Thread]] = []
    done: Seen[int] = Seen()

    async def handle(event: ProgramEvent) -> None:
        started.append((event["number"], threading.current_thread()))
        await asyncio.sleep(0)
        done(event["number"])

    async with running(Program()) as drawing:
        drawing.on(("key_down",), handle)
        drawing.take_events([event(number=number) for number in range(20)])
        assert await done.take(20) == list(range(20))
    assert started == [(number, threading.current_thread()) for number in range(20)]


async def test_an_async_handler_counts_when_it_returns() -> None:
    may_return = asyncio.Event()
    entered: Seen[ProgramEvent] = Seen()
    drawn: Seen[object] = Seen()

    async def handle(event: ProgramEvent) -> None:
        entered(event)
        await may_return.wait()

    program = Program()
    program.on_shown = drawn
    async with running(program) as drawing:
        assert await drawn.next() == "picture 0"
        drawing.on(("key_down",), handle)
        drawing.take_events([typed(7)])
        await entered.next()
        drawing.beat.interval = 0
        assert drawing.next_work() is None, "no draw is wanted yet"
        may_return.set()
        assert await drawn.next() == "picture 1"
    assert program.included == [{}, {"p1": 7}]


@pytest.mark.parametrize("raised", [ZeroDivisionError, SystemExit])
async def test_a_failing_async_handler_is_logged(
    caplog: pytest.LogCaptureFixture, raised: type[BaseException]
) -> None:
    failed: Seen[ProgramEvent] = Seen()

    async def handle(event: ProgramEvent) -> None:
        failed(event)
        raise raised

    async with running(Program()) as drawing:
        drawing.on(("key_down",), handle)
        drawing.take_events([event(), event()])
        await failed.take(2)
    assert [bool(record.exc_info) for record in caplog.records] == [True, False]


async def test_async_handlers_are_cancelled_at_the_stop() -> None:
    entered: Seen[ProgramEvent] = Seen()
    ends: list[str] = []

    async def handle(event: ProgramEvent) -> None:
        entered(event)
        try:
            await asyncio.Event().wait()
        finally:
            ends.append("cancelled")

    async with running(Program()) as drawing:
        drawing.on(("key_down",), handle)
        drawing.take_events([event(), event()])
        await entered.take(2)
    assert ends == ["cancelled", "cancelled"]


async def test_the_last_events_are_handled_before_the_stop() -> None:
    gate = threading.Event()
    entered: Seen[str] = Seen()
    handled: list[str] = []

    def handle(event: ProgramEvent) -> None:
        handled.append(event["type"])
        entered(event["type"])
        gate.wait(5)

    async with running(Program()) as drawing:
        drawing.on(("*",), handle)
        drawing.take_events([event("key_down")])
        await entered.next()
        drawing.take_events([event("key_up"), event("leave")])
        # Runs when the stop has begun to wait.
        asyncio.get_running_loop().call_soon(gate.set)
    assert handled == ["key_down", "key_up", "leave"]


async def test_a_draw_that_hangs_is_left_behind_with_one_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("rtc_canvas.program.drawing.JOIN_TIMEOUT", 0.05)
    gate = threading.Event()
    entered: Seen[DrawRequest] = Seen()

    def hanging(request: DrawRequest) -> None:
        entered(request)
        gate.wait(5)

    async with running(Program()) as drawing:
        drawing.draw = hanging
        drawing.request_draw()
        await entered.next()
    gate.set()
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert "hanging has not returned for 0.05 s" in record.message


async def test_a_handler_that_hangs_is_named_too(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("rtc_canvas.program.drawing.JOIN_TIMEOUT", 0.05)
    gate = threading.Event()
    entered: Seen[ProgramEvent] = Seen()

    def hanging(event: ProgramEvent) -> None:
        entered(event)
        gate.wait(5)

    async with running(Program()) as drawing:
        drawing.on(("key_down",), hanging)
        drawing.take_events([event()])
        await entered.next()
    gate.set()
    [record] = caplog.records
    assert "The handler" in record.message
    assert "hanging has not returned" in record.message


async def test_it_starts_again_after_a_stop() -> None:
    drawn: Seen[object] = Seen()
    program = Program()
    program.on_shown = drawn
    async with running(program) as drawing:
        assert await drawn.next() == "picture 0"
        await drawing.stop()
        await drawing.stop()
        drawing.request_draw()
        drawing.start(asyncio.get_running_loop())
        assert await drawn.next() == "picture 1"


async def test_the_thread_ends_with_a_drawing_that_nobody_holds() -> None:
    drawing, stage = watched(Program())
    stage.listener = None
    drawing.start(asyncio.get_running_loop())
    [thread] = [t for t in threading.enumerate() if t.name == "rtc_canvas drawing"]
    del drawing
    await asyncio.to_thread(thread.join, 5)
    assert not thread.is_alive()
