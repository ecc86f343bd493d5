"""Which arrivals are believed, and how a clock that jumped goes on."""

from __future__ import annotations

import pytest

from rtc_canvas.rtc.congestion.feedback import TransportFeedback
from rtc_canvas.rtc.congestion.receiver_clock import PATIENCE, ReceiverClock

# 24 bits of 64 ms: after so many seconds the reference of reports begins anew.
WRAP = 2**24 * 0.064


def report(*arrivals: float | None) -> TransportFeedback:
    return TransportFeedback(0, tuple(enumerate(arrivals)))


def test_a_clock_that_goes_on_is_left_alone() -> None:
    clock = ReceiverClock()
    for now in (5.0, 5.1, 7.0, 60.0):
        feedback = report(now + 1000, None, now + 1000.02)
        assert clock.straighten(feedback, now) is feedback


def test_a_report_of_losses_alone_says_nothing_of_the_clock() -> None:
    clock = ReceiverClock()
    feedback = report(None, None)
    assert clock.straighten(feedback, 1.0) is feedback
    clock.straighten(report(-70_000.0), 1.1)


def test_arrivals_that_lie_apart_are_never_believed() -> None:
    clock = ReceiverClock()
    for now in range(3 * PATIENCE):
        with pytest.raises(ValueError, match="too far apart"):
            clock.straighten(report(100.0, 111.0), float(now))
    assert clock.straighten(report(100.0), 20.0) == report(100.0)


def test_a_jump_that_does_not_last_is_no_jump() -> None:
    clock = ReceiverClock()
    clock.straighten(report(100.0), 1.0)
    for arrival in (9000.0, -9000.0, 88.0):
        with pytest.raises(ValueError, match="jumped"):
            clock.straighten(report(arrival), 1.1)
    assert clock.straighten(report(100.2), 1.2) == report(100.2)


@pytest.mark.parametrize("jump", [-WRAP, 3600.0, -3600.0])
def test_a_clock_that_jumped_goes_on_where_it_was(jump: float) -> None:
    clock = ReceiverClock()
    clock.straighten(report(100.0), 0.0)
    for count in range(1, PATIENCE):
        with pytest.raises(ValueError, match="jumped"):
            clock.straighten(report(100.0 + count + jump), float(count))
    now = float(PATIENCE)
    believed = clock.straighten(report(100.0 + now - 0.02 + jump, None, 100.0 + now + jump), now)
    assert [arrived for _, arrived in believed.arrivals] == [
        pytest.approx(104.98),
        None,
        pytest.approx(105.0),
    ]
    later = clock.straighten(report(106.5 + jump), 6.5)
    assert later.arrivals[0][1] == pytest.approx(106.5)
