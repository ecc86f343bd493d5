"""The emulator's process: reads packets from TUN devices, and writes them to others when the link would deliver them.

``python -m tests.wan.emulator NAMESPACE...`` joins the first network namespace with each of the others by a link of
its own, named ``link0``, ``link1`` and so on at both ends, and prints ``ready``. It then takes commands, one JSON
object a line, on standard input; at its end, or at the command ``end``, the devices are gone.

- ``{"command": "play", "link": 0, "steps": [[TIME, CONDITIONS], ...]}``: be like that from then on, each time on
  ``time.monotonic``'s clock. Before the first one a link is wide open.
- ``{"command": "drop_frame", "link": 0, "payload_type": NUMBER}``: lose the server's next frame.
- ``{"command": "block", "link": 0, "protocols": [NUMBER, ...]}``: pass nothing of these protocols any more, either way.
- ``{"command": "end", "log": FILE}``: write down what became of every packet, and end.
"""

from __future__ import annotations

import fcntl
import gc
import json
import os
import select
import struct
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

from . import packets
from .frame_filter import FrameFilter
from .link import Conditions, Direction, Fate
from .namespace import entered

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
LONGEST_PACKET = 2048

PRIORITY = 2
"""Before everything of normal priority: how busy the processors are must not change the link."""

OPEN = Conditions(rate=1e9, delay=0.0, queue=1.0)


class Way:
    """One direction of one link, between two devices."""

    def __init__(self, source: int, target: int, seed: str) -> None:
        self.source = source
        self.log = packets.Log()
        self.frame_filter = FrameFilter()
        self.blocked: frozenset[int] = frozenset()
        """Numbers of protocols of which nothing passes."""
        self._target = target
        self._direction = Direction(OPEN, Random(seed), self.log.record)
        self._steps: deque[tuple[float, Conditions]] = deque()

    def play(self, steps: list[tuple[float, Conditions]]) -> None:
        """Replace the changes that are still to come."""
        self._steps = deque(steps)

    def read(self, now: float) -> None:
        """Take in all that the source has."""
        with suppress(BlockingIOError):
            while True:
                packet = os.read(self.source, LONGEST_PACKET)
                blocked = packets.protocol(packet) in self.blocked
                if blocked or self.frame_filter.takes(packet):
                    self.log.record(now, packet, Fate.FILTERED)
                else:
                    self._direction.offer(packet, now)

    def write_due(self, now: float) -> None:
        """Change what has to change by ``now``, and write what has arrived by then."""
        while self._steps and self._steps[0][0] <= now:
            at, conditions = self._steps.popleft()
            self._direction.change(conditions, at)
        for packet in self._direction.take_due(now):
            os.write(self._target, packet)

    def next_due(self) -> float:
        """When :meth:`write_due` is to be called next."""
        due = self._direction.next_due()
        change = self._steps[0][0] if self._steps else None
        return min((at for at in (due, change) if at is not None), default=float("inf"))


class Emulator:
    """All links, and the loop that serves them."""

    def __init__(self, server: str, viewers: list[str]) -> None:
        self._links: list[tuple[Way, Way]] = []
        for number, viewer in enumerate(viewers):
            near = open_device(server, f"link{number}")
            far = open_device(viewer, f"link{number}")
            down = Way(near, far, seed=f"down {number}")
            up = Way(far, near, seed=f"up {number}")
            self._links.append((down, up))
        self._commands = b""

    def run(self) -> None:
        """Serve until told to end, or until whoever gives the commands is gone."""
        ways = {way.source: way for link in self._links for way in link}
        os.set_blocking(sys.stdin.fileno(), False)
        inputs = [sys.stdin.fileno(), *ways]
        while True:
            until_next = min(way.next_due() for way in ways.values()) - time.monotonic()
            # select() and not asyncio or epoll, which round times up to a millisecond.
            readable, _, _ = select.select(inputs, [], [], min(max(until_next, 0.0), 1.0))
            now = time.monotonic()
            for source in readable:
                if source in ways:
                    ways[source].read(now)
                elif not self._obey():
                    return
            for way in ways.values():
                way.write_due(now)

    def _obey(self) -> bool:
        """Follow the commands that came; whether there may be more."""
        received = os.read(sys.stdin.fileno(), 65536)
        *lines, self._commands = (self._commands + received).split(b"\n")
        for line in lines:
            match json.loads(line):
                case {"command": "play", "link": link, "steps": steps}:
                    for way in self._links[link]:
                        way.play([(at, Conditions(**conditions)) for at, conditions in steps])
                case {"command": "drop_frame", "link": link, "payload_type": payload_type}:
                    self._links[link][0].frame_filter.arm(payload_type)
                case {"command": "block", "link": link, "protocols": protocols}:
                    for way in self._links[link]:
                        way.blocked = frozenset(protocols)
                case {"command": "end", "log": log}:
                    packets.save(Path(log), dict(self._logs()))
                    return False
                case command:
                    raise ValueError(
                        f"The emulator takes play, drop_frame, block or end, got {command}."
                    )
        return bool(received)

    def _logs(self) -> Iterator[tuple[str, packets.Log]]:
        for number, (down, up) in enumerate(self._links):
            yield f"down{number}", down.log
            yield f"up{number}", up.log


def open_device(namespace: str, name: str) -> int:
    """Create a TUN device in a network namespace, which lives as long as the descriptor returned is open."""
    # A device belongs to the namespace in which /dev/net/tun was opened.
    with entered(namespace):
        device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return device


def main() -> None:
    server, *viewers = sys.argv[1:]
    emulator = Emulator(server, viewers)
    with suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))
    gc.disable()
    print("ready", flush=True)
    emulator.run()


if __name__ == "__main__":
    main()
