"""One peer's questions: which of them reach the program, and what its page is told of the others."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest

from rtc_canvas.control import Role
from rtc_canvas.peers.probes import BURST, MOST_WAITING
from rtc_canvas.program.probe import NO_PROBE
from rtc_canvas.program.probe_answer import Answer
from rtc_canvas.video.picture import Picture

from .room import Guest, StageSpy, bare_room

PICTURE = Picture(1, np.zeros((96, 128, 3), np.uint8), "rgb", 0.0, (64, 48), "first")


@contextlib.asynccontextmanager
async def asking(
    role: Role = "operator", *, needed: Role | None = "viewer"
) -> AsyncIterator[tuple[Guest, StageSpy]]:
    """A guest with a picture on its screen."""
    async with bare_room() as (room, spy):
        spy.stage.latch(probe=needed)
        guest = room.join(role)
        spy.stage.show(PICTURE)
        await guest.frame()
        yield guest, spy


def ask(guest: Guest, number: int = 7, **fields: Any) -> None:
    question = {"picture": 1, "x": 10.5, "y": 20.5, "logical": [64, 48], **fields}
    guest.tell("probe", probe=number, **question)


def errors(guest: Guest) -> list[str]:
    return [message["error"] for message in guest.told("probe")]


async def test_a_question_is_put_with_the_pixel_and_the_picture_it_is_about() -> None:
    async with asking() as (guest, spy):
        ask(guest)
        [question] = spy.questions
        asked = question.request
        assert (asked.x, asked.y, asked.pixel) == (10.5, 20.5, (21, 41))
        assert (asked.picture, asked.id, asked.peer) == (1, "first", guest.peer)
        question.answer(Answer(0.25, "0.25"))
        await guest.until_told("probe")
        assert guest.told("probe") == [{"type": "probe", "probe": 7, "value": 0.25, "text": "0.25"}]


async def test_coordinates_of_another_range_are_those_of_the_picture() -> None:
    async with asking() as (guest, spy):
        ask(guest, x=21, y=41, logical=[128, 96])
        assert spy.questions[0].request.pixel == (21, 41)


async def test_a_picture_that_is_not_the_newest_is_asked_about() -> None:
    async with asking() as (guest, spy):
        newer = Picture(2, np.zeros((48, 64), np.uint8), "rgb", 1.0, (64, 48), "second")
        spy.stage.show(newer)
        await guest.frame(2)
        ask(guest)
        assert spy.questions[0].request.id == "first"
        assert spy.questions[0].request.pixel == (21, 41), "by its own size"


@pytest.mark.parametrize("fields", [{"x": 64}, {"y": -0.5}, {"x": 1e9}, {"logical": [1e-320, 1]}])
async def test_outside_the_picture(fields: dict[str, Any]) -> None:
    async with asking() as (guest, spy):
        ask(guest, **fields)
        assert "outside the picture, which is 64 wide and 48 high" in errors(guest)[0]
        assert spy.questions == []


async def test_a_picture_that_is_not_known_any_more() -> None:
    async with asking() as (guest, spy):
        ask(guest, picture=2)
        assert errors(guest) == [
            "Picture 2 is not known any more; ask about the one on the screen."
        ]
        assert spy.questions == []


async def test_a_program_without_a_probe() -> None:
    async with asking(needed=None) as (guest, spy):
        ask(guest)
        assert errors(guest) == [NO_PROBE]
        assert spy.questions == []


async def test_who_has_not_the_right() -> None:
    async with asking("viewer", needed="operator") as (guest, spy):
        ask(guest)
        assert errors(guest) == [
            "Only with the role 'operator' may one ask for values here; yours is 'viewer'."
        ]
        assert spy.questions == []


async def test_so_many_wait_and_no_more() -> None:
    async with asking() as (guest, spy):
        for number in range(MOST_WAITING + 1):
            ask(guest, number)
        assert len(spy.questions) == MOST_WAITING
        assert errors(guest)[0].startswith("4 questions wait for an answer already")
        assert guest.told("probe")[0]["probe"] == MOST_WAITING
        spy.questions[0].answer(Answer(1, "1"))
        await guest.until_told("probe", probe=0)
        ask(guest)
        assert len(spy.questions) == MOST_WAITING + 1


async def test_a_flood_is_answered_for_a_while_and_then_counted() -> None:
    async with asking() as (guest, _):
        # Answered at once, and so not one that waits.
        for number in range(100):
            ask(guest, number, picture=99)
        sentences = errors(guest)
        assert BURST <= sum("is not known" in sentence for sentence in sentences) < 2 * BURST
        assert BURST <= sum("questions a second" in sentence for sentence in sentences) < 2 * BURST
        assert guest.peer.stats.dropped_input["flood"] == 100 - len(sentences)


async def test_each_kind_of_refusal_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    async with asking() as (guest, _):
        for number in range(3):
            ask(guest, number, picture=99)
            ask(guest, number, x=-1)
    assert [message for message in caplog.messages if "refused" in message] == [
        "peer peer-1: A probe was refused: Picture 99 is not known any more; ask about the one on the screen.",
        "peer peer-1: A probe was refused: The point (-1, 20.5) is outside the picture, which is 64 wide and "
        "48 high; ask for one inside.",
    ]


async def test_whoever_takes_too_long_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rtc_canvas.program.probe.LONGEST", 0.01)
    async with asking() as (guest, spy):
        ask(guest)
        await guest.until_told("probe")
        assert "has not answered within" in errors(guest)[0]
        assert not spy.questions[0].open
        spy.questions[0].answer(Answer(1, "1"))
        await asyncio.sleep(0)
        assert len(guest.told("probe")) == 1


async def test_whoever_leaves_is_not_answered() -> None:
    async with asking() as (guest, spy):
        ask(guest)
        await guest.peer.end("Gone.", retry=False)
        assert not spy.questions[0].open
        spy.questions[0].answer(Answer(1, "1"))
        await asyncio.sleep(0)
        assert guest.told("probe") == []


async def test_a_probe_that_comes_later_is_told_to_those_who_are_there() -> None:
    async with asking("viewer", needed=None) as (guest, spy):
        assert guest.told("probes") == [{"type": "probes", "registered": False, "allowed": False}]
        spy.stage.latch(probe="operator")
        await guest.until_told("probes", registered=True, allowed=False)
        spy.stage.latch(probe="viewer")
        await guest.until_told("probes", registered=True, allowed=True)
