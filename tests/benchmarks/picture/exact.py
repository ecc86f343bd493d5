"""How long it takes from a page's last change until the browser has its very pixels."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from ...wan.network import SERVER
from ..browser import Browser, Viewer, decode_picture
from ..graphics.page import render
from ..number_blocks import read_number
from ..subject import Subject
from .finding import Finding, Outcome
from .linked import LINK_NAME, on_link
from .plan import Plan
from .stopping import options, seconds, stood
from .watching import FPS

SCRIPT = Path(__file__).with_name("exact_pixels.js")
SOON = {"loopback": 0.7, LINK_NAME: 2.5}
"""Seconds that it may take, by the way."""
STOP = {"loopback": 2.5, LINK_NAME: 4.5}


@dataclass(frozen=True)
class Stop:
    """A picture that stood."""

    number: int
    taken: float | None
    """Seconds from its hand-over until the page could read its very pixels; None if it never could."""


def measure(browser: Browser, plan: Plan) -> Outcome:
    """Measure on the machine itself."""
    way = "loopback"
    with Subject("ours_stopping", FPS, options(STOP[way], {"exact": True})) as subject:
        return judge(way, _look(subject, browser, way, plan))


def measure_link(browser: Browser, plan: Plan) -> Outcome:
    """Measure over an emulated link; ``browser`` is not on it, so another one is started there."""
    return on_link(lambda far_browser, inside: _measure_link(plan, far_browser, inside))


def _measure_link(plan: Plan, browser: Browser, inside: Sequence[str]) -> Outcome:
    way = LINK_NAME
    command = [*options(STOP[way], {"exact": True}), f"--host={SERVER}"]
    with Subject("ours_stopping", FPS, command, inside=inside) as subject:
        return judge(way, _look(subject, browser, way, plan))


def judge(way: str, stops: Sequence[Stop]) -> Outcome:
    """The slowest of all stops counts."""
    times = [stop.taken for stop in stops if stop.taken is not None]
    if len(times) < len(stops):
        measured = f"never equal at {len(stops) - len(times)} of {len(stops)} stops"
    else:
        measured = f"{max(times):.2f} s (median {statistics.median(times):.2f} s)"
    finding = Finding(
        f"last change → pixel-equal, 1280×720 text page, {way}",
        measured,
        f"≤ {SOON[way]} s",
        len(times) == len(stops) and max(times) <= SOON[way],
    )
    return Outcome((finding,), samples={"stops": [asdict(stop) for stop in stops]})


def match(
    stood_at: Mapping[int, float], sights: Sequence[tuple[float, np.ndarray]]
) -> Iterator[Stop]:
    """Each picture that stood with the first moment at which its very pixels were read, in the subject's time."""
    for number, handed_over in stood_at.items():
        source = render(number)
        seen = (
            at
            for at, shown in sights
            if read_number(shown) == number and np.array_equal(shown, source)
        )
        first = next(seen, None)
        yield Stop(number, None if first is None else first - handed_over)


def _look(subject: Subject, browser: Browser, way: str, plan: Plan) -> list[Stop]:
    with closing(browser.open(subject.url, [SCRIPT])) as viewer:
        viewer.set_reading(False)
        # The first time the connection is new.
        viewer.wait(seconds(STOP[way], 1))
        start = time.monotonic()
        viewer.wait(seconds(STOP[way], plan.stops))
        end = time.monotonic()
        # It takes a while, in which other pictures may come to stand.
        sights = list(_sights(viewer))
    all_stood = stood(subject.handovers, end)
    # One that has stood too shortly has had no chance.
    within = {n: at for n, at in all_stood.items() if start <= at <= end - SOON[way] - 0.5}
    if not within:
        raise RuntimeError("The program did not stop while it was looked at.")
    return list(match(within, sights))


def _sights(viewer: Viewer) -> Iterator[tuple[float, np.ndarray]]:
    clock = viewer.clock()
    for sight in viewer.evaluate("exactPixels.takeSights()"):
        yield sight["at"] + clock.offset, decode_picture(sight)
