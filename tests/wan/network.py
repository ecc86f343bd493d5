"""Network namespaces with an emulated link from the server's to each viewer's, made and taken away again.

Nothing but what the links carry gets in or out. Needs root, CAP_NET_ADMIN, /dev/net/tun and iproute2.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from . import packets
from .link import Conditions
from .namespace import Namespace, remove_stale

SERVER = "10.77.0.1"
"""The server's address, the same on every link."""

Steps = Sequence[tuple[float, Conditions]]
"""From when on (``time.monotonic``) a link is like what."""


class Network:
    """The server's namespace, the viewers', and the links between them."""

    def __init__(
        self, server: Namespace, viewers: list[Namespace], emulator: subprocess.Popen[str]
    ) -> None:
        assert emulator.stdin is not None
        self.server = server
        self.viewers = viewers
        self.emulator = emulator.pid
        """The process that is the links."""
        self._commands = emulator.stdin

    def play(self, link: int, steps: Steps) -> None:
        """Change a link at the given times; the changes that it had before it are forgotten."""
        plain = [(at, asdict(conditions)) for at, conditions in steps]
        self._command(command="play", link=link, steps=plain)

    def drop_frame(self, link: int, payload_type: int) -> None:
        """Lose every packet of the next frame of this payload type that the server sends."""
        self._command(command="drop_frame", link=link, payload_type=payload_type)

    def block(self, link: int, *protocols: int) -> None:
        """Pass nothing of these IP protocols over a link from now on, and all others."""
        self._command(command="block", link=link, protocols=protocols)

    def end(self, log: Path) -> None:
        """Cut all links and write down what became of their packets."""
        self._command(command="end", log=str(log))

    def _command(self, **command: Any) -> None:
        self._commands.write(json.dumps(command) + "\n")
        self._commands.flush()


@contextmanager
def network(links: int) -> Iterator[Network]:
    """A server and as many viewers as there are links, the links wide open."""
    remove_stale()
    with ExitStack() as cleanup:
        namespaces = []
        for role in ("server", *(f"viewer{number}" for number in range(links))):
            namespaces.append(Namespace(role))
            cleanup.callback(namespaces[-1].close)
        server, *viewers = namespaces
        emulator = cleanup.enter_context(_emulator([namespace.name for namespace in namespaces]))
        for number, viewer in enumerate(viewers):
            device, address = f"link{number}", viewer_address(number)
            server.connect(device, SERVER, address)
            viewer.connect(device, address, SERVER)
            viewer.route_all(device)
        server.route_all("link0")
        yield Network(server, viewers, emulator)


@contextmanager
def recorded_network(links: int) -> Iterator[tuple[Network, dict[str, packets.Entries]]]:
    """As :func:`network`; the dict is filled with its log once the block has ended without an error."""
    logs: dict[str, packets.Entries] = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "log.npz"
        with network(links) as made:
            yield made, logs
            made.end(file)
        logs.update(packets.load(file))


def viewer_address(number: int) -> str:
    """The address of a viewer."""
    return f"10.77.0.{number + 2}"


def unavailable() -> str | None:
    """Why there can be no such network here, in one sentence; None where there can."""
    if not Path("/dev/net/tun").exists():
        return "The link laboratory needs /dev/net/tun, which this machine does not have."
    try:
        with network(links=1):
            return None
    except (OSError, RuntimeError) as error:
        return f"The link laboratory needs root, network namespaces and iproute2: {error}."


@contextmanager
def _emulator(namespaces: list[str]) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", f"{__package__}.emulator", *namespaces]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        if process.stdout.readline() != "ready\n":
            raise RuntimeError("The link emulator did not start; its own output says why.")
        # Popen closes the commands' pipe, which ends the emulator, and waits for it.
        yield process
