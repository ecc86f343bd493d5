"""How long things took lately."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.peers.latency import MOST, WINDOW, Latency


def test_nothing_is_known_at_first() -> None:
    assert Latency().percentiles(5.0) is None


def test_percentiles() -> None:
    latency = Latency()
    for hundredth in range(100, 0, -1):
        latency.add(hundredth / 100, 5.0)
    assert latency.percentiles(5.0) == (0.5, 0.95, 0.99)


def test_few_times_are_enough() -> None:
    latency = Latency()
    latency.add(0.3, 5.0)
    assert latency.percentiles(5.0) == (0.3, 0.3, 0.3)
    latency.add(0.1, 5.0)
    assert latency.percentiles(5.0) == (0.1, 0.3, 0.3)


def test_what_is_old_does_not_count() -> None:
    latency = Latency()
    latency.add(0.3, 5.0)
    latency.add(0.1, 6.0)
    assert latency.percentiles(5.5 + WINDOW) == (0.1, 0.1, 0.1)
    assert latency.percentiles(6.5 + WINDOW) is None


def test_it_does_not_grow() -> None:
    latency = Latency()
    for number in range(2 * MOST):
        latency.add(float(number), 5.0)
    assert (latency.percentiles(5.0) or (0,))[0] == pytest.approx(1.5 * MOST, abs=1)


@given(st.lists(st.floats(0, 10), min_size=1))
def test_percentiles_are_times_and_rise(times: list[float]) -> None:
    latency = Latency()
    for seconds in times:
        latency.add(seconds, 5.0)
    percentiles = latency.percentiles(5.0)
    assert percentiles is not None
    assert sorted(percentiles) == list(percentiles)
    assert set(percentiles) <= set(times)
    assert sum(seconds <= percentiles.p95 for seconds in times) >= 0.95 * len(times)
