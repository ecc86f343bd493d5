"""The estimator on what a real Chromium reported over emulated links, see `recording.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from rtc_canvas.rtc.congestion.estimator import Estimator, RateLimits
from rtc_canvas.rtc.congestion.feedback import TransportFeedback, parse_feedback
from rtc_canvas.rtc.congestion.packets import PacketLog
from rtc_canvas.rtc.congestion.receiver_clock import ReceiverClock

from .recording import FOLDER, Recording, Reported, Sent, load

LIMITS = RateLimits(1_000_000, 150_000, 20_000_000)
NUMBERS = 1 << 16

STEPPED, JITTER = (load(FOLDER / f"{name}.npz") for name in ("stepped", "jitter"))
NARROWED, WIDENED = (time for time, _ in STEPPED.rates[1:])


@dataclass(frozen=True, slots=True)
class Row:
    """What was known after one report; lost: how many packets it called lost, less those that it took back."""

    time: float
    target: float
    state: str
    lost: int
    loss: float
    reordered: float


def replay(
    recording: Recording,
    *,
    change: Callable[[TransportFeedback], TransportFeedback | None] = lambda feedback: feedback,
    numbers_from: int = 0,
) -> list[Row]:
    """The estimator's course. change: what becomes of each report on its way, None where it is lost."""
    estimator, log, clock = Estimator(LIMITS), PacketLog(), ReceiverClock()
    for _ in range(numbers_from):
        log.send(0.0, 0, 0)
    rows: list[Row] = []
    for event in recording.events():
        if isinstance(event, Sent):
            log.send(event.time, event.size, event.frame)
            continue
        feedback = change(parse_feedback(event.packet))
        if feedback is None:
            continue
        report = log.report(clock.straighten(feedback, event.time))
        estimator.on_report(report, event.time)
        rows.append(
            Row(
                event.time,
                estimator.target,
                estimator.state,
                len(report.lost) - len(report.late),
                estimator.loss,
                estimator.reordered,
            )
        )
    return rows


def between(rows: list[Row], start: float, end: float) -> list[Row]:
    return [row for row in rows if start <= row.time < end]


def targets(rows: list[Row], start: float, end: float) -> list[float]:
    return [row.target for row in between(rows, start, end)]


def check_that_the_steps_are_followed(rows: list[Row]) -> None:
    """Within some reports, which come every 60 ms, and with little more than the link carries at any other time."""
    assert all(0.6 * 6e6 < target < 6e6 for target in targets(rows, 3, NARROWED))
    assert all(target < 1.5e6 for target in targets(rows, NARROWED + 0.4, WIDENED))
    assert all(target > 0.5 * 1.5e6 for target in targets(rows, NARROWED + 1.5, WIDENED))
    assert max(targets(rows, WIDENED, WIDENED + 2.5)) > 4e6
    assert all(target < 6e6 for target in targets(rows, WIDENED, float("inf")))


def test_the_recordings_are_what_they_are_said_to_be() -> None:
    assert [rate for _, rate in STEPPED.rates] == [6e6, 1.5e6, 6e6]
    assert [rate for _, rate in JITTER.rates] == [8e6]
    for recording in (STEPPED, JITTER):
        assert len(recording.sent) > 3000
        assert len(recording.reported) > 150
        reported = {n for row in recording.reported for n, _ in parse_feedback(row.packet).arrivals}
        assert max(reported) < len(recording.sent)
        assert len(reported) > 0.99 * len(recording.sent)


def test_a_recording_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = Recording(
        sent=[Sent(0.0, 1200, 1), Sent(0.000_001, 60, 1), Sent(70.5, 900, None)],
        reported=[Reported(0.25, b"one"), Reported(71.0, b"another")],
        rates=[(0.0, 1e6), (5.5, 2e6)],
    )
    written.save(tmp_path / "made.npz")
    assert load(tmp_path / "made.npz") == written
    assert [event.time for event in written.events()] == [0, 0.000_001, 0.25, 70.5, 71]
    assert [written.capacity(time) for time in (0, 5.4, 5.5, 9)] == [1e6, 1e6, 2e6, 2e6]


def test_the_rate_follows_a_link_that_narrows_and_widens() -> None:
    check_that_the_steps_are_followed(replay(STEPPED))


def test_a_link_that_narrows_costs_a_few_reports_and_not_more() -> None:
    too_high = [row for row in replay(STEPPED) if row.target > STEPPED.capacity(row.time)]
    assert len(too_high) <= 5
    assert all(row.time >= NARROWED for row in too_high)


def test_lost_reports_do_no_harm() -> None:
    def lose_every_fourth(feedback: TransportFeedback) -> TransportFeedback | None:
        return None if feedback.number % 4 == 0 else feedback

    rows = replay(STEPPED, change=lose_every_fourth)
    assert len(rows) < 0.8 * len(STEPPED.reported)
    check_that_the_steps_are_followed(rows)


@pytest.mark.parametrize("drift", [1e-4, -1e-4])
def test_a_clock_that_drifts_does_no_harm(drift: float) -> None:
    check_that_the_steps_are_followed(
        replay(STEPPED, change=lambda feedback: with_times(feedback, lambda at: at * (1 + drift)))
    )


def test_numbers_that_wrap_change_nothing() -> None:
    offset = NUMBERS - 2000

    def shift(feedback: TransportFeedback) -> TransportFeedback:
        arrivals = tuple(((number + offset) % NUMBERS, at) for number, at in feedback.arrivals)
        return replace(feedback, arrivals=arrivals)

    assert replay(STEPPED, change=shift, numbers_from=offset) == replay(STEPPED)


def test_reordering_is_neither_loss_nor_congestion() -> None:
    rows = replay(JITTER)
    settled = between(rows, 1, float("inf"))
    assert all(row.reordered > 0.02 for row in settled)
    # Nearly all that was called lost came all the same.
    assert all(row.loss < 0.04 for row in settled)
    assert sum(row.lost for row in rows) < 0.002 * len(JITTER.sent)
    assert "cut" not in {row.state for row in rows}
    assert min(row.target for row in rows) >= LIMITS.start
    assert LIMITS.start < rows[-1].target < 8e6


def with_times(feedback: TransportFeedback, change: Callable[[float], float]) -> TransportFeedback:
    arrivals = tuple((n, None if at is None else change(at)) for n, at in feedback.arrivals)
    return replace(feedback, arrivals=arrivals)
