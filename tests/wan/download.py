"""A TCP download that competes with the pictures: as much as the kernel's congestion control makes of the link.

``python -m tests.wan.download`` sends to whoever connects; ``python -m tests.wan.download ADDRESS`` fetches from there.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from .network import SERVER, Network

PORT = 9001
CHUNK = 1 << 16
LISTENING = "listening\n"


@contextmanager
def download(network: Network, viewer: int) -> Iterator[None]:
    """Download from the server's namespace to a viewer's while the block runs."""
    command = [sys.executable, "-m", __name__]
    with subprocess.Popen(
        [*network.server.inside, *command], stdout=subprocess.PIPE, text=True
    ) as sender:
        assert sender.stdout is not None
        assert sender.stdout.readline() == LISTENING
        with subprocess.Popen([*network.viewers[viewer].inside, *command, SERVER]) as receiver:
            yield
            receiver.terminate()
        sender.terminate()


def _send() -> None:
    with socket.create_server(("", PORT)) as server:
        print(LISTENING, end="", flush=True)
        connection, _ = server.accept()
    with connection, suppress(ConnectionError):
        while True:
            connection.sendall(bytes(CHUNK))


def _fetch(address: str) -> None:
    with socket.create_connection((address, PORT)) as connection:
        while connection.recv(CHUNK):
            pass


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _fetch(sys.argv[1])
    else:
        _send()
