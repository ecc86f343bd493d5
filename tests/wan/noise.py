"""Keeps a processor busy for a tenth of a second now and then, as happens on a host that others compute on.

``python -m tests.wan.noise PROCESSOR BEGIN`` goes on until it is ended; one for each processor, begun at the same time
(``time.monotonic``), takes all of them away at the same moments. It computes with priority, or the scheduler would
leave much of the time to those who are to be disturbed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from random import Random

BUSY = 0.1
PAUSE = (3.0, 7.0)
PRIORITY = 1
"""Below the emulator's: the link goes on, those at its ends stall."""


@contextmanager
def noise() -> Iterator[None]:
    """All processors are busy now and then while the block runs."""
    begin = str(time.monotonic())
    with ExitStack() as cleanup:
        for processor in os.sched_getaffinity(0):
            process = subprocess.Popen([sys.executable, "-m", __name__, str(processor), begin])
            cleanup.enter_context(process)
            cleanup.callback(process.terminate)
        yield


def moments(begin: float) -> Iterator[float]:
    """When to be busy: always the same pauses."""
    random = Random(1)
    while True:
        begin += random.uniform(*PAUSE)
        yield begin


def main() -> None:
    os.sched_setaffinity(0, {int(sys.argv[1])})
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))
    for moment in moments(begin=float(sys.argv[2])):
        if (pause := moment - time.monotonic()) > 0:
            time.sleep(pause)
            while time.monotonic() < moment + BUSY:
                pass


if __name__ == "__main__":
    main()
