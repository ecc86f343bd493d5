"""The beat of draws is moved on one thread while another learns what was shown."""

from __future__ import annotations

import threading

import pytest

from rtc_canvas.program import display_phase
from rtc_canvas.program.beat import Beat
from rtc_canvas.program.display_phase import FEWEST, Shown

REFRESH = 1 / 60


def show(beat: Beat, moment: float) -> None:
    """A picture whose draw began then is on the screen at the next refresh."""
    beat.handed_over(moment, moment + 0.005)
    beat.shown(Shown(moment + 0.005, 0.004, REFRESH))


def test_a_picture_is_shown_while_the_next_draw_is_aimed(monkeypatch: pytest.MonkeyPatch) -> None:
    beat = Beat(REFRESH)
    for number in range(FEWEST):
        show(beat, 100 + number * REFRESH)
    another = threading.Thread(target=show, args=(beat, 100 + FEWEST * REFRESH))
    wrapped = display_phase._wrapped

    def wrapped_while_another_is_shown(seconds: float, interval: float) -> float:
        if another.ident is None:
            another.start()
            # It may have to wait until the aim is taken.
            another.join(0.2)
        return wrapped(seconds, interval)

    monkeypatch.setattr(display_phase, "_wrapped", wrapped_while_another_is_shown)
    last = 100 + (FEWEST - 1) * REFRESH
    beat.start(last)
    beat.aim(last, last)
    another.join(5)
    assert 0 < beat.pause(last) < 2 * REFRESH


def test_a_draw_that_took_longer_than_its_beat_is_followed_at_once() -> None:
    beat = Beat(REFRESH)
    for number in range(2 * FEWEST):
        show(beat, 100 + number * REFRESH)
    last = 100 + 2 * FEWEST * REFRESH
    beat.start(last)
    beat.aim(last, last + 1.1 * REFRESH)
    assert beat.pause(last + 1.1 * REFRESH) <= 0
