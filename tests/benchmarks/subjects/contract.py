"""What every subject does alike, so that only the way of a picture to the browser differs.

``python -m tests.benchmarks.subjects.NAME --fps FPS --port PORT`` serves the scene until SIGTERM and writes JSON
lines to its standard output:

- ``{"ready": URL}`` once, as the page is about to be served,
- ``{"number": N, "time": T}`` as each picture is handed over, T on ``time.monotonic``'s clock,
- ``{"sent": BYTES, "time": T}`` once a second, from a subject that counts the payload it sends,
- ``{"peers": [STATS, ...], "time": T}`` once a second, from ours where it counts: what it knows of its viewers,
- ``{"key_frame": N}`` from a subject that makes key frames on demand: a line on its standard input asks for one,
  picture N is in it, and it is sent once a second line has come.

``--host`` is the address of its page, ``--content`` a name in ``contents.py``, ``--compute SECONDS`` for how long each
picture is computed in Python, ``--rest BEGIN END`` a time in which nothing changes, ``--set JSON`` what is not left as
it comes, and ``--count`` asks for what it sends to be counted.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..contents import CONTENTS, Ring
from ..number_blocks import NUMBERS


@dataclass(frozen=True)
class Options:
    """How a subject is asked to serve."""

    fps: float
    """Pictures a second to hand over."""

    port: int
    """The TCP port of its page."""

    host: str = "127.0.0.1"
    """The address of its page."""

    content: str = "scene"
    """What to show: a name in ``contents.py``."""

    compute: float = 0.0
    """For how many seconds each picture is computed, by a thread that runs Python all the time."""

    rest: tuple[float, float] | None = None
    """From when until when no picture is handed over, in seconds since the first one was due."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    """What is not left as it comes; each subject says what it takes."""

    count: bool = False
    """Whether to count what is sent."""


def read_options() -> Options:
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--fps", type=float, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default=Options.host)
    parser.add_argument("--content", choices=CONTENTS, default=Options.content)
    parser.add_argument("--compute", type=float, default=Options.compute)
    parser.add_argument("--rest", type=float, nargs=2)
    parser.add_argument("--set", type=json.loads, default={}, dest="settings")
    parser.add_argument("--count", action="store_true")
    return Options(**vars(parser.parse_args()))


def report(**line: Any) -> None:
    """Write one line to the benchmark."""
    # In one piece, as several threads report.
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


class Source:
    """Hands out finished pictures, numbered from 1 on, and reports when each was handed over."""

    def __init__(self, options: Options, channels: int = 3) -> None:
        self._ring = Ring(CONTENTS[options.content], channels)
        self._compute = options.compute
        self._number = 0

    def next(self) -> NDArray[np.uint8]:
        """The next picture, (720, 1280, channels), once it has been computed."""
        computed = time.monotonic() + self._compute
        while time.monotonic() < computed:
            pass
        self._number = (self._number + 1) % NUMBERS
        return self._ring[self._number]

    def handed_over(self) -> None:
        """Report that the last picture leaves the program's hands now."""
        report(number=self._number, time=time.monotonic())


class Rest:
    """The time in which nothing is handed over."""

    def __init__(self, span: tuple[float, float] | None) -> None:
        start = time.monotonic()
        begin, end = span or (0.0, 0.0)
        self._begin, self._end = start + begin, start + end

    def remaining(self, now: float) -> float:
        """Seconds until it is over; 0 outside of it."""
        return self._end - now if self._begin <= now < self._end else 0.0


class Metronome:
    """Beats ``fps`` times a second but for one ``rest``; a late beat does not hurry those after it."""

    def __init__(self, fps: float, rest: tuple[float, float] | None = None) -> None:
        self._period = 1 / fps
        self._due = time.monotonic()
        self._rest = Rest(rest)

    def until_next(self) -> float:
        """Seconds to sleep until the next beat, 0 when it is overdue."""
        now = time.monotonic()
        self._due = max(self._due + self._period, now)
        self._due += self._rest.remaining(self._due)
        return self._due - now
