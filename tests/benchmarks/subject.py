"""A server under test: its process, what it reports and what it costs."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Self

LISTEN = "0A"  # TCP_LISTEN, as proc_pid_net(5) writes it
START_LIMIT = 30.0
"""Seconds that a subject may take until it serves its page."""
KEY_FRAME_LIMIT = 5.0
"""Seconds that a key frame on demand may take."""


class Subject:
    """Runs one of ``subjects/`` as a process of its own, from ``with`` to the end of its block.

    ``options`` are further ones of the contract (``subjects/contract.py``); ``inside`` is a command that runs the
    rest of its line elsewhere, in another network for instance.
    """

    def __init__(
        self, name: str, fps: float, options: Sequence[str] = (), inside: Sequence[str] = ()
    ) -> None:
        self._port = _free_port()
        self._command = [*inside, sys.executable, "-m", f"{__package__}.subjects.{name}"]
        self._command += [f"--fps={fps}", f"--port={self._port}", *options]
        self._name = name
        self._announced = threading.Event()
        self.url = ""
        """Where its page is."""
        self.handovers: dict[int, float] = {}
        """When each number was first handed over, seconds on ``time.monotonic``'s clock."""
        self._key_frames: SimpleQueue[int] = SimpleQueue()
        self.sent: list[tuple[float, int]] = []
        """Bytes of payload that it had sent by each time it told them, if it counts them."""
        self.renders: list[float] = []
        """Seconds that each picture took to render, if it tells."""
        self.handled: dict[str, int] = {}
        """How often its handlers were called so far, by the type of the event, if it tells."""
        self.peers: list[tuple[float, list[dict[str, Any]]]] = []
        """What it knew of its viewers at each time it told that, if it does."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._reader = threading.Thread(target=self._read_reports)
        self._reader.start()
        if not self._announced.wait(START_LIMIT) or not self._listens():
            self._stop()
            raise RuntimeError(f"The subject {self._name} did not start; its own output says why.")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def cpu_time(self) -> float:
        """Seconds of processor time that the process and its children have used so far."""
        return cpu_time(self._process.pid)

    def make_key_frame(self, before_sending: Callable[[], None]) -> int:
        """Have the next picture sent as a key frame, and return its number.

        Raises:
            queue.Empty: the subject made none.
        """
        self._say("make a key frame")
        number = self._key_frames.get(timeout=KEY_FRAME_LIMIT)
        before_sending()
        self._say("send it")
        return number

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def _read_reports(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if not line.startswith("{"):
                continue  # a program that prints its link
            match json.loads(line):
                case {"number": number, "time": at}:
                    self.handovers.setdefault(number, at)
                case {"key_frame": number}:
                    self._key_frames.put(number)
                case {"sent": sent, "time": at}:
                    self.sent.append((at, sent))
                case {"peers": peers, "time": at}:
                    self.peers.append((at, peers))
                case {"render": seconds}:
                    self.renders.append(seconds)
                case {"handled": calls}:
                    self.handled = calls
                case {"ready": url}:
                    self.url = url
                    self._announced.set()

    def _listens(self) -> bool:
        # A server announces its page as it starts to listen, which may be a moment early.
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline and self._process.poll() is None:
            if _listens(self._process.pid, self._port):
                return True
            time.sleep(0.02)
        return False

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()


def cpu_time(pid: int) -> float:
    """Seconds of processor time that a process and its children have used so far."""
    # The name in parentheses may hold spaces; utime and stime are fields 14 and 15 of proc(5).
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return own + sum(cpu_time(int(child)) for child in children)


def _listens(pid: int, port: int) -> bool:
    # Read from proc_pid_net(5) and not tried out, as the process may live in a network of its own.
    for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
        _, local, _, state, *_ = line.split()
        if local.endswith(f":{port:04X}") and state == LISTEN:
            return True
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
