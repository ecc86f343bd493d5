"""When a picture that stays is sent again."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.peers.stillness import (
    ENLARGED_AFTER,
    ENLARGED_FROM,
    ENLARGED_PAUSE,
    ENOUGH,
    REFINEMENTS,
    SMALL,
    Gain,
    Repeat,
    Stillness,
    next_repeat,
)

BITRATE = 3_000_000
MEAN = BITRATE / 30


def schedule(count: int, refinements: float = 5) -> list[Repeat]:
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
    assert pauses[14:] == pytest.approx([2.5] * 5)


def test_one_that_never_comes_to_rest_is_at_rest_within_four_seconds_on_a_wide_link() -> None:
    gained = refinements(*[0.5] * 500, pixels=640 * 480)
    assert schedule(round(gained) + 10, gained)[-1].time < 4.0


def test_no_pause_lets_a_browser_ask_for_a_key_frame() -> None:
    times = [0.0, *(repeat.time for repeat in schedule(140, REFINEMENTS))]
    assert all(0 < after - before < 3.0 for before, after in pairwise(times))


def test_one_that_is_not_to_gain_anything_settles_at_once() -> None:
    repeats = schedule(12, refinements=0)
    assert [repeat.time for repeat in repeats[:2]] == pytest.approx([0.08, 0.16])
    assert all(repeat.trickle for repeat in repeats)
    assert repeats[11].time - repeats[10].time == pytest.approx(2.5)


def refinements(*shares: float, pixels: int = 0) -> float:
    """Of a picture of so many pixels whose repeats have these shares of a mean frame's bits."""
    gain = Gain(pixels)
    for number, share in enumerate(shares, 1):
        gain.add(number, share * MEAN, BITRATE)
    return gain.refinements


def test_small_frames_in_a_row_end_the_gain() -> None:
    assert refinements(1.2, 0.9, 0.5, 0.02, 0.01) == 5
    assert refinements(1.2, 0.9, 0.5, 0.02, 0.01, 0.0, 0.0) == 5, "at the first such row"


def test_one_small_frame_may_be_an_exception() -> None:
    assert refinements(0.01, 0.9, 0.02, 0.5) == math.inf


def test_one_that_never_comes_to_rest_has_had_its_bits_at_last() -> None:
    shares = [0.5] * 500
    assert refinements(*shares) == REFINEMENTS
    assert refinements(*shares, pixels=round(200 * 0.5 * MEAN / ENOUGH)) == 200


@given(st.lists(st.floats(0, 10), min_size=1), st.integers(0, 1280 * 720))
def test_there_is_always_an_end(course: list[float], pixels: int) -> None:
    # Of two repeats in a row one at least gets something, or that is the end.
    enough = 2 * pixels * ENOUGH / (SMALL * MEAN)
    shares = [*course, *[SMALL] * math.ceil(REFINEMENTS + enough)]
    assert 0 < refinements(*shares, pixels=pixels) <= len(shares)


def test_asking_changes_nothing() -> None:
    stillness = Stillness()
    stillness.repeated(MEAN, BITRATE, trickle=False)
    stillness.tell(exact=True)
    assert stillness.next(1.0) == stillness.next(1.0)


def test_exact_pixels_end_the_gain_from_where_they_are_on() -> None:
    stillness = Stillness()
    stillness.begin(640 * 480)
    stillness.repeated(MEAN, BITRATE, trickle=False)
    assert not stillness.next(0.0).trickle
    stillness.tell(exact=True)
    assert stillness.next(0.0) == Repeat(0.08, trickle=True)
    for _ in range(10):
        stillness.repeated(0.0, BITRATE, trickle=True)
        stillness.tell(exact=True)
    assert stillness.next(0.0) == Repeat(2.5, trickle=True)
    assert not stillness.is_refined, "the video has not gained what it can"
    stillness.tell(exact=False)
    assert not stillness.next(0.0).trickle


def test_it_is_enlarged_once_the_rate_allows_it_or_it_has_stood_for_a_while() -> None:
    stillness = Stillness()
    gaining, settled = Repeat(1.0, trickle=False), Repeat(1.0, trickle=True)
    assert stillness.enlarged_at(gaining, 0.0, 0.9, affordable=True) == math.inf
    for _ in range(ENLARGED_FROM):
        stillness.repeated(MEAN, BITRATE, trickle=False)
    assert stillness.enlarged_at(gaining, 0.0, 0.9, affordable=True) == gaining.time
    assert stillness.enlarged_at(gaining, 0.0, 0.9, affordable=False) == math.inf
    assert stillness.enlarged_at(settled, 0.0, 0.9, affordable=False) == ENLARGED_AFTER
    assert stillness.enlarged_at(settled, 0.0, 9.0, affordable=False) == 9.0 + ENLARGED_PAUSE
