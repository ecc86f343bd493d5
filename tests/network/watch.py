"""Opening the page in a real browser, and seeing what comes of it."""

from __future__ import annotations

import itertools
import json
import statistics
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from ..benchmarks.browser import CHROMIUM, Browser, Viewer, launch_each
from ..benchmarks.subject import Subject
from ..wan.observation import PERIOD
from .figures import Figures
from .places import BEHIND_NGINX, Place

MOMENTS = Path(__file__).with_name("moments.js")

WARM_UP = 4.0
SECONDS = 10.0
AFTERGLOW = 0.5
"""Seconds until the last pictures' hand-overs were told."""


@contextmanager
def serving(
    place: Place,
    *,
    host: str | None = None,
    content: str = "scene",
    fps: float = 1 / PERIOD,
    **settings: Any,
) -> Iterator[Subject]:
    """The program. settings: see ``subjects/ours.py``."""
    settings["serve"] = BEHIND_NGINX | settings.get("serve", {})
    options = [f"--content={content}", f"--set={json.dumps(settings)}"]
    with Subject(
        "ours", fps, [f"--host={host or place.host}", *options], inside=place.server.inside
    ) as subject:
        yield subject


@contextmanager
def chromium(place: Place, origin: str) -> Iterator[Browser]:
    """A browser with a profile of its own.

    origin: taken for a secure one, as WebCodecs are for pages from https. What the laboratory's own TURN server shows
    is no certificate that anybody knows.
    """
    flags = [f"--unsafely-treat-insecure-origin-as-secure={origin}", "--ignore-certificate-errors"]
    executable = place.browser.wrap(CHROMIUM, place.folder, flags)
    with launch_each([executable], [MOMENTS]) as (browser,):
        yield browser


def origin(url: str) -> str:
    """The part of a URL before its path."""
    return "/".join(url.split("/")[:3])


def look(browser: Browser, subject: Subject, query: str = "", *, at: str | None = None) -> Figures:
    """Open a page, and watch it for a while once it has settled.

    query: what its address ends with. at: its URL, where that is another than the program's own.
    """
    with closing(browser.open((at or subject.url) + query)) as viewer:
        return watch(viewer, subject)


def watch(viewer: Viewer, subject: Subject, seconds: float = SECONDS) -> Figures:
    """Watch a page that has just been opened, once it has settled."""
    first_frame = viewer.first_sighting()
    viewer.wait(WARM_UP)
    taken = viewer.evaluate("moments.taken()")
    clock = viewer.clock()
    sightings = viewer.sightings(seconds)
    viewer.wait(AFTERGLOW)
    glass = [at + clock.offset - subject.handovers[number] for number, at in sightings]
    return Figures(
        way=taken["way"],
        connected=taken["connected"],
        first_frame=first_frame,
        glass_median=1000 * statistics.median(glass) if glass else None,
        fps=len(sightings) / seconds,
    )


def glimpse(browser: Browser, url: str) -> tuple[float | None, float]:
    """Open a page and close it: seconds until it was connected, and until its first picture."""
    with closing(browser.open(url)) as viewer:
        return viewer.evaluate("moments.taken()")["connected"], viewer.first_sighting()


def longest_gap(moments: Sequence[float], begin: float, end: float) -> float:
    """Seconds without a picture between two moments, at most."""
    times = [begin, *(at for at in moments if begin <= at <= end), end]
    return max(late - early for early, late in itertools.pairwise(times))
