"""Whether the times that the server reports of its viewers are those that the pixels tell."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from ..browser import Browser
from ..subject import Subject
from ..table import OURS
from .finding import Finding, Outcome
from .plan import Plan
from .watching import told, watch

SCRIPT = Path(__file__).with_name("pointer.js")
WINDOW = 10.0
"""Seconds that the reported times are of."""
CLOSE = 5.0
"""Milliseconds."""
GLASS_FPS = 29
"""Beside the display's rate, so that pictures meet it at all phases."""
POINTED_FPS = 60

LEFT, TOP, STEP = 300, 300, 3
"""Where the pointer begins, and by how much it goes to the right, in pixels."""
PAUSE, REFRESH = 0.05, 1 / 60
"""Seconds after a move until the next at least, and from one refresh of the display to the next.

A browser takes moves in with a refresh: the same pause after each would bring all of them in at the same phase.
"""
GOLDEN = 0.618
"""Multiples of it, without their whole part, are spread evenly however many they are."""


def measure(browser: Browser, plan: Plan) -> Outcome:
    """Measure glass times of an animation, then input-to-photon times of a program that answers the pointer."""
    glass, glass_told = _glass(browser, plan)
    photon, photon_told = _photon(browser, plan)
    return Outcome(
        (
            judge("glass-to-glass", glass, glass_told),
            judge("input-to-photon", photon, photon_told),
        ),
        samples={"glass": glass, "photon": photon},
    )


def judge(name: str, read: Sequence[float], reported: float) -> Finding:
    """From times read from pixels and the reported median, in seconds."""
    median, reported = 1000 * statistics.median(read), 1000 * reported
    return Finding(
        f"reported {name} median against that read from pixels",
        f"{reported:.1f} ms; {median:.1f} ms ({reported - median:+.1f} ms)",
        "within 5 ms",
        abs(reported - median) <= CLOSE,
    )


def _glass(browser: Browser, plan: Plan) -> tuple[list[float], float]:
    options = ["--content=graphics", "--count"]
    with Subject(OURS, GLASS_FPS, options) as subject, closing(browser.open(subject.url)) as viewer:
        viewer.set_reading("luma")
        viewer.wait(plan.warm_up)
        seen = watch(subject, viewer, WINDOW)
        return seen.glass, _reported(subject, "glass_p50")


def _photon(browser: Browser, plan: Plan) -> tuple[list[float], float]:
    options = ["--content=graphics", "--count"]
    with (
        Subject("ours_pointed", POINTED_FPS, options) as subject,
        closing(browser.open(subject.url, [SCRIPT])) as viewer,
    ):
        viewer.set_reading("luma")
        viewer.wait(plan.warm_up)
        viewer.take_sightings()
        end = time.monotonic() + WINDOW
        for step in itertools.count():
            viewer.move_pointer(LEFT + STEP * step, TOP)
            viewer.wait(PAUSE + REFRESH * (GOLDEN * step % 1))
            if time.monotonic() > end:
                break
        times = list(
            input_to_photon(viewer.evaluate("pointerMoves.take()"), viewer.take_sightings())
        )
        return times, _reported(subject, "input_to_photon_p50")


def input_to_photon(
    moves: Sequence[tuple[float, float]], sightings: Sequence[tuple[int, float]]
) -> Iterator[float]:
    """Seconds from each move until the picture was read whose number is where it went."""
    seen: dict[int, float] = {}
    for number, at in sightings:
        seen.setdefault(number, at)
    for x, at in moves:
        if round(x) in seen:
            yield seen[round(x)] - at


def _reported(subject: Subject, name: str) -> float:
    figures = told(subject)
    if figures.get(name) is None:
        raise RuntimeError(f"The peer reports no {name}: {figures}")
    median: float = figures[name]
    return median
