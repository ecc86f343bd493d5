"""``python -m tests.benchmarks.mounted``: what it costs to be mounted in a FastAPI app under uvicorn, beside `serve()`.

The two take turns, round by round, so that what disturbs the machine disturbs them alike.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field

from .browser import Browser, launch
from .figures import percentile
from .subject import Subject
from .trial import SLOW_FPS, Cost, cost_of, glass_times

SERVED, MOUNTED = "ours", "ours_mounted"
LIMIT = 1.1


@dataclass(frozen=True)
class Plan:
    """How long to look, in seconds, and how often."""

    rounds: int
    warm_up: float
    watch: float
    cost: float


FULL = Plan(rounds=4, warm_up=4, watch=8, cost=6)
QUICK = Plan(rounds=2, warm_up=4, watch=6, cost=3)


@dataclass
class Figures:
    """What was measured of one of the two, in all rounds."""

    glass: list[float] = field(default_factory=list)
    """Seconds, of each picture."""
    costs: list[Cost] = field(default_factory=list)
    """With one viewer: more of them share the cores with their browsers, and wait for each other."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.mounted", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round, to try things out")
    plan = QUICK if parser.parse_args().quick else FULL
    found = {SERVED: Figures(), MOUNTED: Figures()}
    with launch() as browser:
        for number in range(1, plan.rounds + 1):
            for name, figures in found.items():
                print(f"round {number} of {plan.rounds}: {name}", file=sys.stderr)
                measure(name, browser, plan, figures)
    print(markdown(found[SERVED], found[MOUNTED]))


def measure(name: str, browser: Browser, plan: Plan, figures: Figures) -> None:
    """Take every figure once."""
    with Subject(name, SLOW_FPS) as subject, closing(browser.open(subject.url)) as viewer:
        viewer.wait(plan.warm_up)
        glass, _, _ = glass_times(subject, viewer, plan.watch)
        median, late = (1000 * percentile(glass, share) for share in (50, 95))
        print(f"glass {median:.1f} / {late:.1f} ms", file=sys.stderr)
        figures.glass += glass
        figures.costs.append(cost_of(subject, [viewer], plan.cost))


ROWS: tuple[tuple[str, Callable[[Figures], float]], ...] = (
    ("glass time at 29 fps, median, ms", lambda f: 1000 * statistics.median(f.glass)),
    ("glass time at 29 fps, 95th percentile, ms", lambda f: 1000 * percentile(f.glass, 95)),
    ("server CPU with one viewer, % of a core", lambda f: cpu(f.costs)),
)


def cpu(costs: list[Cost]) -> float:
    """Percent of a core, by the pictures that came: a server that sends fewer would seem cheap."""
    pictures = sum(cost.pictures for cost in costs)
    return 100 * sum(cost.cpu for cost in costs) / pictures * SLOW_FPS


def markdown(served: Figures, mounted: Figures) -> str:
    """The table, with mounted divided by served, and whether that is what is asked."""
    lines = [
        "| figure | serve() | mounted in FastAPI (÷ serve()) | asked | holds |",
        "| --- | ---: | ---: | --- | --- |",
    ]
    for label, value in ROWS:
        one, other = value(served), value(mounted)
        verdict = "yes" if other <= LIMIT * one else "**no**"
        lines.append(
            f"| {label} | {one:.1f} | {other:.1f} ({other / one:.2f}) | ≤ {LIMIT} × | {verdict} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
