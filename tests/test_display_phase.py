"""Draws are moved to where their pictures wait least for the display."""

from __future__ import annotations

import itertools
import math
import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.program.display_phase import FARTHEST, LATE, MARGIN, PULL, DisplayPhase

REFRESH = 1 / 60
WORK = 0.010


def run(
    beat: float,
    seconds: float,
    *,
    jitter: float = 0.0,
    refresh: float = REFRESH,
    drift: float = 0.0,
) -> list[tuple[float, float]]:
    """Draw by the beat, as moved; (moment of the draw, seconds its picture waited) of each."""
    chance = random.Random(1)
    phase = DisplayPhase()
    draws: list[tuple[float, float]] = []
    due = moment = 100.0
    while due < 100.0 + seconds:
        ready = moment + WORK + chance.random() * jitter
        waited = -ready % (refresh * (1 + drift))
        draws.append((moment, waited))
        phase.learn(moment, waited, refresh)
        due += beat
        last, moment = moment, phase.nearest(due, beat, moment)
        assert abs(moment - due) <= 1.5 * refresh
        due = max(due, moment - beat)
        assert moment > last
    return draws


@pytest.mark.parametrize("fps", [10, 24, 29, 30, 50, 59, 60])
def test_pictures_hardly_wait_once_the_display_is_known(fps: float) -> None:
    waits = [waited for _, waited in run(1 / fps, 10)][30:]
    assert max(waits) < 2 * MARGIN


@pytest.mark.parametrize("fps", [24, 29, 59])
def test_the_rate_stays_what_it_was(fps: float) -> None:
    assert abs(len(run(1 / fps, 20)) - 20 * fps) <= 1
    moments = [moment for moment, _ in run(1 / fps, 10)[20:]]
    assert all(
        abs(later - sooner - 1 / fps) <= REFRESH for sooner, later in itertools.pairwise(moments)
    )


@pytest.mark.parametrize("refresh", [0.99 / 60, 1 / 60, 1.01 / 60, 1.1 / 60])
def test_no_two_draws_aim_at_one_refresh(refresh: float) -> None:
    moments = [moment for moment, _ in run(1 / 60, 20, refresh=refresh)[30:]]
    assert all(later - sooner > 0.9 * refresh for sooner, later in itertools.pairwise(moments))


def test_ways_that_differ_a_little_still_meet_most_refreshes() -> None:
    waits = [waited for _, waited in run(1 / 29, 30, jitter=0.004)][30:]
    assert sum(waits) / len(waits) < 0.0045
    assert sum(waited > 0.008 for waited in waits) / len(waits) < 0.05


def test_a_clock_that_drifts_is_followed() -> None:
    waits = [waited for _, waited in run(1 / 30, 60, drift=1e-4)][60:]
    assert max(waits) < 0.004


def test_ways_that_differ_by_more_than_a_refresh_are_not_aimed() -> None:
    phase = DisplayPhase()
    for index in range(40):
        phase.learn(100 + index / 30, (index * 0.37 % 1) * REFRESH, REFRESH)
    assert phase.nearest(101.4, 1 / 30, 101.37) == 101.4


def test_nothing_known_moves_nothing() -> None:
    phase = DisplayPhase()
    assert phase.nearest(5.0, 1 / 30, 4.9) == 5.0
    for index in range(7):
        phase.learn(5 + index / 30, 0.008, REFRESH)
    assert phase.nearest(5.3, 1 / 30, 5.27) == 5.3
    phase.learn(5 + 7 / 30, 0.008, REFRESH)
    assert phase.nearest(5.3, 1 / 30, 5.27) != 5.3


def test_what_was_known_is_forgotten() -> None:
    phase = DisplayPhase()
    for index in range(20):
        phase.learn(5 + index / 30, 0.008, REFRESH)
    assert phase.nearest(20.0, 1 / 30, 19.0) == 20.0


def test_pictures_that_were_never_shown_move_the_draws_to_sooner() -> None:
    phases = DisplayPhase(), DisplayPhase()
    for index in range(60):
        for phase in phases:
            phase.learn(5 + index * REFRESH, 0.0, REFRESH)
        if index % 5 == 0:
            phases[1].miss(5 + index * REFRESH - 0.002)
    all_shown, some_missed = (phase.nearest(6.0, REFRESH, 5.98) for phase in phases)
    assert some_missed == pytest.approx(all_shown - 0.002 - LATE, abs=2 * PULL * FARTHEST)


def test_what_changes_slowly_is_followed() -> None:
    """What else the machines do makes all pictures later by turns."""
    phase = DisplayPhase()
    waits = []
    for index in range(1200):
        now = 5 + index * REFRESH
        moment = phase.nearest(now, REFRESH, now - REFRESH)
        work = WORK + 0.002 * math.sin(2 * math.pi * index * REFRESH / 4)
        waits.append(-(moment + work) % REFRESH)
        phase.learn(moment, waits[-1], REFRESH)
    assert statistics.fmean(waits[300:]) < 0.0012


def test_how_far_pictures_may_be_off_is_learnt_from_when_they_were_aimed() -> None:
    """On a long way what is expected of a picture is old by the time that it is shown."""
    phase = DisplayPhase()
    told: list[tuple[float, float]] = []
    missed = 0
    for index in range(1800):
        now = 5 + index * REFRESH
        moment = phase.nearest(now, REFRESH, now - REFRESH)
        work = WORK + 0.002 * math.sin(2 * math.pi * index * REFRESH / 0.5)
        waited = -(moment + work) % REFRESH
        missed += index > 600 and waited > REFRESH / 2
        told.append((moment, waited))
        if index >= 15:
            phase.learn(*told[index - 15], REFRESH)
    assert missed < 0.01 * 1200


@pytest.mark.parametrize("beginning", [index / 10_000 for index in range(104, 124, 2)])
def test_a_draw_between_two_refreshes_stays_with_one(beginning: float) -> None:
    """At half the display's rate each picture is shown for two refreshes, wherever the draws began."""
    chance = random.Random(3)
    phase = DisplayPhase()
    moment = 0.0
    refreshes = []
    for index in range(300):
        due = 100 + beginning + index * 2 * REFRESH
        moment = phase.nearest(due, 2 * REFRESH, moment or due - 2 * REFRESH)
        ready = moment + WORK + chance.random() * 0.003
        waited = -ready % REFRESH
        refreshes.append(round((ready + waited) / REFRESH))
        phase.learn(moment, waited, REFRESH)
    gaps = [later - sooner for sooner, later in itertools.pairwise(refreshes[100:])]
    assert gaps.count(2) >= len(gaps) - 2


def test_a_miss_alone_tells_nothing() -> None:
    phase = DisplayPhase()
    for index in range(20):
        phase.miss(5 + index * REFRESH)
    assert phase.nearest(5.4, REFRESH, 5.38) == 5.4


@pytest.mark.parametrize("outlier", [0.007, -0.007])
def test_one_picture_that_was_far_off_hardly_moves_the_next(outlier: float) -> None:
    """It stands half an interval away from others, and would seem to be on their other side."""
    phase = DisplayPhase()
    for index in range(100):
        jitter = 0.0015 * (-1) ** index
        phase.learn(5 + index * REFRESH + jitter, 0.0, REFRESH)
    before = phase.nearest(6.7, REFRESH, 6.68)
    phase.learn(5 + 100 * REFRESH + outlier, 0.0, REFRESH)
    assert phase.nearest(6.7, REFRESH, 6.68) == pytest.approx(before, abs=1.01 * PULL * FARTHEST)


def test_draws_faster_than_the_display_are_left_alone() -> None:
    phase = DisplayPhase()
    for index in range(20):
        phase.learn(5 + index / 120, 0.004, REFRESH)
    assert phase.nearest(5.17, 1 / 120, 5.16) == 5.17


@given(st.lists(st.tuples(*[st.floats(-10, 10)] * 3)), st.floats(0.004, 1))
def test_whatever_a_page_says_no_draw_moves_far(
    told: list[tuple[float, float, float]], beat: float
) -> None:
    phase = DisplayPhase()
    for started, waited, interval in told:
        phase.learn(100 + started, waited, interval)
        assert abs(phase.nearest(103.0, beat, 102.9) - 103.0) <= 0.075
