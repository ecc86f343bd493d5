"""Whether the first picture of a motion comes as soon as the others: what stood before it is still being refined.

The program pushes its pictures, so that all of them come at any phase of the display.
"""

from __future__ import annotations

import itertools
import json
import statistics
from collections.abc import Mapping, Sequence
from contextlib import closing

from ..browser import Browser
from ..subject import Subject
from .finding import Finding, Outcome
from .plan import Plan
from .watching import FPS, watch

MOVE, STOP = 0.3, 0.4
"""Seconds: the stop ends while what stands is sent again and again."""
NO_LATER = 1.1
"""What the median of the first pictures may be of all others'."""


def measure(browser: Browser, plan: Plan) -> Outcome:
    """Watch a program that stops for a moment again and again."""
    settings = ["--content=graphics", "--set", json.dumps({"move": MOVE, "stop": STOP})]
    with (
        Subject("ours_stopping", FPS, settings) as subject,
        closing(browser.open(subject.url)) as viewer,
    ):
        viewer.wait(plan.warm_up)
        begun = set(subject.handovers)
        seen = watch(subject, viewer, plan.sweep * plan.rounds)
        handovers = {number: at for number, at in subject.handovers.items() if number not in begun}
    firsts, others = parted(handovers, seen.glass_by_number)
    return Outcome((judge(firsts, others),), samples={"first": firsts, "others": others})


def parted(
    handovers: Mapping[int, float], glass: Mapping[int, float]
) -> tuple[list[float], list[float]]:
    """The glass times of the first picture after each stop, and of the others, in seconds."""
    times = sorted((at, number) for number, at in handovers.items())
    pairs = list(itertools.pairwise(times))
    after_stop = {number for (before, _), (at, number) in pairs if at - before > STOP / 2}
    rest = {number for _, (_, number) in pairs} - after_stop
    return (
        [glass[number] for number in after_stop & glass.keys()],
        [glass[number] for number in rest & glass.keys()],
    )


def judge(firsts: Sequence[float], others: Sequence[float]) -> Finding:
    """From the glass times in seconds of both."""
    first, other = 1000 * statistics.median(firsts), 1000 * statistics.median(others)
    return Finding(
        "glass median, first picture after 0.4 s without motion against those in motion, pushed",
        f"{first:.1f} ms; {other:.1f} ms ({first / other:.2f} ×)",
        f"≤ {NO_LATER} ×",
        first <= NO_LATER * other,
    )
