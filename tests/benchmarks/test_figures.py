from __future__ import annotations

import math
from dataclasses import replace

import pytest

from . import scene
from .fidelity import page_psnr
from .figures import Figures, percentile, pool
from .number_blocks import read_number
from .table import AIORTC, HTTP, OURS, OURS_420, ROWS, markdown
from .trial import Cost, IdleTrial, Trial

TRIAL = Trial(
    glass=[0.010, 0.012, 0.030],
    unseen=1,
    clock_error=0.0005,
    psnr=[30.0, 32.0],
    one_viewer=Cost(cpu=0.2, pictures=29),
    three_viewers=Cost(cpu=0.5, pictures=87),
    first_picture=[0.4, 0.3, 0.9],
    shown_fps=58.0,
)


def test_rounds_are_pooled() -> None:
    figures = pool([TRIAL, replace(TRIAL, glass=[0.011, 0.011])], IdleTrial(0.005, 1700.0))
    assert figures.glass_median == pytest.approx(11)
    assert figures.glass_p95 == pytest.approx(30)
    assert figures.unseen == pytest.approx(100 * 2 / 7)
    assert figures.psnr == pytest.approx(31)
    assert figures.first_picture == pytest.approx(0.4)
    assert figures.idle_cpu == pytest.approx(0.5)
    assert figures.idle_bitrate == pytest.approx(1.7)


def test_a_viewer_costs_what_two_more_cost_by_the_picture() -> None:
    assert pool([TRIAL]).cpu_per_viewer == pytest.approx(15)
    starved = replace(TRIAL, three_viewers=Cost(cpu=0.35, pictures=58))
    assert pool([starved]).cpu_per_viewer == pytest.approx(15)
    stuck = replace(TRIAL, three_viewers=TRIAL.one_viewer)
    assert math.isnan(pool([stuck]).cpu_per_viewer)


def test_percentiles_are_samples() -> None:
    assert percentile(range(1, 101), 95) == 95
    assert percentile([7], 95) == 7


def test_the_table_compares_with_the_rivals_that_were_measured() -> None:
    ours = pool([TRIAL], IdleTrial(0.005, 1700.0))
    rival = replace(pool([TRIAL]), glass_median=40.0, glass_p95=50.0, shown_fps=40.0)
    rows = markdown({OURS: ours, AIORTC: rival, HTTP: rival}).splitlines()[2:]
    assert len(rows) == len(ROWS)
    assert "| 12.0 | 40.0 (0.30) | 40.0 (0.30) |" in rows[0]
    assert rows[0].endswith("| yes |")
    assert rows[1].endswith("| **no** |")
    assert _verdicts({OURS: ours})[:4] == ["—", "—", "—", "—"]
    assert _verdicts({AIORTC: rival}) == ["—"] * len(ROWS)


def test_ours_in_420_is_judged_beside_it() -> None:
    rival = replace(pool([TRIAL]), glass_median=40.0)
    slow = replace(rival, glass_median=17.0)
    first = markdown(
        {OURS: slow, OURS_420: pool([TRIAL]), AIORTC: rival, HTTP: rival}
    ).splitlines()[2]
    assert first.endswith("| **no** | yes |")


def test_the_scene_repeats_without_a_seam_and_tells_its_number() -> None:
    first, again = scene.render(3), scene.render(3 + scene.PERIOD)
    assert first.shape == (scene.HEIGHT, scene.WIDTH, 3)
    assert (read_number(first), read_number(again)) == (3, 3 + scene.PERIOD)
    assert page_psnr(again, first) == math.inf


def _verdicts(columns: dict[str, Figures]) -> list[str]:
    return [row.split(" | ")[-1].removesuffix(" |") for row in markdown(columns).splitlines()[2:]]
