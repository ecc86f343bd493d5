"""What every subject does alike, so that only the way of a picture to the browser differs.

``python -m tests.benchmarks.subjects.NAME --fps FPS --port PORT`` serves the scene until SIGTERM and writes JSON
lines to its standard output:

- ``{"ready": URL}`` once, as the page is about to be served,
- ``{"number": N, "time": T}`` as each picture is handed over, T on ``time.monotonic``'s clock,
- ``{"sent": BYTES, "time": T}`` once a second, from a subject that counts the payload it sends,
- ``{"key_frame": N}`` from a subject that makes key frames on demand: a line on its standard input asks for one,
  picture N is in it, and it is sent once a second line has come.

``--host`` is the address of its page, ``--busy`` asks for the scene that is hard to compress, and ``--rest BEGIN END``
for a time in which nothing changes.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..number_blocks import NUMBERS
from ..scene import Ring


@dataclass(frozen=True)
class Options:
    """How a subject is asked to serve."""

    fps: float
    """Pictures a second to hand over."""

    port: int
    """The TCP port of its page."""

    host: str = "127.0.0.1"
    """The address of its page."""

    busy: bool = False
    """Whether the scene is to be hard to compress."""

    rest: tuple[float, float] | None = None
    """From when until when no picture is handed over, in seconds since the first one was due."""


def read_options() -> Options:
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--fps", type=float, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default=Options.host)
    parser.add_argument("--busy", action="store_true")
    parser.add_argument("--rest", type=float, nargs=2)
    return Options(**vars(parser.parse_args()))


def report(**line: str | int | float) -> None:
    """Write one line to the benchmark."""
    print(json.dumps(line), flush=True)


class Source:
    """Hands out finished pictures, numbered from 1 on, and reports when each was handed over."""

    def __init__(self, channels: int = 3, busy: bool = False) -> None:
        self._ring = Ring(channels, busy)
        self._number = 0

    def next(self) -> NDArray[np.uint8]:
        """The next picture, (720, 1280, channels)."""
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
