"""From a point to its pixel, and from a question to its answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.exceptions import ProbeError
from rtc_canvas.program.probe import LONGEST, Outcome, ProbeRequest, Question, pixel_at
from rtc_canvas.program.probe_answer import Answer, answer_of

from .room import Seen

REQUEST = ProbeRequest(1.5, 2.5, (1, 2), 7, "seven", None)


# Pixels.


@pytest.mark.parametrize(
    ("point", "pixel"),
    [((0, 0), (0, 0)), ((31.99, 0), (63, 0)), ((16, 12), (32, 24)), ((0.5, 23.99), (1, 47))],
)
def test_the_pixel_at_a_point(point: tuple[float, float], pixel: tuple[int, int]) -> None:
    assert pixel_at(*point, (32, 24), (64, 48)) == pixel


@pytest.mark.parametrize("point", [(-0.01, 5), (32, 5), (5, 24), (5, -1e6), (float("nan"), 5)])
def test_a_point_outside_has_none(point: tuple[float, float]) -> None:
    with pytest.raises(ProbeError, match="outside the picture, which is 32 wide and 24 high"):
        pixel_at(*point, (32, 24), (64, 48))


side = st.floats(0.1, 16_384)


@given(st.tuples(side, side), st.tuples(st.integers(16, 4096), st.integers(16, 4096)), st.data())
def test_each_point_inside_has_one(
    logical: tuple[float, float], size: tuple[int, int], data: st.DataObject
) -> None:
    x, y = (data.draw(st.floats(0, end, exclude_max=True)) for end in logical)
    column, row = pixel_at(x, y, logical, size)
    assert 0 <= column < size[0]
    assert 0 <= row < size[1]
    assert column <= x * size[0] / logical[0] <= column + 1
    assert row <= y * size[1] / logical[1] <= row + 1


# Questions.


LAST = Answer("last", "last")


async def nothing_more(outcomes: Seen[Outcome]) -> None:
    """What had been said in any thread before this has been told, and nobody was told of it."""
    asyncio.get_running_loop().call_soon_threadsafe(outcomes, LAST)
    assert await outcomes.next() is LAST


async def test_it_is_answered_once_from_any_thread() -> None:
    outcomes: Seen[Outcome] = Seen()
    question = Question(REQUEST, outcomes)
    threads = [
        threading.Thread(target=question.answer, args=(Answer(value, str(value)),))
        for value in (1, 2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert isinstance(await outcomes.next(), Answer)
    await nothing_more(outcomes)
    assert not question.open


async def test_it_waits_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    assert LONGEST == 2
    monkeypatch.setattr("rtc_canvas.program.probe.LONGEST", 0.01)
    outcomes: Seen[Outcome] = Seen()
    question = Question(REQUEST, outcomes)
    slow = await outcomes.next()
    assert isinstance(slow, ProbeError)
    assert slow.reason == "slow"
    question.answer(Answer(1, "1"))
    await nothing_more(outcomes)


async def test_one_that_is_dropped_tells_nothing() -> None:
    outcomes: Seen[Outcome] = Seen()
    question = Question(REQUEST, outcomes)
    question.drop()
    question.answer(Answer(1, "1"))
    await nothing_more(outcomes)


def test_answering_after_the_loop_is_gone_does_nothing() -> None:
    async def ask() -> Question:
        question = Question(REQUEST, lambda outcome: None)
        question.drop()
        return question

    question = asyncio.run(ask())
    question.answer(Answer(1, "1"))
    question.follow(value_later([]), finish)


# Coroutines.


async def value_later(steps: list[str]) -> float:
    steps.append("begun")
    try:
        await asyncio.sleep(0)
    finally:
        steps.append("ended")
    return 1.5


async def never(steps: list[str]) -> None:
    steps.append("begun")
    try:
        await asyncio.Event().wait()
    finally:
        steps.append("ended")


async def finish(coroutine: Coroutine[Any, Any, object]) -> Outcome:
    return answer_of(await coroutine)


async def test_a_coroutine_answers_when_it_returns() -> None:
    outcomes: Seen[Outcome] = Seen()
    question = Question(REQUEST, outcomes)
    question.follow(value_later([]), finish)
    assert await outcomes.next() == Answer(1.5, "1.5")


async def test_a_coroutine_is_cancelled_once_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rtc_canvas.program.probe.LONGEST", 0.01)
    steps: list[str] = []
    outcomes: Seen[Outcome] = Seen()
    Question(REQUEST, outcomes).follow(never(steps), finish)
    assert isinstance(await outcomes.next(), ProbeError)
    await asyncio.sleep(0)
    assert steps == ["begun", "ended"]


@pytest.mark.parametrize("moment", ["before it is followed", "before it begins"])
async def test_a_coroutine_that_nobody_waits_for_does_not_begin(moment: str) -> None:
    steps: list[str] = []
    question = Question(REQUEST, lambda outcome: None)
    drop: Callable[[], None] = question.drop
    if moment == "before it is followed":
        drop()
    question.follow(value_later(steps), finish)
    asyncio.get_running_loop().call_soon(drop)
    # Begun, followed, and told to end: a turn for each.
    for _ in range(3):
        await asyncio.sleep(0)
    assert steps == []
