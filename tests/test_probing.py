"""The probe on the canvas's thread: its turn among draws and handlers, and its failures."""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import Any

import pytest

from rtc_canvas.events import ProgramEvent
from rtc_canvas.exceptions import ProbeError
from rtc_canvas.program.drawing import Drawing, DrawRequest
from rtc_canvas.program.probe import NO_PROBE, Outcome, ProbeRequest, Question
from rtc_canvas.program.probe_answer import Answer
from rtc_canvas.program.probing import PROBE_FAILED

from .room import Seen
from .test_drawing import Program, event, watched, work_off
from .test_drawing_thread import running


def question(number: int, outcomes: Seen[Outcome]) -> Question:
    return Question(ProbeRequest(0, 0, (0, 0), number, None, None), outcomes)


async def outcome_of(drawing: Drawing) -> Outcome:
    """What comes of one question."""
    outcomes: Seen[Outcome] = Seen()
    drawing.ask(question(1, outcomes))
    work_off(drawing)
    return await outcomes.next()


# Its turn.


async def test_handlers_come_first_then_draws_and_questions_by_turns() -> None:
    did: list[str] = []

    def draw(request: DrawRequest) -> None:
        did.append("draw")
        if len(did) < 7:
            drawing.request_draw()

    drawing, _ = watched(Program())
    drawing.draw = draw
    drawing.beat.interval = 0
    drawing.probe_by(lambda request: did.append(f"probe {request.picture}"))
    drawing.on(("key_down",), lambda event: did.append("handler"))
    outcomes: Seen[Outcome] = Seen()
    for number in (1, 2, 3):
        drawing.ask(question(number, outcomes))
    drawing.take_events([event()])
    work_off(drawing)
    assert did == ["handler", "probe 1", "draw", "probe 2", "draw", "probe 3", "draw"]
    await outcomes.take(3)


async def test_it_is_asked_although_nothing_is_drawn() -> None:
    drawing, _ = watched(Program())
    drawing.draw = None
    drawing.probe_by(lambda request: request.picture)
    assert await outcome_of(drawing) == Answer(1, "1")


async def test_a_question_that_nobody_waits_for_is_not_put() -> None:
    asked: list[int] = []
    drawing, _ = watched(Program())
    drawing.probe_by(lambda request: asked.append(request.picture))
    outcomes: Seen[Outcome] = Seen()
    first, second = question(1, outcomes), question(2, outcomes)
    drawing.ask(first)
    drawing.ask(second)
    first.drop()
    work_off(drawing)
    await outcomes.next()
    assert asked == [2]


async def test_it_shares_the_thread_of_draws() -> None:
    threads: Seen[threading.Thread] = Seen()
    outcomes: Seen[Outcome] = Seen()
    program = Program()
    program.on_shown = lambda array: threads(threading.current_thread())
    async with running(program) as drawing:
        drawing.probe_by(lambda request: threads(threading.current_thread()))
        drawing.ask(question(1, outcomes))
        one, other = await threads.take(2)
        await outcomes.next()
    assert one is other is not threading.current_thread()


async def test_a_coroutine_function_runs_on_the_loop() -> None:
    async def probe(request: ProbeRequest) -> str:
        await asyncio.sleep(0)
        return threading.current_thread().name

    outcomes: Seen[Outcome] = Seen()
    async with running(Program()) as drawing:
        drawing.probe_by(probe)
        drawing.ask(question(1, outcomes))
        name = threading.current_thread().name
        assert await outcomes.next() == Answer(name, name)


# Its failures.


async def test_one_that_raises_is_logged_once_in_full_then_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def probe(request: ProbeRequest) -> float:
        return 1 / 0

    drawing, _ = watched(Program())
    drawing.probe_by(probe)
    for _ in range(3):
        failed = await outcome_of(drawing)
        assert isinstance(failed, ProbeError)
        assert str(failed) == PROBE_FAILED
    assert [bool(record.exc_info) for record in caplog.records] == [True, False, False]
    again = "probe failed again (3 times): ZeroDivisionError('division by zero')"
    assert caplog.messages[2].endswith(again)


@pytest.mark.parametrize("raised", [SystemExit(1), KeyboardInterrupt()])
async def test_nothing_that_it_raises_ends_the_thread(raised: BaseException) -> None:
    def probe(request: ProbeRequest) -> object:
        raise raised

    drawing, _ = watched(Program())
    drawing.probe_by(probe)
    assert str(await outcome_of(drawing)) == PROBE_FAILED


async def test_a_coroutine_that_raises_is_the_same(caplog: pytest.LogCaptureFixture) -> None:
    async def probe(request: ProbeRequest) -> object:
        raise ZeroDivisionError

    drawing, _ = watched(Program())
    drawing.probe_by(probe)
    assert str(await outcome_of(drawing)) == PROBE_FAILED
    assert "ZeroDivisionError" in caplog.text


async def test_a_coroutine_that_exits_does_not_end_the_servers_loop() -> None:
    async def probe(request: ProbeRequest) -> object:
        raise SystemExit

    async with running(Program()) as drawing:
        drawing.probe_by(probe)
        outcomes: Seen[Outcome] = Seen()
        drawing.ask(question(1, outcomes))
        assert str(await outcomes.next()) == PROBE_FAILED


async def test_what_cannot_be_told_is_a_failure_that_the_page_is_told_in_full(
    caplog: pytest.LogCaptureFixture,
) -> None:
    drawing, _ = watched(Program())
    drawing.probe_by(lambda request: b"bytes")
    assert "returned bytes" in str(await outcome_of(drawing))
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


async def test_another_probe_starts_anew(caplog: pytest.LogCaptureFixture) -> None:
    def broken(request: ProbeRequest) -> Any:
        raise ZeroDivisionError

    drawing, _ = watched(Program())
    for probe in (broken, broken):
        drawing.probe_by(probe)
        await outcome_of(drawing)
    assert [bool(record.exc_info) for record in caplog.records] == [True, True]
    drawing.probe_by(lambda request: 1)
    assert await outcome_of(drawing) == Answer(1, "1")


async def test_without_one_the_answer_says_so() -> None:
    drawing, _ = watched(Program())
    assert str(await outcome_of(drawing)) == NO_PROBE


async def test_a_failing_probe_disturbs_no_handler() -> None:
    handled: list[ProgramEvent] = []
    drawing, _ = watched(Program())
    drawing.probe_by(lambda request: 1 / 0)
    drawing.on(("key_down",), handled.append)
    drawing.take_events([event()])
    await outcome_of(drawing)
    assert len(handled) == 1
