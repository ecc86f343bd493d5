"""When a picture that stays is sent again."""

from __future__ import annotations

from itertools import pairwise

import pytest

from rtc_canvas.stillness import Repeat, idle_repeat, is_refined, next_repeat


def schedule(count: int) -> list[Repeat]:
    """The first repeats of a picture that is first sent at 0, each sent on time."""
    repeats: list[Repeat] = []
    for number in range(count):
        repeats.append(next_repeat(number, repeats[-1].time if repeats else 0.0))
    return repeats


def test_the_first_repeat_waits_for_animations_to_pass() -> None:
    first = next_repeat(0, 7.0)
    assert first.time == pytest.approx(7.2)
    assert not first.trickle


def test_a_picture_is_refined_then_settled_then_kept_alive() -> None:
    assert [repeat.trickle for repeat in schedule(20)] == [False] * 5 + [True] * 15


def test_it_is_at_rest_within_two_seconds() -> None:
    pauses = [after.time - before.time for before, after in pairwise(schedule(20))]
    assert pauses[:14] == pytest.approx([0.08] * 14)
    assert pauses[14:] == pytest.approx([2.0] * 5)
    assert schedule(15)[-1].time < 2.0


def test_no_pause_lets_a_browser_ask_for_a_key_frame() -> None:
    times = [0.0, *(repeat.time for repeat in schedule(40))]
    assert all(0 < after - before < 3.0 for before, after in pairwise(times))


def test_one_that_gains_nothing_any_more_is_kept_alive() -> None:
    assert idle_repeat(7.0) == Repeat(9.0, trickle=True)
    gains = [is_refined(number) for number in range(20)]
    assert gains == [repeat.trickle for repeat in schedule(20)]
