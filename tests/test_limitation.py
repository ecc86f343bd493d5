"""What keeps a viewer from getting every picture."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.limitation import WINDOW, Encoded, Limitation, Overload

SIZE = (3840, 2160)


class Run:
    """A program that hands pictures over at `fps`, and an encoder that takes `seconds` for each that it begins."""

    def __init__(self) -> None:
        self.limitation = Limitation()
        self.now = 0.0
        self.said: list[Overload | None] = []

    def go_on(
        self, seconds: float, *, fps: float, encode: float, most: float = math.inf
    ) -> Overload | None:
        """As a stream does it: the newest picture, one after the other. Returns what holds at the end."""
        end = self.now + seconds
        # Before any frame: a program that has drawn for a while.
        number = math.floor(self.now * fps) - 1
        while self.now < end:
            newest = math.floor(self.now * fps + 1e-9)
            if newest == number:
                self.now = max(self.now, (newest + 1) / fps)
                continue
            number, begun = newest, self.now
            self.now += encode
            due = begun + 1 / most
            late = math.floor(self.now * fps + 1e-9) > number and self.now >= due
            picture = Encoded(self.now, number / fps, number, late, SIZE)
            self.limitation.encoded(picture, most)
            self.said.append(self.limitation.overload(self.now))
            self.now = max(self.now, due)
        return self.limitation.overload(self.now)


def test_an_encoder_that_keeps_up_is_no_limit() -> None:
    run = Run()
    assert run.go_on(10, fps=60, encode=0.012) is None
    assert set(run.said) == {None}
    assert run.limitation.by(run.now, scale=1, held_at=-math.inf) is None


def test_one_that_does_not_is_said_after_two_seconds_with_its_figures() -> None:
    run = Run()
    assert run.go_on(WINDOW - 0.1, fps=60, encode=0.07) is None
    overload = run.go_on(0.3, fps=60, encode=0.07)
    assert overload is not None
    assert overload.size == SIZE
    assert overload.wanted == pytest.approx(60, rel=0.05)
    assert overload.sent == pytest.approx(1 / 0.07, rel=0.1)
    assert run.limitation.by(run.now, scale=0.5, held_at=run.now) == "encoder", "it comes first"


def test_it_says_what_people_can_read() -> None:
    text = str(Overload(SIZE, 59.7, 14.2))
    assert text == "The server cannot encode 3840×2160 at 60 frames a second; it sends 14."


def test_a_picture_in_ten_is_not_missed() -> None:
    run = Run()
    assert run.go_on(10, fps=60, encode=1 / 57) is None


def test_what_the_link_leaves_out_is_not_the_encoders_fault() -> None:
    run = Run()
    assert run.go_on(10, fps=60, encode=0.03, most=24) is None


def test_an_encoder_too_slow_for_what_the_link_leaves_is() -> None:
    run = Run()
    overload = run.go_on(5, fps=60, encode=0.1, most=24)
    assert overload is not None
    assert overload.wanted == 24


def test_it_is_over_once_the_encoder_keeps_up() -> None:
    run = Run()
    assert run.go_on(4, fps=60, encode=0.05) is not None
    assert run.go_on(WINDOW + 0.5, fps=60, encode=0.01) is None


def test_it_is_over_once_nothing_moves() -> None:
    run = Run()
    assert run.go_on(4, fps=60, encode=0.05) is not None
    assert run.limitation.overload(run.now + WINDOW) is None
    run.now += 10
    assert run.go_on(WINDOW - 0.1, fps=60, encode=0.05) is None, "two seconds of motion count again"


def test_an_encoder_at_its_limit_does_not_flicker() -> None:
    run = Run()
    run.go_on(4, fps=30, encode=0.06)
    for _ in range(40):
        run.go_on(0.4, fps=30, encode=0.045)
        run.go_on(0.2, fps=30, encode=0.02)
    changes = sum(one != other for one, other in zip(run.said[-100:], run.said[-99:], strict=False))
    assert changes <= 2


def test_figures_that_waver_are_not_said_anew() -> None:
    run = Run()
    first = run.go_on(4, fps=60, encode=0.07)
    assert run.go_on(4, fps=60, encode=0.08) is first
    second = run.go_on(4, fps=60, encode=0.12)
    assert second is not None
    assert second.sent < 1 / 0.08


@given(st.floats(1, 120), st.floats(0.001, 0.5), st.floats(5, 240))
def test_only_too_few_frames_are_an_overload(fps: float, encode: float, most: float) -> None:
    run = Run()
    run.go_on(8, fps=fps, encode=encode, most=most)
    for overload in run.said:
        if overload is not None:
            assert encode > 0.9 / fps
            assert encode > 0.9 / most
            assert overload.sent < overload.wanted


def test_the_link_limits_what_it_scales_or_holds() -> None:
    limitation = Limitation()
    assert limitation.by(10.0, scale=0.75, held_at=-math.inf) == "link"
    assert limitation.by(10.0, scale=1.0, held_at=9.5) == "link"
    assert limitation.by(10.0, scale=1.0, held_at=10.0 - WINDOW) is None
