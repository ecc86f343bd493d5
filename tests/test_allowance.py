"""How often something may happen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.allowance import Allowance


def test_a_burst_is_used_up_and_comes_back() -> None:
    allowance = Allowance(10, 3, 100.0)
    assert [allowance.take(100.0) for _ in range(4)] == [True, True, True, False]
    assert [allowance.take(100.125) for _ in range(2)] == [True, False]
    assert [allowance.take(200.0) for _ in range(4)] == [True, True, True, False]


@given(st.lists(st.floats(0, 0.5), max_size=200))
def test_no_more_than_allowed_happens(pauses: list[float]) -> None:
    now, taken = 0.0, 0
    allowance = Allowance(20, 5, now)
    for pause in pauses:
        now += pause
        taken += allowance.take(now)
    assert taken <= 5 + 20 * now + 1e-6
