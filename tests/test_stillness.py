"""When a picture that stays is sent again."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.peers.stillness import REFINEMENTS, Gain, Repeat, idle_repeat, next_repeat

BITRATE = 3_000_000
MEAN = BITRATE / 30


def schedule(count: int, refinements: int = 5) -> list[Repeat]:
    """The first repeats of a picture that is first sent at 0, each sent on time."""
    repeats: list[Repeat] = []
    for number in range(count):
        repeats.append(next_repeat(number, repeats[-1].time if repeats else 0.0, refinements))
    return repeats


def test_the_first_repeat_waits_for_animations_to_pass() -> None:
    first = next_repeat(0, 7.0, REFINEMENTS)
    assert first.time == pytest.approx(7.12)
    assert not first.trickle


def test_a_picture_is_refined_then_settled_then_kept_alive() -> None:
    assert [repeat.trickle for repeat in schedule(20)] == [False] * 5 + [True] * 15


def test_each_step_has_its_pace() -> None:
    pauses = [after.time - before.time for before, after in pairwise(schedule(20))]
    assert pauses[:4] == pytest.approx([1 / 30] * 4)
    assert pauses[4:14] == pytest.approx([0.08] * 10)
    assert pauses[14:] == pytest.approx([2.0] * 5)


def test_one_that_never_comes_to_rest_is_at_rest_within_four_seconds() -> None:
    assert schedule(REFINEMENTS + 10, REFINEMENTS)[-1].time < 4.0


def test_no_pause_lets_a_browser_ask_for_a_key_frame() -> None:
    times = [0.0, *(repeat.time for repeat in schedule(140, REFINEMENTS))]
    assert all(0 < after - before < 3.0 for before, after in pairwise(times))


def test_one_that_gains_nothing_any_more_is_kept_alive() -> None:
    assert idle_repeat(7.0) == Repeat(9.0, trickle=True)


def refinements(*shares: float) -> int:
    """Of a picture whose repeats have these shares of a mean frame's bits."""
    gain = Gain()
    for number, share in enumerate(shares, 1):
        gain.add(number, share * MEAN, BITRATE)
    return gain.refinements


def test_small_frames_in_a_row_end_the_gain() -> None:
    assert refinements(1.2, 0.9, 0.5, 0.02, 0.01) == 5
    assert refinements(1.2, 0.9, 0.5, 0.02, 0.01, 0.0, 0.0) == 5, "at the first such row"


def test_one_small_frame_may_be_an_exception() -> None:
    assert refinements(0.01, 0.9, 0.02, 0.5) == REFINEMENTS


@given(st.lists(st.floats(0, 10)))
def test_there_is_always_an_end(shares: list[float]) -> None:
    assert 0 < refinements(*shares) <= REFINEMENTS
