"""Debian's coturn, run for a test with the configuration that the documentation shows."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from ..deployment import configuration
from .conftest import need
from .program import PATIENCE

TURNSERVER = Path("/usr/bin/turnserver")


class Coturn:
    """A TURN server on 127.0.0.1, its log beside it. port: for UDP and TCP."""

    def __init__(self, port: int, log: Path) -> None:
        self.port = port
        self._log = log

    def urls(self, transport: str) -> str:
        """Its URL. transport: "udp" or "tcp"."""
        return f"turn:127.0.0.1:{self.port}?transport={transport}"

    async def logs(self, words: str) -> None:
        """Wait until its log has these words."""
        async with asyncio.timeout(PATIENCE):
            while words not in self._log.read_text():  # noqa: ASYNC110  # coturn tells in no other way
                await asyncio.sleep(0.02)


@asynccontextmanager
async def coturn(folder: Path, *, secret: str) -> AsyncIterator[Coturn]:
    """Run one on a free port that shares `secret` with the server under test, until the end of the block."""
    need(TURNSERVER, "apt-get install -y coturn")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "coturn.log"
    here = {
        "\nstatic-auth-secret=north\n": f"\nstatic-auth-secret={secret}\n",
        "#allowed-peer-ip=10.0.0.5": "allowed-peer-ip=127.0.0.1",
        "\nlistening-port=3478\n": f"\nlistening-port={port}\n",
    }
    file = folder / "turnserver.conf"
    file.write_text(configuration("turnserver.conf", here))
    command = [str(TURNSERVER), "-c", str(file), "--listening-ip=127.0.0.1"]
    command += ["--allow-loopback-peers", "--no-tls", "--no-dtls", "--verbose"]
    command += [f"--log-file={log}", "--simple-log", f"--pidfile={folder / 'pid'}"]
    command += [f"--userdb={folder / 'db'}"]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await listens(port)
        yield Coturn(port, log)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def listens(port: int) -> None:
    """Wait until somebody takes TCP connections on 127.0.0.1."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.02)
                continue
            writer.close()
            return await writer.wait_closed()
