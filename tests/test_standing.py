"""The part of a queue that others keep full."""

from __future__ import annotations

from rtc_canvas.rtc.congestion.standing import CALM, LASTING, RESTORED, StandingQueue

EVERY = 0.06


def told(
    queue: StandingQueue,
    delays: list[float],
    *,
    acked: float = 2e6,
    capacity: float | None = 8e6,
    target: float = 2e6,
    start: float = 10.0,
) -> list[float]:
    """The targets that reports of these delays led back to."""
    answers = (
        queue.update(delay, acked, capacity, target, start + index * EVERY)
        for index, delay in enumerate(delays)
    )
    return [answer for answer in answers if answer is not None]


def test_a_queue_that_never_empties_though_little_of_the_link_is_ours_is_others() -> None:
    queue = StandingQueue()
    assert told(queue, [0.06] * 40, target=3e6) == [RESTORED * 3e6], "and that is found once"
    assert queue.seconds == queue.least == 0.06


def test_the_target_goes_back_to_that_before_the_cuts() -> None:
    queue = StandingQueue()
    told(queue, [0.0] * 5)
    answers = [
        queue.update(0.09, 2e6, 8e6, target, 11 + index * EVERY)
        for index, target in enumerate([5e6, 4e6, 3e6, 2e6, *[1e6] * 12])
    ]
    assert [answer for answer in answers if answer is not None] == [RESTORED * 5e6]


def test_a_queue_that_is_all_ours_is_not() -> None:
    queue = StandingQueue()
    assert told(queue, [0.2] * 40, acked=1.5e6, capacity=1.5e6) == []
    assert queue.seconds == 0


def test_nothing_is_found_where_the_capacity_is_not_known() -> None:
    queue = StandingQueue()
    assert told(queue, [0.2] * 40, capacity=None) == []


def test_a_queue_that_empties_now_and_then_is_nobodys() -> None:
    queue = StandingQueue()
    assert told(queue, [0.08, 0.08, 0.08, 0.08, 0.01] * 10) == []
    assert queue.seconds == 0
    assert queue.least <= CALM


def test_it_follows_the_others_and_goes_with_them() -> None:
    queue = StandingQueue()
    told(queue, [0.06] * 20)
    told(queue, [0.12] * 20, start=12)
    assert queue.seconds == 0.12
    told(queue, [0.0] * (int(LASTING / EVERY) + 2), start=14)
    assert queue.seconds == queue.least == 0
