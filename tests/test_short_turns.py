"""While there is a server, a thread that computes gives way soon, and afterwards as before."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from rtc_canvas import Canvas, serve
from rtc_canvas.serving.short_turns import SHORT, USUAL, ShortTurns


@pytest.fixture(autouse=True)
def usual_turns() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(USUAL)
    yield
    sys.setswitchinterval(before)


def test_that_is_what_cpython_has() -> None:
    assert sys.getswitchinterval() == pytest.approx(USUAL)


async def test_they_are_short_while_there_is_a_server() -> None:
    async with serve(Canvas(), port=0, open_access=True):
        assert sys.getswitchinterval() == pytest.approx(SHORT)
    assert sys.getswitchinterval() == pytest.approx(USUAL)


def test_the_last_of_several_servers_gives_them_back() -> None:
    one, other = ShortTurns(), ShortTurns()
    one.end()
    one.end()
    assert sys.getswitchinterval() == pytest.approx(SHORT)
    other.end()
    assert sys.getswitchinterval() == pytest.approx(USUAL)


@pytest.mark.parametrize("chosen", [0.02, 0.00001])
def test_a_program_keeps_what_it_has_chosen_before(chosen: float) -> None:
    sys.setswitchinterval(chosen)
    turns = ShortTurns()
    assert sys.getswitchinterval() == pytest.approx(chosen)
    turns.end()
    assert sys.getswitchinterval() == pytest.approx(chosen)


def test_a_program_keeps_what_it_has_chosen_since() -> None:
    turns = ShortTurns()
    sys.setswitchinterval(0.001)
    turns.end()
    assert sys.getswitchinterval() == pytest.approx(0.001)
