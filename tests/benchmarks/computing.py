"""``python -m tests.benchmarks.computing``: what becomes of pictures that a program computes in Python.

A thread that runs Python all the time keeps all others of its interpreter from running but for the turns that it gives
them. All subjects take turns, round by round, so that what disturbs the machine disturbs them alike.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from contextlib import closing
from dataclasses import dataclass, field

from rtc_canvas.serving.short_turns import USUAL

from .browser import Browser, launch
from .figures import percentile
from .picture.finding import markdown
from .subject import Subject
from .trial import SLOW_FPS, glass_times


@dataclass(frozen=True)
class Served:
    """A subject, and how it is asked to serve."""

    title: str
    name: str
    options: tuple[str, ...] = ()


SUBJECTS = (
    Served("rtc_canvas", "ours"),
    Served("the same with turns of 5 ms", "ours", (f"--set={json.dumps({'turn': USUAL})}",)),
    Served("rendercanvas.http", "rendercanvas_http"),
)
COMPUTING = (0.0, 0.01, 0.025, 0.06)


@dataclass(frozen=True)
class Plan:
    """How long to look, in seconds, and how often."""

    rounds: int
    warm_up: float
    watch: float


FULL = Plan(rounds=2, warm_up=5, watch=8)
QUICK = Plan(rounds=1, warm_up=4, watch=5)


@dataclass
class Figures:
    """What was measured of one subject at one time of computing, in all rounds."""

    glass: list[float] = field(default_factory=list)
    """Seconds, of each picture."""
    shown: list[float] = field(default_factory=list)
    """Pictures a second, of each round."""

    def __str__(self) -> str:
        median, late = (1000 * percentile(self.glass, share) for share in (50, 95))
        return f"{median:.0f} / {late:.0f} ms, {statistics.fmean(self.shown):.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.computing", description=__doc__
    )
    parser.add_argument("--quick", action="store_true", help="one short round, to try things out")
    plan = QUICK if parser.parse_args().quick else FULL
    found = {(seconds, served): Figures() for seconds in COMPUTING for served in SUBJECTS}
    with launch() as browser:
        for number in range(1, plan.rounds + 1):
            for (seconds, served), figures in found.items():
                measure(served, seconds, browser, plan, figures)
                title = f"{served.title}, {1000 * seconds:.0f} ms of computing"
                print(f"round {number} of {plan.rounds}: {title}: {figures}", file=sys.stderr)
    print("Glass time, median / 95 %, and pictures shown a second, of 29:\n")
    rows = [("computing", *(served.title for served in SUBJECTS))]
    for seconds in COMPUTING:
        cells = [str(found[seconds, served]) for served in SUBJECTS]
        rows.append((f"{1000 * seconds:.0f} ms for each picture", *cells))
    print(markdown(rows))


def measure(served: Served, seconds: float, browser: Browser, plan: Plan, figures: Figures) -> None:
    """Look at one of them for one round."""
    options = [f"--compute={seconds}", *served.options]
    with (
        Subject(served.name, SLOW_FPS, options) as subject,
        closing(browser.open(subject.url)) as viewer,
    ):
        viewer.wait(plan.warm_up)
        glass, _, _ = glass_times(subject, viewer, plan.watch)
    figures.glass += glass
    figures.shown.append(len(glass) / plan.watch)


if __name__ == "__main__":
    main()
