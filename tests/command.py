"""The command `rtc-canvas`, or a program, in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from rtc_canvas import Server

from .receiver import Receiver, receiver

ROOT = Path(__file__).parent.parent


class Command:
    """A command that serves. Made by `command()`.

    url: the link that it printed.
    """

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self._process = process
        self._log = log
        self.url = ""

    @property
    def log(self) -> str:
        """What it has written to stderr."""
        return self._log.read_text()

    async def line(self, start: str) -> str:
        """The rest of the next line on stdout that begins so."""
        assert self._process.stdout is not None
        async with asyncio.timeout(20):
            while line := await asyncio.to_thread(self._process.stdout.readline):
                if line.startswith(start):
                    return line.removeprefix(start).strip()
        raise AssertionError(f"The command ended: {self.log}")

    def viewer(self, canvas: str = "main") -> AbstractAsyncContextManager[Receiver]:
        return receiver(cast(Server, SimpleNamespace(url=self.url)), canvas)

    async def end(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal; returns the exit code, which must come within 2 s."""
        self._process.send_signal(number)
        return await asyncio.to_thread(self._process.wait, 2)

    async def ends_well(self) -> None:
        """It must end by a signal as it should."""
        assert await self.end() == 0
        assert "Traceback" not in self.log


@contextlib.asynccontextmanager
async def command(*arguments: str, folder: Path, **environment: str) -> AsyncIterator[Command]:
    """`rtc-canvas` with these arguments, run in `folder`, once it has printed its link; killed at the end."""
    async with python("-m", "rtc_canvas", *arguments, folder=folder, **environment) as running:
        yield running


@contextlib.asynccontextmanager
async def python(*arguments: str, folder: Path, **environment: str) -> AsyncIterator[Command]:
    """The same for a program that serves by itself."""
    with _process(arguments, folder, environment) as running:
        running.url = await running.line("Open ")
        yield running


@contextlib.contextmanager
def _process(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> Iterator[Command]:
    path = folder / "stderr.log"
    with (
        path.open("w") as log,
        subprocess.Popen(
            [sys.executable, *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            yield Command(process, path)
        finally:
            process.kill()
