"""Counts the payload that a subject's process hands to the kernel, and reports it once a second.

That takes in what a browser's statistics leave out (STUN, DTLS), and needs no right to sniff packets.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from .contract import report

INTERNET = (socket.AF_INET, socket.AF_INET6)


class CountingSocket(socket.socket):
    """Counts what asyncio sends."""

    sent = 0
    """Bytes of payload sent so far on all internet sockets of the process."""

    def send(self, *arguments: Any) -> int:
        return self._count(super().send(*arguments))

    def sendto(self, *arguments: Any) -> int:
        return self._count(super().sendto(*arguments))

    def sendmsg(self, *arguments: Any) -> int:
        return self._count(super().sendmsg(*arguments))

    def _count(self, size: int) -> int:
        if self.family in INTERNET:
            CountingSocket.sent += size
        return size


def count_sockets() -> None:
    """Count on every socket that is made from now on, and report."""
    socket.socket = CountingSocket  # type: ignore[misc]
    every_second(lambda: report(sent=CountingSocket.sent, time=time.monotonic()))


def every_second(tell: Callable[[], None]) -> None:
    """Call at once and then once a second, on a thread of its own, as long as the process lives."""

    def tell_on() -> None:
        while True:
            tell()
            time.sleep(1)

    threading.Thread(target=tell_on, daemon=True).start()
