"""Whether the first picture of a motion comes as soon as the others: what stood before it is still being refined.

The program pushes its pictures, so that all of them come at any phase of the display.
"""

from __future__ import annotations

import itertools
import json
import math
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
UNSEEN = 0.1
"""The share of first pictures that may be replaced by the next before they are read."""


def measure(browser: Browser, plan: Plan) -> Outcome:
    """Watch a program that stops for a moment again and again."""
    settings = ["--content=graphics", "--set", json.dumps({"move": MOVE, "stop": STOP})]
    with (
        Subject("ours_stopping", FPS, settings) as subject,
        closing(browser.open(subject.url)) as viewer,
    ):
        viewer.wait(plan.warm_up)
        glass = watch(subject, viewer, plan.sweep * plan.rounds).glass_by_number
        # Of those handed over while it was watched.
        watched = range(min(glass), max(glass) + 1)
        handovers = {number: subject.handovers[number] for number in watched}
    firsts, others = parted(handovers, glass)
    return Outcome((judge(firsts, others),), samples={"first": firsts, "others": others})


def parted(
    handovers: Mapping[int, float], glass: Mapping[int, float]
) -> tuple[list[float], list[float]]:
    """The glass times of the first picture after each stop, and of the others, in seconds.

    Infinite for a picture that was not read.
    """
    times = sorted((at, number) for number, at in handovers.items())
    pairs = list(itertools.pairwise(times))
    after_stop = {number for (before, _), (at, number) in pairs if at - before > STOP / 2}
    rest = {number for _, (_, number) in pairs} - after_stop
    return (
        [glass.get(number, math.inf) for number in sorted(after_stop)],
        [glass.get(number, math.inf) for number in sorted(rest)],
    )


def judge(firsts: Sequence[float], others: Sequence[float]) -> Finding:
    """From the glass times in seconds of both."""
    first, other = 1000 * statistics.median(firsts), 1000 * statistics.median(others)
    unseen = firsts.count(math.inf) / len(firsts)
    return Finding(
        "glass median, first picture after 0.4 s without motion against those in motion, pushed",
        f"{first:.1f} ms; {other:.1f} ms ({first / other:.2f} ×); {100 * unseen:.0f} % of the first not seen",
        f"≤ {NO_LATER} ×; ≤ {100 * UNSEEN:.0f} %",
        first <= NO_LATER * other and unseen <= UNSEEN,
    )
