"""``python -m tests.wan.accuracy``: how exactly the emulator keeps its times, and what it costs.

Datagrams that carry their time of sending cross a link at a pace below its rate. By how much each arrives later than
such a link would deliver it is the emulator's error together with that of the two ends, which have priority too; how
late the emulator handed it on is what the emulator knows of itself.
"""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterable

from ..benchmarks.figures import percentile
from ..benchmarks.subject import cpu_time
from .link import Conditions
from .network import SERVER, Network, recorded_network, viewer_address
from .packets import HEADERS

PORT = 9000
SIZE = 1200
SECONDS = 5.0
DELAY = 0.020
LOAD = 0.9
_SENT_AT = struct.Struct("d")


def main() -> None:
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    if len(sys.argv) > 1:
        _send(float(sys.argv[1]))
        return
    print("| Mbit/s | late: 50, 99, 99.9 %, ms | at the ends: 50, 99 %, ms | CPU, % of a core |")
    print("| ---: | ---: | ---: | ---: |")
    for rate in (0.4e6, 8e6, 20e6):
        with recorded_network(links=1) as (made, logs):
            errors, cpu = measure(made, rate)
        late = [_milliseconds(logs["down0"]["late"], share) for share in (50, 99, 99.9)]
        seen = [_milliseconds(errors, share) for share in (50, 99)]
        print(f"| {rate / 1e6:g} | {', '.join(late)} | {', '.join(seen)} | {100 * cpu:.1f} |")


def measure(made: Network, rate: float) -> tuple[list[float], float]:
    """Each datagram's error in seconds, and the emulator's use of a processor core."""
    made.play(0, [(time.monotonic(), Conditions(rate, DELAY, queue=0.2))])
    sender = [sys.executable, "-m", "tests.wan.accuracy", str(LOAD * rate)]
    passing = 8 * (SIZE + HEADERS) / rate
    with made.viewers[0].socket(socket.SOCK_DGRAM) as receiver:
        receiver.bind((viewer_address(0), PORT))
        receiver.settimeout(5)
        with subprocess.Popen([*made.server.inside, *sender]) as process:
            errors, passed_at = [], 0.0
            receiver.recv(SIZE)
            start, used = time.monotonic(), cpu_time(made.emulator)
            while time.monotonic() < start + SECONDS:
                (sent_at,) = _SENT_AT.unpack_from(receiver.recv(SIZE))
                passed_at = max(passed_at, sent_at) + passing
                errors.append(time.monotonic() - passed_at - DELAY)
            cpu = (cpu_time(made.emulator) - used) / (time.monotonic() - start)
            process.terminate()
    return errors, cpu


def _milliseconds(samples: Iterable[float], share: float) -> str:
    return f"{1000 * percentile(samples, share):.2f}"


def _send(rate: float) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sender:
        sender.bind((SERVER, PORT))
        due = time.monotonic()
        while True:
            due += 8 * (SIZE + HEADERS) / rate
            time.sleep(max(0.0, due - time.monotonic()))
            datagram = _SENT_AT.pack(time.monotonic()).ljust(SIZE)
            sender.sendto(datagram, (viewer_address(0), PORT))


if __name__ == "__main__":
    main()
