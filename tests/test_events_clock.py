"""The page's clock on the server's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.events import ClockMap


def test_the_fastest_message_sets_the_offset() -> None:
    clock = ClockMap()

    assert clock.to_server(1.0, now=101.2) == pytest.approx(101.2)
    assert clock.to_server(2.0, now=102.05) == pytest.approx(102.05)
    assert clock.to_server(3.0, now=103.4) == pytest.approx(103.05)


def test_a_drifting_clock_is_followed() -> None:
    clock = ClockMap(window=60)
    errors = []
    for second in range(3600):
        now = float(second)
        errors.append(now - clock.to_server(now * (1 - 1e-4), now))  # 0.36 s an hour too slow

    assert max(errors) <= 60 * 1e-4 + 1e-9


def test_a_page_that_slept_is_followed_after_the_window() -> None:
    clock = ClockMap(window=60)
    clock.to_server(0.0, now=0.0)

    assert clock.to_server(1.0, now=3600.0) == 3600.0


def test_a_page_whose_clock_leaps_ahead_is_followed_at_once() -> None:
    clock = ClockMap()
    clock.to_server(0.0, now=10.0)

    assert clock.to_server(500.0, now=11.0) == pytest.approx(11.0)
    assert clock.to_server(501.0, now=12.0) == pytest.approx(12.0)


finite = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(st.tuples(finite, st.floats(0, 100)), min_size=1))
def test_no_time_is_in_the_future_or_goes_back(steps: list[tuple[float, float]]) -> None:
    clock = ClockMap()
    now, before = 0.0, float("-inf")
    for t, waited in steps:
        now += waited
        mapped = clock.to_server(t, now)
        assert before <= mapped <= now
        before = mapped


@given(st.lists(st.tuples(st.floats(0, 0.5), st.floats(0, 0.3)), min_size=1, max_size=100))
def test_an_event_is_late_by_its_own_delay_at_most(steps: list[tuple[float, float]]) -> None:
    clock = ClockMap()
    offset, happened, arrived = 1000.0, 0.0, 0.0
    delays = []
    for waited, delay in steps:
        happened += waited
        arrived = max(arrived, happened + offset + delay)  # the channel keeps the order
        delays.append(arrived - offset - happened)
        late = clock.to_server(happened, arrived) - offset - happened
        assert min(delays) - 1e-6 <= late <= delays[-1] + 1e-6
