"""What every subject does alike, so that only the way of a picture to the browser differs.

``python -m tests.benchmarks.subjects.NAME --fps FPS --port PORT`` serves the scene until SIGTERM and writes JSON
lines to its standard output:

- ``{"ready": URL}`` once, as the page is about to be served,
- ``{"number": N, "time": T}`` as each picture is handed over, T on ``time.monotonic``'s clock,
- ``{"sent": BYTES, "time": T}`` once a second, from a subject that counts the payload it sends.
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
    """The TCP port of its page, on 127.0.0.1."""


def read_options() -> Options:
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--fps", type=float, required=True)
    parser.add_argument("--port", type=int, required=True)
    return Options(**vars(parser.parse_args()))


def report(**line: str | int | float) -> None:
    """Write one line to the benchmark."""
    print(json.dumps(line), flush=True)


class Source:
    """Hands out finished pictures, numbered from 1 on, and reports when each was handed over."""

    def __init__(self, channels: int = 3) -> None:
        self._ring = Ring(channels)
        self._number = 0

    def next(self) -> NDArray[np.uint8]:
        """The next picture, (720, 1280, channels)."""
        self._number = (self._number + 1) % NUMBERS
        return self._ring[self._number]

    def handed_over(self) -> None:
        """Report that the last picture leaves the program's hands now."""
        report(number=self._number, time=time.monotonic())


class Metronome:
    """Beats ``fps`` times a second; a beat that comes late does not hurry those after it."""

    def __init__(self, fps: float) -> None:
        self._period = 1 / fps
        self._due = time.monotonic()

    def until_next(self) -> float:
        """Seconds to sleep until the next beat, 0 when it is overdue."""
        now = time.monotonic()
        self._due = max(self._due + self._period, now)
        return self._due - now
