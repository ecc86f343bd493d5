"""What the rows of the table make of the figures."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ..graphics.page import FLATS, flat, render
from . import chroma, exact, moving, phase, reported, resuming, still
from .__main__ import report
from .finding import Finding, Outcome
from .quality import Shot, assess, take_shot
from .refreshes import Refreshes
from .stopping import stood
from .watching import bitrate


@pytest.mark.parametrize(
    ("ours", "rate", "holds"),
    [(40.0, 4.0, True), (39.9, 4.0, False), (45.0, 7.0, False), (40.0, 6.5, True)],
)
def test_better_than_jpeg_by_3_db_at_a_quarter_of_the_bits(
    ours: float, rate: float, holds: bool
) -> None:
    assert moving.beside_http(ours, 37.0, rate, 26.0).holds == holds


def test_better_than_plain_aiortc_by_10_db() -> None:
    assert moving.beside_aiortc(40.0, 30.0, 4.0, 3.0).holds
    assert not moving.beside_aiortc(39.9, 30.0, 4.0, 3.0).holds


def test_full_chroma_may_take_a_quarter_longer() -> None:
    assert chroma.judge([0.025, 0.030, 0.001], [0.020, 0.020, 0.090]).holds
    assert not chroma.judge([0.026], [0.020]).holds


def test_timed_draws_are_sooner_at_60_and_no_later_at_30() -> None:
    assert phase.judge(60, [0.016], [0.020]).holds
    assert not phase.judge(60, [0.017], [0.020]).holds
    assert phase.judge(30, [0.020], [0.020]).holds
    assert not phase.judge(30, [0.021], [0.020]).holds
    assert phase.judge_rate(58.0).holds
    assert not phase.judge_rate(57.9).holds


@pytest.mark.parametrize("fps", phase.SHORTER)
def test_untimed_draws_meet_the_display_at_all_phases(fps: int) -> None:
    draws = np.arange(round(phase.SWEEP * phase.swept(fps))) / phase.swept(fps)
    phases = np.sort(draws * phase.DISPLAY % 1)
    assert np.diff(phases).max() < 0.01


def test_the_first_picture_after_a_stop_comes_as_soon_as_others() -> None:
    handovers = {1: 0.0, 2: 0.1, 3: 0.5, 4: 0.6, 5: 1.0}
    glass = {1: 0.001, 2: 0.02, 3: 0.021, 4: 0.02, 5: 0.023}
    assert resuming.parted(handovers, glass) == ([0.021, 0.023], [0.02, 0.02])
    assert resuming.judge([0.021, 0.023], [0.02, 0.02]).holds
    assert not resuming.judge([0.0221], [0.02]).holds
    del glass[3]
    assert resuming.parted(handovers, glass)[0] == [math.inf, 0.023]
    assert not resuming.judge([math.inf, *[0.02] * 5], [0.02]).holds


def test_the_worst_stop_counts() -> None:
    source = render(3)
    near, far = ((source ^ bits).astype(np.uint8) for bits in (1, 3))
    good, bad = (
        assess([Shot(shown, source) for shown in all_shown]) for all_shown in ([near], [near, far])
    )
    assert [finding.holds for finding in still.judge(good)] == [True, True]
    assert [finding.holds for finding in still.judge(bad)] == [False, False]


def test_a_picture_stands_if_none_follows_it_soon() -> None:
    handovers = {1: 10.0, 2: 10.03, 3: 12.5, 4: 12.53, 5: 15.2}
    assert stood(handovers, 15.4) == {2: 10.03, 4: 12.53}
    assert stood(handovers, 16.0) == {2: 10.03, 4: 12.53, 5: 15.2}


def test_the_very_pixels_count_from_when_they_were_first_read() -> None:
    two, five = render(2), render(5)
    nearly = five.copy()
    nearly[700, 1000, 2] ^= 1
    sights = [(10.4, two), (10.5, two), (12.9, nearly), (13.2, five)]
    stops = list(exact.match({2: 10.0, 5: 12.6, 9: 15.0}, sights))
    assert [stop.number for stop in stops] == [2, 5, 9]
    assert stops[0].taken == pytest.approx(0.4)
    assert stops[1].taken == pytest.approx(0.6)
    assert stops[2].taken is None
    assert exact.judge("loopback", stops[:2]).findings[0].holds
    assert not exact.judge("loopback", stops).findings[0].holds


def test_an_input_counts_until_the_picture_that_includes_it() -> None:
    moves = [(300.0, 1.0), (303.0, 1.1), (306.0, 1.2)]
    sightings = [(300, 1.02), (306, 1.23), (300, 1.5)]
    times = list(reported.input_to_photon(moves, sightings))
    assert times == pytest.approx([0.02, 0.03])


def test_reported_times_may_be_5_ms_off() -> None:
    assert reported.judge("glass", [0.010, 0.020, 0.090], 0.025).holds
    assert not reported.judge("glass", [0.020], 0.0149).holds


def test_the_slowest_reported_times_may_be_a_refresh_off_or_two() -> None:
    read = [*[0.010] * 98, 0.020, 0.090]
    assert reported.judge_slow(95, read, 0.010 + 0.0169).holds
    assert not reported.judge_slow(95, read, 0.010 + 0.0171).holds
    assert reported.judge_slow(99, read, 0.020 + 0.0339).holds
    assert not reported.judge_slow(99, read, 0.020 + 0.0341).holds


def test_what_is_decoded_is_shown_by_the_next_refresh() -> None:
    refreshes = Refreshes.between(5.0, 5.0 + 600 / 59.98)
    assert refreshes.next(6.999) == pytest.approx(5.0 + 120 / 59.98)
    assert refreshes.next(4.999) == pytest.approx(5.0)
    assert refreshes.next(5.001) == pytest.approx(5.0 + 1 / 59.98)


def test_bits_are_counted_from_when_the_watching_began() -> None:
    assert bitrate([(0.5, 0), (1.5, 1000), (2.5, 3000), (3.5, 4000)], 1.0) == pytest.approx(12_000)


def test_quality_is_told_of_each_kind() -> None:
    source = render(12)
    shown = source.copy()
    shown[flat(2)] += 5
    quality = assess([Shot(shown, source)])
    assert quality.flats == 5
    assert quality.kinds["print"].psnr == 99.0
    assert quality.kinds["print"].ssim == pytest.approx(1)
    assert quality.kinds["flat colours"].psnr < 50
    shot = take_shot(shown)
    assert shot is not None
    assert np.array_equal(shot.source, source)
    assert take_shot(np.zeros_like(shown)) is None
    assert len(FLATS) == 12


def test_the_report_has_both_tables() -> None:
    finding = Finding("figure", "1 ms", "≤ 2 ms", holds=True)
    quality = assess([Shot(render(1), render(1))])
    text = report({"one": Outcome((finding,), {"ours": quality}), "two": Outcome((finding,))})
    assert text.count("| figure | 1 ms | ≤ 2 ms | yes |") == 2
    assert "| ours | 99.0 (1.000) |" in text
