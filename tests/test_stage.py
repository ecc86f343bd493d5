"""Sizes, latched state, and who is told of what."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.control import Role
from rtc_canvas.program.stage import Latched, Size
from rtc_canvas.video.picture import MAX_SIDE, MIN_SIDE, Picture

from .room import make_stage


def picture(number: int) -> Picture:
    return Picture(number, np.zeros((48, 64, 3), np.uint8), "rgb", float(number), (64, 48))


def counter() -> tuple[list[None], Callable[[], None]]:
    """A list that grows by each call of a function."""
    calls: list[None] = []
    return calls, lambda: calls.append(None)


@pytest.mark.parametrize(
    ("logical", "ratio", "physical"),
    [
        ((640, 480), 1.0, (640, 480)),
        ((640, 480), 2.0, (1280, 960)),
        ((333.4, 250.2), 1.5, (500, 375)),
        ((320.5, 211), 1.5, (481, 317)),
        ((5, 5), 1.0, (MIN_SIDE, MIN_SIDE)),
        ((16384, 1000), 1.0, (MAX_SIDE, 250)),
    ],
)
def test_a_size_has_pixels_that_a_picture_may_have(
    logical: tuple[float, float], ratio: float, physical: tuple[int, int]
) -> None:
    assert Size(logical, ratio).physical == physical


def test_the_higher_number_stays() -> None:
    stage = make_stage()
    stage.show(picture(2))
    stage.show(picture(1))
    assert stage.newest is not None
    assert stage.newest.number == 2


def test_one_that_is_to_follow_another_is_not_shown_after_a_third() -> None:
    stage = make_stage()
    first, second = picture(1), picture(2)
    assert stage.show(first)
    assert stage.show(second, after=first)
    calls, notify = counter()
    stage.watch(notify, 1)
    assert not stage.show(picture(3), after=first)
    assert stage.newest is second
    assert not calls


def test_whoever_watches_is_told_of_pictures_and_of_changes_only() -> None:
    stage = make_stage()
    calls, notify = counter()
    stage.watch(notify, 1)
    stage.show(picture(1))
    stage.latch(title="Earth")
    assert len(calls) == 2
    stage.latch(title="Earth")
    assert len(calls) == 2
    stage.unwatch(notify)
    stage.show(picture(2))
    assert len(calls) == 2


def test_watchers_are_counted() -> None:
    stage = make_stage()
    _, one = counter()
    _, other = counter()
    stage.watch(one, 0)
    assert stage.watchers == 0
    stage.watch(one, 3)
    stage.watch(other, 1)
    assert stage.watchers == 4
    stage.unwatch(one)
    assert stage.watchers == 1


def test_what_is_latched_is_five_messages() -> None:
    assert Latched(title="Earth", cursor="grab", css_size=("50%", None)).messages("operator") == [
        {"type": "title", "title": "Earth"},
        {"type": "cursor", "cursor": "grab"},
        {"type": "notice", "text": None},
        {"type": "css_size", "width": "50%", "height": None},
        {"type": "probes", "registered": False, "allowed": False},
    ]


def test_a_size_that_the_program_has_set_is_one_more() -> None:
    told = Latched(wanted_size=(64, 48, 2)).messages("viewer")[-1]
    assert told == {"type": "wanted_size", "width": 64, "height": 48, "times": 2}


@pytest.mark.parametrize(("role", "allowed"), [("viewer", False), ("operator", True)])
def test_whether_a_page_may_ask_goes_by_its_role(role: Role, allowed: bool) -> None:
    told = Latched(probe="operator").messages(role)[-1]
    assert told == {"type": "probes", "registered": True, "allowed": allowed}


def test_a_window_sets_the_size() -> None:
    stage = make_stage(max_pixel_ratio=2.0)
    assert stage.resized(100, 80, 1.5) == Size((100, 80), 1.5) == stage.size
    assert stage.resized(100, 80, 1.5) is None, "nothing changed"
    assert stage.resized(100, 80, 3.0) == Size((100, 80), 2.0), "the ratio is bounded"
    assert stage.resized(8192, 4096, 1.0) == Size((8192, 4096), 1.0)
    assert stage.resized(8192, 4096, 2.0) is None, "it is bounded by the size of a picture, too"
    assert stage.size == Size((8192, 4096), 2.0)


def test_a_window_only_scales_a_canvas_that_is_not_resizable() -> None:
    stage = make_stage(resizable=False)
    assert stage.resized(100, 80, 1.0) is None
    assert stage.size == Size((64, 48))


@given(
    width=st.floats(1, 16384), height=st.floats(1, 16384), ratio=st.floats(0.1, 16)
)  # what a page may say, see events.parse
def test_every_window_gets_a_picture_of_its_shape(
    width: float, height: float, ratio: float
) -> None:
    stage = make_stage(max_pixel_ratio=16.0)
    size = stage.resized(width, height, ratio) or stage.size
    assert size.logical == (width, height) or size == Size((64, 48))
    assert all(MIN_SIDE <= side <= MAX_SIDE for side in size.physical)
    if min(size.physical) > MIN_SIDE:
        across, down = size.physical
        assert abs(across / size.pixel_ratio - width) * size.pixel_ratio <= 0.5 + 1e-6
        assert abs(down / size.pixel_ratio - height) * size.pixel_ratio <= 0.5 + 1e-6
