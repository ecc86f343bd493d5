"""How far a page's clock is from the server's."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.peers.clock_offset import DRIFT, FRESH, OPEN, ClockOffset

OFFSET = 1234.5
"""The server's clock less the page's."""


def ask(clock: ClockOffset, now: float, there: float, back: float) -> float:
    """One question that takes so long to get there, and so long back; when it is answered."""
    number = clock.ask(now)
    clock.answer(number, now + there - OFFSET, now + there + back)
    return now + there + back


def test_nothing_is_known_at_first() -> None:
    clock = ClockOffset()
    assert clock.to_server(5.0, 10.0) is None
    assert clock.error(10.0) is None


def test_an_even_way_is_known_exactly() -> None:
    clock = ClockOffset()
    now = ask(clock, 2000.0, 0.02, 0.02)
    assert clock.to_server(5.0, now) == pytest.approx(5.0 + OFFSET, abs=1e-6)
    assert clock.error(now) == pytest.approx(0.02)


def test_the_fastest_answer_counts() -> None:
    clock = ClockOffset()
    ask(clock, 2000.0, 0.3, 0.01)
    ask(clock, 2001.0, 0.011, 0.010)
    now = ask(clock, 2002.0, 0.01, 0.2)
    assert clock.to_server(0.0, now) == pytest.approx(OFFSET - 0.0005, abs=1e-6)
    assert clock.error(now) == pytest.approx(0.0105, abs=2 * DRIFT)


def test_an_older_answer_counts_for_less_and_then_not_at_all() -> None:
    clock = ClockOffset()
    now = ask(clock, 2000.0, 0.010, 0.010)
    first = clock.error(now)
    later = ask(clock, 2000.0 + 0.9 * FRESH, 0.013, 0.010)
    assert clock.to_server(0.0, later) == pytest.approx(OFFSET - 0.0015, abs=1e-6)
    assert first is not None
    assert (clock.error(later) or 0) < first + DRIFT * FRESH
    assert clock.to_server(0.0, later + FRESH + 1) is None


def test_answers_that_nobody_waits_for_are_ignored() -> None:
    clock = ClockOffset()
    clock.answer(1, 5.0, 2000.0)
    number = clock.ask(2000.0)
    clock.answer(number + 1, 5.0, 2000.1)
    assert clock.error(2000.2) is None
    for _ in range(OPEN):
        clock.ask(2001.0)
    clock.answer(number, 5.0, 2002.0)
    assert clock.error(2002.0) is None, "it came too late"
    number = clock.ask(2003.0)
    clock.answer(number, 2003.01 - OFFSET, 2003.02)
    clock.answer(number, 99.0, 2003.02)
    assert clock.to_server(0.0, 2003.02) == pytest.approx(OFFSET, abs=1e-6)


@given(st.lists(st.tuples(*[st.floats(0, 0.5)] * 2), min_size=1, max_size=80))
def test_it_is_wrong_by_no_more_than_it_says(trips: list[tuple[float, float]]) -> None:
    clock, now = ClockOffset(), 2000.0
    for there, back in trips:
        now = ask(clock, now + 0.1, there, back)
    told, error = clock.to_server(0.0, now), clock.error(now)
    assert told is not None
    assert error is not None
    assert abs(told - OFFSET) <= error + 1e-9


def test_clocks_that_drift_are_followed() -> None:
    clock, chance = ClockOffset(), random.Random(1)
    for second in range(1000):
        now = 2000.0 + second
        there, back = 0.005 + chance.expovariate(100), 0.005 + chance.expovariate(100)
        number = clock.ask(now)
        clock.answer(number, (now + there) * (1 + 5e-5) - OFFSET, now + there + back)
        told = clock.to_server((now + there) * (1 + 5e-5) - OFFSET, now + there + back)
        assert told is not None
        if second > 10:
            assert abs(told - (now + there)) < 0.005
