"""RTP timestamps tell the times of frames."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.rtc.media_clock import RATE, MediaClock


def test_timestamps_tell_times_modulo_two_to_the_32() -> None:
    clock = MediaClock(0xFFFFFFFF)
    assert [clock.timestamp(time) for time in (20.0, 20.5, 21.0)] == [0xFFFFFFFF, 44_999, 89_999]


def test_the_same_time_asked_again_is_the_same_frame() -> None:
    clock = MediaClock()
    first = clock.timestamp(5.0)
    assert clock.timestamp(5.0) == first
    second = clock.timestamp(5.1)
    assert clock.timestamp(5.1) == second != first


def test_each_clock_starts_somewhere_else() -> None:
    assert len({MediaClock().timestamp(0.0) for _ in range(8)}) > 1


@given(st.lists(st.floats(0, 1000), min_size=1))
def test_timestamps_rise_even_where_times_do_not(times: list[float]) -> None:
    clock = MediaClock(0)
    stamps = [clock.timestamp(time) for time, _ in itertools.groupby(times)]
    assert all(later > sooner for sooner, later in itertools.pairwise(stamps))


@given(st.lists(st.floats(0.0001, 10), min_size=1))
def test_rising_times_are_told_to_half_a_tick(steps: list[float]) -> None:
    clock, times = MediaClock(0), list(itertools.accumulate(steps))
    stamps = [clock.timestamp(time) for time in times]
    for time, stamp in zip(times, stamps, strict=True):
        assert abs(stamp / RATE - (time - times[0])) <= 0.51 / RATE
