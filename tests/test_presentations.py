"""When each picture of a peer came onto its screen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.messages import Presented, PresentedFrame
from rtc_canvas.peers.clock_offset import ClockOffset
from rtc_canvas.peers.frame_log import FrameLog
from rtc_canvas.peers.presentations import LONGEST, Presentation, Presentations
from rtc_canvas.program.display_phase import Shown

from .test_frame_log import sent

OFFSET = 1000.0
"""The server's clock less the page's."""

REFRESH = 1 / 60
NOW = 1020.0


class Rig:
    """A peer whose events happened a tenth of a second after each other, from 0.1 on."""

    def __init__(self, *, clock_known: bool = True) -> None:
        self.log = FrameLog()
        clock = ClockOffset()
        if clock_known:
            clock.answer(clock.ask(NOW - 1), NOW - 1 - OFFSET, NOW - 1)
        self.presentations = Presentations(self.log, clock, self._page_time)

        self.told_again: dict[int, int] = {}
        """By its `seq`, which event that is once more."""

    def _page_time(self, seq: int) -> float | None:
        return self.told_again.get(seq, seq) / 10 if seq < 900 else None

    def send(self, number: int, *, seq: int = 0, content: int = 0, again: bool = False) -> int:
        """The timestamp of a frame that shows a picture, which was handed over at 1000 s + its number."""
        timestamp = number * 3000 + again
        picture = sent(number, seq=seq, content=content)
        self.log.add(timestamp, replace(picture, render_time=OFFSET + number))
        return timestamp

    def tell(self, *frames: tuple[int, float]) -> list[Presentation]:
        """The page tells when it showed the frames with these timestamps."""
        told = tuple(PresentedFrame(timestamp, 0.004, shown) for timestamp, shown in frames)
        return self.presentations.take(Presented(REFRESH, told), NOW)

    @property
    def glass(self) -> float | None:
        percentiles = self.presentations.glass.percentiles(NOW)
        return percentiles and percentiles.p99

    @property
    def input_to_photon(self) -> float | None:
        percentiles = self.presentations.input_to_photon.percentiles(NOW)
        return percentiles and percentiles.p99


def test_a_picture_that_was_shown() -> None:
    rig = Rig()
    stamp = rig.send(5)
    [one] = rig.tell((stamp, 5.25))
    assert one.picture.number == 5
    assert one.shown == pytest.approx(1005.25)
    assert one.meeting == Shown(1005.0, 0.004, REFRESH)
    assert rig.glass == pytest.approx(0.25)
    assert rig.input_to_photon is None


def test_each_picture_is_told_once_however_often_and_in_whatever_order_its_page_does() -> None:
    rig = Rig()
    stamps = [rig.send(number) for number in (1, 2, 3)]
    frames = [(stamp, index + 1.5) for index, stamp in enumerate(stamps)]
    told = [rig.tell(*frames[:2]), rig.tell(*frames), rig.tell(*frames), rig.tell(*frames[:1])]
    assert [[one.picture.number for one in pictures] for pictures in told] == [[1, 2], [3], [], []]


def test_frames_that_were_never_sent_are_ignored() -> None:
    assert Rig().tell((3000, 5.0)) == []


def test_a_picture_seen_late_for_the_first_time_is_told_and_not_measured() -> None:
    rig = Rig()
    rig.send(5, seq=3)
    again = rig.send(5, seq=3, again=True)
    [one] = rig.tell((again, 6.0))
    assert one.shown == pytest.approx(1006.0)
    assert one.meeting is None
    assert rig.glass is rig.input_to_photon is None


def test_the_first_picture_with_an_event_in_it_answers_it() -> None:
    rig = Rig()
    stamps = [rig.send(number, seq=seq) for number, seq in ((1, 8), (2, 8), (3, 8), (4, 31))]
    rig.tell((stamps[0], 1.25), (stamps[1], 2.25), (stamps[2], 3.25))
    assert rig.input_to_photon == pytest.approx(1.25 - 0.8)
    rig.tell((stamps[3], 4.25))
    assert rig.input_to_photon == pytest.approx(4.25 - 3.1)


def meetings(told: list[Presentation]) -> list[tuple[float, ...] | None]:
    return [one.meeting.missed if one.meeting else None for one in told]


def test_pictures_that_were_replaced_before_they_were_shown_have_missed_the_display() -> None:
    rig = Rig()
    stamps = [rig.send(number) for number in range(1, 10)]
    told = rig.tell(*[(stamps[index], index + 1.5) for index in (1, 2, 4, 8)])
    assert meetings(told) == [(), (), (1004.0,), ()], (
        "the first is new, three at once are no misses"
    )


def test_pictures_with_the_same_pixels_are_one_on_the_screen() -> None:
    rig = Rig()
    stamps = [rig.send(1), rig.send(2, content=1), rig.send(3)]
    told = [rig.tell((stamp, 3.5)) for stamp in stamps]
    assert [[one.picture.number for one in pictures] for pictures in told] == [[1], [], [3]]


def test_an_event_that_changed_nothing_is_answered_by_nothing() -> None:
    rig = Rig()
    stamp = rig.send(1, seq=3)
    rig.presentations.changed_nothing(5)
    rig.tell((stamp, 1.25))
    assert rig.input_to_photon == pytest.approx(1.25 - 0.3), "it was there before"
    rig.tell((rig.send(2, seq=5), 9.0))
    assert rig.input_to_photon == pytest.approx(1.25 - 0.3)
    rig.tell((rig.send(3, seq=6), 9.5))
    assert rig.input_to_photon == pytest.approx(9.5 - 0.6)


def test_an_event_that_is_told_again_was_answered_before() -> None:
    rig = Rig()
    rig.told_again[11] = 10
    rig.tell((rig.send(1, seq=10), 1.5))
    rig.tell((rig.send(2, seq=11), 2.0))
    assert rig.input_to_photon == pytest.approx(0.5)
    rig.tell((rig.send(3, seq=12), 3.0))
    assert rig.input_to_photon == pytest.approx(1.8)


def test_an_event_that_was_lost_counts_when_it_is_told_again() -> None:
    rig = Rig()
    rig.told_again[11] = 10
    rig.tell((rig.send(1, seq=9), 1.0))
    rig.tell((rig.send(2, seq=11), 2.0))
    assert rig.input_to_photon == pytest.approx(1.0)


def test_an_event_that_is_not_known_is_not_measured() -> None:
    rig = Rig()
    rig.tell((rig.send(1, seq=999), 1.25))
    assert rig.input_to_photon is None
    assert rig.glass is not None


def test_input_is_measured_without_comparing_clocks() -> None:
    rig = Rig(clock_known=False)
    [one] = rig.tell((rig.send(1, seq=8), 1.25))
    assert one.shown is None
    assert rig.glass is None
    assert rig.input_to_photon == pytest.approx(1.25 - 0.8)


@pytest.mark.parametrize("shown", [5.0 + LONGEST, 9e8])
def test_absurd_times_are_not_measured(shown: float) -> None:
    rig = Rig()
    rig.tell((rig.send(5, seq=50), shown))
    assert rig.glass is rig.input_to_photon is None


def test_nothing_is_shown_before_it_is_there() -> None:
    rig = Rig()
    rig.tell((rig.send(5), 4.9))
    assert rig.glass == 0.0


@given(st.lists(st.tuples(st.integers(0, 40_000), st.floats(0, 1e9))))
def test_whatever_a_page_says_each_picture_is_told_once_in_order(
    frames: list[tuple[int, float]],
) -> None:
    rig = Rig()
    for number in range(1, 12):
        rig.send(number, seq=number)
    numbers = [one.picture.number for one in rig.tell(*frames)]
    assert numbers == sorted(set(numbers))
