"""This project as shipped, of whose congestion control all that goes in is written to a file at the end.

The file's name is in the variable ``RECORDING`` of the environment; its times are those of ``time.monotonic``.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import time
from pathlib import Path

from rtc_canvas.rtc.congestion.packets import PacketLog, SentPacket
from rtc_canvas.rtc.flow import Flow

from ...recording import Reported, Sent
from . import ours

sent: list[Sent] = []
reported: list[Reported] = []

send_as_shipped = PacketLog.send
on_feedback_as_shipped = Flow.on_feedback


def send(self: PacketLog, now: float, size: int, frame: int | None) -> SentPacket:
    sent.append(Sent(now, size, frame))
    return send_as_shipped(self, now, size, frame)


def on_feedback(self: Flow, packet: bytes) -> None:
    reported.append(Reported(time.monotonic(), packet))
    on_feedback_as_shipped(self, packet)


def main() -> None:
    PacketLog.send = send  # type: ignore[method-assign]
    Flow.on_feedback = on_feedback  # type: ignore[method-assign]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        ours.main()
    finally:
        Path(os.environ["RECORDING"]).write_bytes(pickle.dumps((sent, reported)))


if __name__ == "__main__":
    main()
