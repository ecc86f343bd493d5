"""Timers that fire together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.ticks import until_tick


@given(st.floats(0, 1e6), st.sampled_from([0.25, 0.5, 2.0]))
def test_it_is_a_multiple_about_so_far_away(now: float, every: float) -> None:
    rest = until_tick(now, every)
    assert every / 2 <= rest <= 1.5 * every
    ticks = (now + rest) / every
    assert ticks == pytest.approx(round(ticks), abs=1e-6)


def test_a_timer_that_fires_early_waits_for_the_next() -> None:
    assert until_tick(0.99999, 0.5) == pytest.approx(0.50001)
    assert until_tick(1.0, 0.5) == pytest.approx(0.5)
    assert until_tick(1.00001, 0.5) == pytest.approx(0.49999)
