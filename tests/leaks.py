"""What a test may leave behind: nothing."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import time
import weakref
from pathlib import Path
from typing import Any

from aiortc import RTCPeerConnection

from rtc_canvas.video.h264 import H264Encoder
from rtc_canvas.video.vp8 import VP8Encoder

GRACE = 2.0


def _living(kind: type) -> weakref.WeakSet[Any]:
    """The objects of a class that are made from now on and have not been freed."""
    living: weakref.WeakSet[Any] = weakref.WeakSet()
    initialize = kind.__init__  # type: ignore[misc]

    def initialize_and_note(self: Any, *arguments: Any, **options: Any) -> None:
        initialize(self, *arguments, **options)
        living.add(self)

    kind.__init__ = initialize_and_note  # type: ignore[misc]
    return living


# Noted as they are made: to look for them among all objects takes longer than a quick test.
_connections = _living(RTCPeerConnection)
_encoders = [_living(H264Encoder), _living(VP8Encoder)]


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
    found += [repr(pc) for pc in list(_connections) if pc.connectionState != "closed"]
    return found + [repr(it) for living in _encoders for it in list(living) if it.is_open]


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
