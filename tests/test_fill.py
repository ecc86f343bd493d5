"""An encoder is told more than it is meant to spend, by as much as it stays below that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.video.fill import FIRST, LEAST, MOST, SATED, Fill


@pytest.mark.parametrize("yields", [0.8, 0.9, 1.0])
def test_what_is_spent_comes_to_what_is_meant(yields: float) -> None:
    fill = Fill()
    for _ in range(200):
        fill.update(1000, 1000 * yields * fill.factor)
    assert yields * fill.factor == pytest.approx(1, abs=0.01)


def test_frames_that_want_no_more_change_nothing() -> None:
    fill = Fill()
    for _ in range(100):
        fill.update(1000, 1000 * SATED - 1)
    assert fill.factor == FIRST


@given(st.lists(st.floats(0, 1e9)))
def test_it_stays_within_its_bounds(frames: list[float]) -> None:
    fill = Fill()
    for bits in frames:
        fill.update(1000, bits)
        assert LEAST <= fill.factor <= MOST
