"""What every subject does alike, so that only the way of a picture to the browser differs.

``python -m tests.benchmarks.subjects.NAME --fps FPS --port PORT [--still]`` serves the scene until SIGTERM and
writes JSON lines to its standard output:

- ``{"ready": URL}`` once, when the page can be opened,
- ``{"number": N, "time": T}`` as each picture is handed over, T on ``time.monotonic``'s clock,
- ``{"sent": BYTES}`` once a second with ``--still``: all payload sent on internet sockets so far.
"""

from __future__ import annotations

import argparse
import json
import socket
import threading
import time
from dataclasses import dataclass
from typing import Any

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

    still: bool
    """Hand over one picture and then change nothing."""


def read_options() -> Options:
    """Read the command line, and start to report what is sent if the picture is to be still."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--fps", type=float, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--still", action="store_true")
    options = Options(**vars(parser.parse_args()))
    if options.still:
        _report_sent_bytes()
    return options


def report(**line: Any) -> None:
    """Write one line to the benchmark."""
    print(json.dumps(line), flush=True)


class Source:
    """Hands out finished pictures, numbered from 1 on, and reports when each was handed over."""

    def __init__(self, options: Options, channels: int = 3) -> None:
        self._ring = Ring(channels)
        self._still = options.still
        self._number = 0

    def next(self) -> NDArray[np.uint8]:
        """The next picture, (720, 1280, channels); with ``still`` always the first."""
        if not self._still or self._number == 0:
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


def _report_sent_bytes() -> None:
    # Counted where asyncio hands its payload to the kernel: that takes in what the browser's statistics leave
    # out (STUN, DTLS), and needs no right to sniff packets.
    sent = 0
    internet = (socket.AF_INET, socket.AF_INET6)

    class CountingSocket(socket.socket):
        def send(self, *args: Any) -> int:
            return self._count(super().send(*args))

        def sendto(self, *args: Any) -> int:
            return self._count(super().sendto(*args))

        def sendmsg(self, *args: Any) -> int:
            return self._count(super().sendmsg(*args))

        def _count(self, size: int) -> int:
            nonlocal sent
            if self.family in internet:
                sent += size
            return size

    def repeat() -> None:
        while True:
            report(sent=sent)
            time.sleep(1)

    socket.socket = CountingSocket  # type: ignore[misc]
    threading.Thread(target=repeat, daemon=True).start()
