"""This project with an on-demand canvas on which nothing changes after the first draw: what idling costs."""

from __future__ import annotations

import socket
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtc_canvas import Canvas, DrawRequest, serve_in_thread

from ..scene import render
from .contract import read_options, report

INTERNET = (socket.AF_INET, socket.AF_INET6)


class CountingSocket(socket.socket):
    """Counts what asyncio hands to the kernel.

    That takes in what a browser's statistics leave out (STUN, DTLS), and needs no right to sniff packets.
    """

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


def main() -> None:
    options = read_options()
    socket.socket = CountingSocket  # type: ignore[misc]
    picture = render(1)
    canvas = Canvas(size=(1280, 720), mode="ondemand")

    @canvas.draw
    def draw(request: DrawRequest) -> NDArray[np.uint8]:
        return picture

    with serve_in_thread(canvas, port=options.port) as server:
        report(ready=server.url)
        while True:
            report(sent=CountingSocket.sent, time=time.monotonic())
            time.sleep(1)


if __name__ == "__main__":
    main()
