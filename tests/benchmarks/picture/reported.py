"""Whether the times that the server reports of its viewers are those that the pixels tell.

The pixels of a page are read once per animation frame. To ask for those is to draw, though: Chromium tells a page that
does so of the refresh that shows a frame, and one that does not of the refresh before it. So such a page is looked at,
too. Its pixels are read as frames come out of the decoder, and each counts as shown by the display's next refresh,
which is the one after which a page with animation frames reads it.
"""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from ..browser import Browser
from ..figures import percentile
from ..subject import Subject
from ..table import OURS
from .finding import Finding, Outcome
from .plan import Plan
from .refreshes import Refreshes
from .watching import watch

SCRIPT = Path(__file__).with_name("pointer.js")
WINDOW = 10.0
"""Seconds that the reported times are of."""
REPORT = 2.0
"""Seconds in which the subject reports once at least."""
CLOSE = 5.0
"""Milliseconds."""
SLOW = {95: 17.0, 99: 34.0}
"""Per cent of the times, which do not exceed what is told, too, and by how many milliseconds that may be off.

Whether a picture just caught a refresh or just missed it makes one interval of the display. 99 % are all but two or
three, and one that a busy page read late, or not at all, makes another.
"""
OPTIONS = ["--content=graphics", "--count"]
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


@dataclass(frozen=True)
class Times:
    """The same times in seconds, read and reported."""

    read: list[float]
    """Each, as the pixels tell."""
    reported: dict[int, float]
    """What so many per cent do not exceed, as the server says."""


def measure(browser: Browser, plan: Plan) -> Outcome:
    """Measure glass times of an animation, in a page that draws all the time and in one that shows it and no more,
    then input-to-photon times of a program that answers the pointer.
    """
    glass, undrawn, photon = (each(browser, plan) for each in (_glass, _undrawn_glass, _photon))
    return Outcome(
        (
            *_judge_all("reported glass-to-glass median against that read from pixels", glass),
            *_judge_all("the same, a page that draws nothing itself", undrawn),
            *_judge_all("reported input-to-photon median against that read from pixels", photon),
        ),
        samples={"glass": asdict(glass), "undrawn": asdict(undrawn), "photon": asdict(photon)},
    )


def judge(figure: str, read: Sequence[float], reported: float) -> Finding:
    """From times read from pixels and the reported median, in seconds."""
    return _judge(figure, statistics.median(read), reported, CLOSE)


def judge_slow(percent: int, read: Sequence[float], reported: float) -> Finding:
    """From times read from pixels and what so many per cent do not exceed as reported, in seconds."""
    figure = f"the same, {percent}th percentile"
    return _judge(figure, percentile(read, percent), reported, SLOW[percent])


def _judge_all(figure: str, times: Times) -> Iterator[Finding]:
    yield judge(figure, times.read, times.reported[50])
    for percent in SLOW:
        yield judge_slow(percent, times.read, times.reported[percent])


def _judge(figure: str, read: float, reported: float, close: float) -> Finding:
    read, reported = 1000 * read, 1000 * reported
    return Finding(
        figure,
        f"{reported:.1f} ms; {read:.1f} ms ({reported - read:+.1f} ms)",
        f"within {close:.0f} ms",
        abs(reported - read) <= close,
    )


def _glass(browser: Browser, plan: Plan) -> Times:
    with Subject(OURS, GLASS_FPS, OPTIONS) as subject, closing(browser.open(subject.url)) as viewer:
        viewer.set_reading("luma")
        viewer.wait(plan.warm_up)
        seen = watch(subject, viewer, WINDOW + REPORT)
        return _glass_of_window(subject, seen.glass_by_number)


def _undrawn_glass(browser: Browser, plan: Plan) -> Times:
    with Subject(OURS, GLASS_FPS, OPTIONS) as subject, closing(browser.open(subject.url)) as viewer:
        viewer.set_reading("decoded")
        viewer.wait(plan.warm_up)
        first, before = viewer.next_refresh(), viewer.clock()
        decoded = viewer.sightings(WINDOW + REPORT)
        refreshes = Refreshes.between(first, viewer.next_refresh())
        clock = min(before, viewer.clock(), key=lambda clock: clock.error)
        glass = {
            number: refreshes.next(at) + clock.offset - subject.handovers[number]
            for number, at in decoded
        }
        return _glass_of_window(subject, glass)


def _glass_of_window(subject: Subject, glass: Mapping[int, float]) -> Times:
    """Of all glass times, by the pictures' numbers, those that the last report is of."""
    at, reported = _report(subject, "glass")
    shown = {number: subject.handovers[number] + taken for number, taken in glass.items()}
    read = [taken for number, taken in glass.items() if at - WINDOW <= shown[number] <= at]
    return Times(read, reported)


def _photon(browser: Browser, plan: Plan) -> Times:
    with (
        Subject("ours_pointed", POINTED_FPS, OPTIONS) as subject,
        closing(browser.open(subject.url, [SCRIPT])) as viewer,
    ):
        viewer.set_reading("luma")
        viewer.wait(plan.warm_up)
        viewer.take_sightings()
        clock, end = viewer.clock(), time.monotonic() + WINDOW + REPORT
        for step in itertools.count():
            viewer.move_pointer(LEFT + STEP * step, TOP)
            viewer.wait(PAUSE + REFRESH * (GOLDEN * step % 1))
            if time.monotonic() > end:
                break
        moves, sightings = viewer.evaluate("pointerMoves.take()"), viewer.take_sightings()
        told, reported = _report(subject, "input_to_photon")
        told -= clock.offset
        seen = [(number, at) for number, at in sightings if told - WINDOW <= at <= told]
        return Times(list(input_to_photon(moves, seen)), reported)


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


def _report(subject: Subject, name: str) -> tuple[float, dict[int, float]]:
    """When the subject last told what it knows of its first viewer, and what it then reported of some times."""
    at, (figures, *_) = next(told for told in reversed(subject.peers) if told[1])
    if figures.get(f"{name}_p50") is None:
        raise RuntimeError(f"The peer reports no {name}: {figures}")
    return at, {percent: figures[f"{name}_p{percent}"] for percent in (50, *SLOW)}
