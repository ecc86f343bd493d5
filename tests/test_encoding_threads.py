"""The threads that encode run before others, and nobody else does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from rtc_canvas.serving.encoding_threads import NICENESS, encoding_threads
from rtc_canvas.video.h264 import H264Encoder

from .frames import busy, planes

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Elsewhere it is the process's.")

ASKED = """
import os
from rtc_canvas.serving.encoding_threads import encoding_threads
threads = encoding_threads()
print(threads.submit(os.getpriority, os.PRIO_PROCESS, 0).result(), os.getpriority(os.PRIO_PROCESS, 0))
"""


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with encoding_threads() as threads:
        yield threads


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, 0)


def niceness_of_threads() -> dict[int, int]:
    numbers = [int(each.name) for each in Path("/proc/self/task").iterdir()]
    return {number: os.getpriority(os.PRIO_PROCESS, number) for number in numbers}


def reached() -> int:
    """What a thread of this process gets that asks for it: as root, or by RLIMIT_NICE."""
    if niceness() != 0:
        return niceness()
    with ThreadPoolExecutor(1) as asking:
        refused = asking.submit(os.setpriority, os.PRIO_PROCESS, 0, NICENESS).exception()
    return 0 if isinstance(refused, PermissionError) else NICENESS


def test_they_run_before_others_where_the_system_allows_it(threads: ThreadPoolExecutor) -> None:
    before = niceness()
    assert threads.submit(niceness).result() == reached()
    assert niceness() == before


def test_so_do_the_threads_that_a_codec_starts(threads: ThreadPoolExecutor) -> None:
    before = niceness_of_threads()
    encoder = H264Encoder(4_000_000)
    picture = planes(busy(1280, 720, 1))
    threads.submit(partial(encoder.encode, picture, time=0.0, key=True)).result()
    started = {
        number: value for number, value in niceness_of_threads().items() if number not in before
    }
    threads.submit(encoder.close).result()
    assert len(started) > 1
    assert set(started.values()) == {reached()}


def test_a_process_that_was_given_a_niceness_keeps_it() -> None:
    assert run("nice", "-n", "5") == f"{niceness() + 5} {niceness() + 5}"


def test_nobody_is_hurt_where_the_system_does_not_allow_it() -> None:
    powers = "-sys_nice"
    without = ["setpriv", f"--bounding-set={powers}", f"--inh-caps={powers}"]
    before = without if os.geteuid() == 0 else []
    assert run("prlimit", "--nice=0:0", *before) == f"{niceness()} {niceness()}"


def run(*before: str) -> str:
    command = [*before, sys.executable, "-c", ASKED]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    return done.stdout.strip()
