from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from . import made
from .contenders import CHROMIUM, CONTENDERS, OURS
from .figures import figures
from .results import Result, ResultsFile
from .scenario import Limit
from .scenarios import SCENARIOS, STEADY, STEPPED
from .table import LABELS, Verdict, judge, markdown

FIGURES = figures(STEADY, made.observation(40))


def result(subject: str, **changes: Any) -> Result:
    return Result(STEADY.name, subject, replace(FIGURES, **changes))


def test_every_limit_is_on_a_figure_that_has_a_name() -> None:
    for limit in (limit for scenario in SCENARIOS for limit in scenario.limits):
        assert limit.figure in LABELS
        assert hasattr(FIGURES, limit.figure)
        assert limit.beside is None or limit.beside[1] in CONTENDERS
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS)


def test_a_shortened_scenario_keeps_its_course() -> None:
    short = STEPPED.shortened(0.5)
    assert [step.at for step in short.links[0]] == [0, 7.5, 15]
    assert [step.conditions for step in short.links[0]] == [
        step.conditions for step in STEPPED.links[0]
    ]
    assert short.duration == 22.5
    assert short.recovery is not None
    assert short.recovery.at == 15


def test_key_frames_are_lost_at_even_distances_after_the_warm_up() -> None:
    scenario = replace(STEADY, duration=25, key_frames=4)
    assert scenario.losses() == [5, 10, 15, 20]
    assert scenario.shortened(0.6).losses() == [5, 10]
    assert STEADY.losses() == []


@pytest.mark.parametrize(
    ("limit", "verdict"),
    [
        (Limit("fps", at_least=29), Verdict.HOLDS),
        (Limit("fps", at_least=31), Verdict.FAILS),
        (Limit("glass_median", at_most=49), Verdict.FAILS),
        (Limit("psnr", at_least=24), Verdict.FAILS),  # asked for, and not there
        (Limit("glass_median", at_most=0.75, beside=("steady", CHROMIUM)), Verdict.HOLDS),
        (Limit("glass_median", at_most=0.45, beside=("steady", CHROMIUM)), Verdict.FAILS),
        (Limit("glass_median", at_most=0.75, beside=("stepped", CHROMIUM)), Verdict.OPEN),
    ],
)
def test_limits_are_judged(limit: Limit, verdict: Verdict) -> None:
    results = [result(OURS), result(CHROMIUM, glass_median=100.0)]
    by_name = {(each.scenario, each.subject): each for each in results}
    assert judge(limit, STEADY, by_name) is verdict
    assert judge(limit, STEPPED, by_name) is Verdict.OPEN


def test_the_table_says_what_holds() -> None:
    results = {
        (STEADY.name, OURS): result(OURS, received=4.0),
        (STEADY.name, CHROMIUM): Result(STEADY.name, CHROMIUM, None, "no picture"),
    }
    head, _, ours, rival = markdown([STEADY], results).splitlines()
    assert ours.startswith(f"| {STEADY.title} | rtc_canvas | 1.0 | 30.0 |")
    assert ours.endswith("| **no**: received |")
    assert "glass median ≤ 0.75 of Chromium as sender's (steady); " in ours
    assert "| no picture |" in rival
    assert head.count("|") == ours.count("|") == rival.count("|")


def test_results_are_kept_and_the_last_one_counts(tmp_path: Path) -> None:
    file = ResultsFile(tmp_path / "new" / "results.jsonl")
    assert file.read() == {}
    file.add(Result(STEADY.name, OURS, None, "no picture"))
    file.add(result(OURS, regained=(180.0, 190.0)))
    file.add(result(CHROMIUM))
    assert list(file.read()) == [(STEADY.name, OURS), (STEADY.name, CHROMIUM)]
    assert file.read()[STEADY.name, OURS] == result(OURS, regained=(180.0, 190.0))
    file.clear()
    assert file.read() == {}
