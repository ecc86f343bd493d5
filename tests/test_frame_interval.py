"""The time between frames, smoothed."""

from __future__ import annotations

import pytest

from rtc_canvas.video.encoder import FrameInterval


def test_starts_at_thirty_frames_a_second() -> None:
    assert FrameInterval().update(7.0) == pytest.approx(1 / 30)


@pytest.mark.parametrize("fps", [24, 60, 144])
def test_settles_at_the_pace(fps: int) -> None:
    interval = FrameInterval()
    for index in range(60):
        interval.update(index / fps)
    assert interval.seconds == pytest.approx(1 / fps, rel=0.01)


def test_a_pause_counts_little() -> None:
    interval = FrameInterval()
    interval.update(0.0)
    assert interval.update(3600.0) < 1 / 20


@pytest.mark.parametrize("step", [-1.0, 0.0, 1e-9])
def test_times_that_do_not_rise_count_as_the_shortest(step: float) -> None:
    interval = FrameInterval()
    for index in range(100):
        interval.update(index * step)
    assert interval.seconds == pytest.approx(FrameInterval.shortest, rel=0.01)
