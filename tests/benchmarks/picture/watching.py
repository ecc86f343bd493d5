"""Watching a subject's pictures move: when they are seen, what they look like, and what they cost."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..browser import Viewer
from ..contents import CONTENTS
from ..subject import Subject
from .quality import Shot, take_shot

FPS = 30


@dataclass(frozen=True)
class Watch:
    """What was seen for a while."""

    glass: list[float]
    """Seconds of each picture from its hand-over to the first animation frame that could read it."""
    shown_fps: float
    """Different pictures read a second."""
    glass_by_number: dict[int, float]
    """The same by the pictures' numbers."""
    clock_error: float
    """Seconds by which all glass times may be wrong."""


def watch(subject: Subject, viewer: Viewer, seconds: float) -> Watch:
    """Watch pictures, reading no more of them than has to be."""
    viewer.set_reading("luma")
    before = viewer.clock()
    sightings, shown_fps = viewer.watch(seconds)
    clock = min(before, viewer.clock(), key=lambda clock: clock.error)
    glass = {number: at + clock.offset - subject.handovers[number] for number, at in sightings}
    return Watch(list(glass.values()), shown_fps, glass, clock.error)


def read_pictures(viewer: Viewer, content: str, count: int) -> list[Shot]:
    """Read so many pictures whole, evenly spread over one course of the content."""
    viewer.set_reading(True)
    pause = CONTENTS[content].period / FPS / count
    start = time.monotonic()
    shots = []
    for number in range(count):
        viewer.wait(max(0.0, start + number * pause - time.monotonic()))
        shots.append(next(_shots(viewer, content)))
    return shots


def bitrate(sent: Sequence[tuple[float, int]], since: float) -> float:
    """Bits a second from what a subject told that it had sent by when."""
    (first, little), *_, (last, much) = [entry for entry in sent if entry[0] >= since]
    return 8 * (much - little) / (last - first)


def told(subject: Subject) -> dict[str, Any]:
    """What a subject last told that it knows of its first viewer."""
    peers = [each for _, each in subject.peers if each]
    return peers[-1][0] if peers else {}


def _shots(viewer: Viewer, content: str) -> Iterator[Shot]:
    # A video goes on while a script draws it: the picture that was read whole tells its own number.
    while True:
        if (shot := take_shot(viewer.picture(), content)) is not None:
            yield shot
