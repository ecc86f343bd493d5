"""Whether a peer's screen shows a picture as good as its video gets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.peers.final_quality import PATIENCE, SILENCE, FinalQuality


def test_a_player_that_can_tell_nothing_shows_what_it_is_sent() -> None:
    quality = FinalQuality(has_channels=False)
    assert quality.picture(0.0) == 0
    quality.sending(7, 1000, final=False, now=1.0)
    assert quality.picture(1.0) == 0
    quality.sending(7, 2000, final=True, now=1.1)
    assert quality.picture(1.1) == 7


def test_a_page_that_has_told_nothing_yet_is_waited_for_at_first() -> None:
    quality = FinalQuality(has_channels=True)
    quality.sending(7, 1000, final=False, now=1.0)
    quality.sending(7, 2000, final=True, now=1.1)
    assert quality.picture(1.0 + SILENCE) == 0
    assert quality.picture(1.1 + SILENCE) == 7
    quality.sending(8, 3000, final=True, now=9.0)
    assert quality.picture(9.0) == 8, "it never tells"


def test_a_page_that_tells_is_waited_for() -> None:
    quality = FinalQuality(has_channels=True)
    quality.sending(7, 1000, final=False, now=1.0)
    quality.presented(1000)
    quality.sending(7, 2000, final=True, now=1.1)
    quality.sending(7, 3000, final=True, now=1.2)
    assert quality.picture(1.2) == 0
    quality.presented(2000)
    assert quality.picture(1.3) == 7


def test_what_came_while_nobody_saw_the_page_is_waited_for_once_it_is_seen() -> None:
    quality = FinalQuality(has_channels=True)
    quality.sending(6, 500, final=False, now=0.9)
    quality.presented(500)
    quality.sending(7, 1000, final=True, now=1.0)
    quality.appear()
    assert quality.picture(60.0) == 0
    quality.sending(7, 9000, final=True, now=60.0)
    quality.presented(9000)
    assert quality.picture(60.1) == 7
    quality.appear()
    assert quality.picture(90.0) == 7, "it has told that it shows it"


def test_one_that_tells_no_more_is_not_waited_for_without_end() -> None:
    quality = FinalQuality(has_channels=True)
    quality.sending(6, 500, final=False, now=0.9)
    quality.presented(500)
    quality.sending(7, 1000, final=True, now=1.0)
    assert quality.picture(1.0 + PATIENCE) == 0
    assert quality.picture(1.1 + PATIENCE) == 7


def test_a_new_picture_begins_anew() -> None:
    quality = FinalQuality(has_channels=True)
    quality.sending(7, 1000, final=True, now=1.0)
    quality.presented(1000)
    quality.sending(8, 2000, final=False, now=1.1)
    assert quality.picture(1.2) == 0
    quality.sending(8, 3000, final=True, now=1.3)
    quality.presented(2000)
    assert quality.picture(1.4) == 0


def test_reports_in_the_wrong_order_are_put_right() -> None:
    quality = FinalQuality(has_channels=True)
    quality.sending(7, 2000, final=True, now=1.0)
    quality.presented(2000)
    quality.presented(1000)
    assert quality.picture(1.0) == 7


@given(first=st.integers(0, 2**32 - 1), later=st.integers(1, 2**31 - 2))
def test_timestamps_wrap(first: int, later: int) -> None:
    quality = FinalQuality(has_channels=True)
    quality.sending(6, first, final=True, now=1.0)
    quality.sending(7, (first + later) % 2**32, final=True, now=1.1)
    quality.presented(first)
    assert quality.picture(1.1) == 0
    quality.presented((first + later) % 2**32)
    assert quality.picture(1.1) == 7


def test_a_connection_of_many_hours_goes_on_as_before() -> None:
    quality = FinalQuality(has_channels=True)
    for number in range(12):
        timestamp = number * 2**29 % 2**32
        quality.sending(number, timestamp, final=True, now=1.0)
        assert quality.picture(1.0) == 0
        quality.presented(timestamp)
        assert quality.picture(1.0) == number


@given(st.integers(0, 2**32 - 1))
def test_frames_of_another_way_tell_nothing(timestamp: int) -> None:
    """A page repeats what it last told, also over a connection that takes the place of one before."""
    quality = FinalQuality(has_channels=True)
    quality.presented(timestamp)
    quality.sending(7, 5000, final=False, now=1.0)
    quality.sending(7, 6000, final=True, now=1.1)
    if not 5000 <= timestamp <= 6000:
        quality.presented(timestamp)
        assert quality.picture(1.2) == 0
    quality.presented(6000)
    assert quality.picture(1.3) == 7


def test_one_that_becomes_larger_gains_again() -> None:
    quality = FinalQuality(has_channels=False)
    quality.sending(7, 1000, final=True, now=1.0)
    quality.sending(7, 2000, final=False, now=1.1)
    assert quality.picture(1.2) == 0
    quality.sending(7, 3000, final=True, now=1.3)
    assert quality.picture(1.4) == 7
