"""What timing draws to the display gains: glass times with it and without it, and pictures shown at 60 a second.

A page that reports no frame as shown gets draws that are not timed. In a run at exactly 60 or 30 such draws have one
phase against the display's 60 Hz, and a median that is a matter of luck. So they go a little slower, by one in
:data:`SWEEP` seconds, and the phase goes through all that there are.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from ..browser import Browser
from ..subject import Subject
from ..table import OURS
from .finding import Finding, Outcome
from .plan import Plan
from .watching import Watch, watch

UNTIMED = Path(__file__).with_name("untimed.js")
DISPLAY = 60
SWEEP = 10
"""Seconds in which draws that are not timed go through all phases of the display once."""
SHORTER = {60: 0.8, 30: 1.0}
"""What the median with timed draws may be of the other, by the rate."""
FEWEST = 58


@dataclass(frozen=True)
class Both:
    """Rounds with draws that are timed to the display, and with draws that are not."""

    timed: list[Watch]
    untimed: list[Watch]


def measure(browser: Browser, plan: Plan) -> Outcome:
    """Measure both in turns at each rate."""
    seen = {fps: Both([], []) for fps in SHORTER}
    for _ in range(plan.rounds):
        for fps, both in seen.items():
            both.timed.append(look(browser, plan, fps))
            both.untimed.append(look(browser, plan, swept(fps), [UNTIMED]))
    return Outcome(
        (
            *(judge(fps, _glass(both.timed), _glass(both.untimed)) for fps, both in seen.items()),
            judge_rate(statistics.fmean(each.shown_fps for each in seen[60].timed)),
        ),
        samples={str(fps): asdict(both) for fps, both in seen.items()},
    )


def look(browser: Browser, plan: Plan, fps: float, scripts: Sequence[Path] = ()) -> Watch:
    """Look at moving graphics for one round."""
    with (
        Subject(OURS, fps, ["--content=graphics"]) as subject,
        closing(browser.open(subject.url, scripts)) as viewer,
    ):
        viewer.set_reading("luma")
        viewer.wait(plan.warm_up)
        return watch(subject, viewer, plan.sweep)


def swept(fps: float) -> float:
    """A rate near ``fps`` whose phase against the display sweeps once in :data:`SWEEP` seconds."""
    return fps - fps / DISPLAY / SWEEP


def judge(fps: int, timed: Sequence[float], untimed: Sequence[float]) -> Finding:
    """From the glass times in seconds of both."""
    with_it, without = 1000 * statistics.median(timed), 1000 * statistics.median(untimed)
    ratio = with_it / without
    return Finding(
        f"glass median, draws timed to the display against not, {fps} fps",
        f"{with_it:.1f} ms; {without:.1f} ms ({ratio:.2f} ×)",
        f"≤ {SHORTER[fps]:.1f} ×",
        ratio <= SHORTER[fps],
    )


def judge_rate(shown: float) -> Finding:
    """From the pictures shown a second."""
    return Finding("pictures shown a second, of 60", f"{shown:.1f}", f"≥ {FEWEST}", shown >= FEWEST)


def _glass(rounds: Sequence[Watch]) -> list[float]:
    return [sample for each in rounds for sample in each.glass]
