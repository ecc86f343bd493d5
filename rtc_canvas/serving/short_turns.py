"""How soon a program that computes in Python lets the server send.

One thread of an interpreter runs at a time, and one that computes gives way 5 ms after another asks
(`sys.setswitchinterval`). A picture's way asks dozens of times, after each packet that was encrypted and each that was
sent, for both leave the interpreter's lock: beside a draw that computes it would take longer than the draw.
"""

from __future__ import annotations

import sys
import threading
from typing import ClassVar

SHORT = 0.0001
"""Seconds after which a thread gives way while there is a server."""
USUAL = 0.005
"""CPython's own."""


class ShortTurns:
    """Has the interpreter's threads take short turns, from its making until `end()`; there may be several.

    A program that has chosen an interval of its own keeps it.
    """

    _lock: ClassVar = threading.Lock()
    _held: ClassVar[set[ShortTurns]] = set()

    def __init__(self) -> None:
        with self._lock:
            if not self._held and _is(USUAL):
                sys.setswitchinterval(SHORT)
            self._held.add(self)

    def end(self) -> None:
        with self._lock:
            self._held.discard(self)
            if not self._held and _is(SHORT):
                sys.setswitchinterval(USUAL)


def _is(interval: float) -> bool:
    # CPython counts it in whole microseconds.
    return abs(sys.getswitchinterval() - interval) < 1e-6
