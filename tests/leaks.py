"""What a test may leave behind: nothing."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import time
from pathlib import Path

from aiortc import RTCPeerConnection

from rtc_canvas.video.h264 import H264Encoder
from rtc_canvas.video.vp8 import VP8Encoder

GRACE = 2.0


def snapshot() -> tuple[frozenset[int], frozenset[str]]:
    """The threads and sockets that are there now."""
    return frozenset(t.ident or 0 for t in threading.enumerate()), _sockets()


def leftovers(before: tuple[frozenset[int], frozenset[str]]) -> list[str]:
    """What has come since `before` and does not go within a moment, described."""
    deadline = time.monotonic() + GRACE
    while (found := _found(before)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


def running_tasks() -> list[str]:
    """The tasks of the running event loop, but the current one and those that run a fixture."""
    current = asyncio.current_task()
    return [repr(task) for task in asyncio.all_tasks() if task is not current and not task.done()]


def _found(before: tuple[frozenset[int], frozenset[str]]) -> list[str]:
    threads, sockets = before
    found = [
        f"thread {thread.name}"
        for thread in threading.enumerate()
        if thread.ident not in threads and not thread.name.startswith("asyncio_")
    ]
    if len(_sockets()) > len(sockets):
        gc.collect()
        found += [f"socket {name}" for name in sorted(_sockets() - sockets)]
    # One walk for all kinds: it takes as long as a quick test.
    return found + [repr(thing) for thing in gc.get_objects() if _is_left(thing)]


def _is_left(thing: object) -> bool:
    match thing:
        case RTCPeerConnection():
            return bool(thing.connectionState != "closed")
        case H264Encoder() | VP8Encoder():
            return thing.is_open
    return False


def _sockets() -> frozenset[str]:
    """The sockets of this process by their inodes; nothing where the system does not tell."""
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        return frozenset()
    names = set()
    for entry in os.listdir(folder):
        try:
            target = os.readlink(folder / entry)
        except OSError:
            continue
        if target.startswith("socket:"):
            names.add(target)
    return frozenset(names)
