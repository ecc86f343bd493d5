"""What docs/deploy.md shows does what it says: its own commands, run in namespaces with the names that they use."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from ..benchmarks.browser import Browser
from ..deployment import FILES, FIRST, ROOT, commands
from ..wan import packets
from ..wan.namespace import Namespace, ip
from ..wan.network import SERVER
from . import coturn
from .nginx import URL, nginx
from .places import Place, linked, namespaces, wire
from .programs import certificate, running
from .tunnel import FORWARDING, ssh, sshd
from .watch import chromium

pytestmark = [pytest.mark.laboratory, pytest.mark.usefixtures("_laboratory")]

COMMANDS = commands()
PUBLIC, BRIDGE, CONTAINER = "203.0.113.5", "172.17.0.1", "172.17.0.2"
NAMES = "there lab.example.org turn.example.org"


def shown(section: str, *words: str) -> str:
    """The one command of a section that has these words."""
    (line,) = [each for each in COMMANDS[section] if all(word in each for word in words)]
    return line


@dataclass(frozen=True)
class Scene:
    """A machine that has the names, a browser's at the other end of a link, and one behind the first.

    inner: such as a container, or a cloud machine; the world reaches it by what is translated, and no other way.
    """

    place: Place
    inner: Namespace
    browser: Browser

    @contextmanager
    def running(self, line: str, inside: Namespace | None = None) -> Iterator[str]:
        """Run a command of the document's that serves; gives the query of the link that it prints.

        inside: the machine that has the names by default.
        """
        log = self.place.folder / "program.log"
        with self.started(line, inside or self.place.server, log, "Open http"):
            link = re.search(r"Open \S+(\?token=\S+)", log.read_text())
            assert link is not None
            yield link[1]

    @contextmanager
    def started(self, line: str, inside: Namespace, log: Path, ready: str) -> Iterator[None]:
        command = [*inside.inside, "bash", "-c", line]
        with running(
            command,
            log,
            ready,
            folder=self.place.folder,
            environment=environment(self.place.folder),
        ):
            yield

    def done(self, line: str, inside: Namespace, **variables: str) -> str:
        """What a command of the document's prints that ends without a problem."""
        done = subprocess.run(
            [*inside.inside, "bash", "-c", line],
            cwd=self.place.folder,
            env=environment(self.place.folder) | variables,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{line}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def way(self, url: str) -> str:
        """By what the picture comes to a page."""
        with closing(self.browser.open(url)) as viewer:
            way: str = viewer.evaluate("moments.taken()")["way"]
            return way

    @contextmanager
    def translating(self, *rules: str) -> Iterator[None]:
        """Send what comes for the public address to the inner machine by these rules of nftables."""
        chain = "\n".join(f'iifname "link0" ip daddr {PUBLIC} {rule}' for rule in rules)
        self.place.server.filter(f"""
            table ip published {{
                chain direct {{
                    type filter hook prerouting priority raw
                    iifname "link0" ip daddr {CONTAINER} drop
                }}
                chain translated {{
                    type nat hook prerouting priority dstnat
                    {chain}
                }}
            }}
        """)
        try:
            yield
        finally:
            self.place.server.filter("delete table ip published")


def environment(folder: Path) -> dict[str, str]:
    """What commands find around them: `rtc-canvas` and `ssh` among the programs."""
    path = f"{folder / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {
        **os.environ,
        "PATH": path,
        "PYTHONPATH": str(ROOT),
        "XDG_STATE_HOME": str(folder / "state"),
    }


@pytest.fixture(scope="module")
def scene(_laboratory: None) -> Iterator[Scene]:
    with ExitStack() as stack:
        place = stack.enter_context(linked())
        (inner,) = stack.enter_context(namespaces("inner"))
        wire(place.server, "bridge", f"{BRIDGE}/16", inner, "eth0", f"{CONTAINER}/16")
        ip("-n", inner.name, "route", "add", "default", "via", BRIDGE)
        ip("-n", place.server.name, "address", "add", f"{PUBLIC}/32", "dev", "lo")
        place.server.forward()
        for each in (place.server, place.browser):
            stack.enter_context(each.knowing(NAMES, SERVER))
        shutil.copy(Path(__file__).with_name("scene.py"), place.folder)
        (place.folder / "bin").mkdir()
        yield Scene(place, inner, stack.enter_context(chromium(place, f"http://{SERVER}:8080")))


def test_through_ssh(scene: Scene) -> None:
    place = scene.place
    assert place.network is not None
    client = place.folder / "bin" / "ssh"
    client.write_text(f'#!/bin/sh\nexec {shlex.join(ssh(place.folder))} "$@"\n')
    client.chmod(0o755)
    place.network.block(0, packets.UDP)
    line = shown("Through SSH", "ssh -L")
    try:
        with (
            scene.running(shown("Through SSH", "rtc-canvas run")) as query,
            sshd(place.server, place.folder, SERVER),
            scene.started(line, place.browser, place.folder / "ssh.log", FORWARDING),
        ):
            assert scene.way(f"http://127.0.0.1:8080/{query}") == "tcp"
    finally:
        place.network.block(0)


def test_published_ports(scene: Scene) -> None:
    options, _, ours = shown("Published ports: Docker").partition(" scene ")
    entry = re.search(r"^ENTRYPOINT (.*)$", (FILES / "Dockerfile").read_text(), re.MULTILINE)
    assert entry is not None
    program = shlex.join(json.loads(entry[1].replace("/scene.py", "scene.py")))
    published = re.findall(r"-p (\d+):(\d+)(?:/(udp))?", options)
    rules = [
        f"{kind or 'tcp'} dport {outside} dnat to {CONTAINER}:{inside}"
        for outside, inside, kind in published
    ]
    with scene.running(f"{program} {ours}", scene.inner) as query:
        with scene.translating(*rules):
            assert scene.way(f"http://{PUBLIC}:8080/{query}") == "udp"
        with scene.translating(*(rule for rule in rules if not rule.startswith("udp"))):
            assert scene.way(f"http://{PUBLIC}:8080/{query}") == "tcp"


def test_1_to_1_nat(scene: Scene) -> None:
    scene.done(shown(FIRST, "--port 8080"), scene.inner)
    line = shown("A cloud machine behind 1:1 NAT")
    with (
        scene.translating(f"dnat to {CONTAINER}"),
        scene.running(line, scene.inner) as query,
    ):
        assert scene.way(f"http://{PUBLIC}:8080/{query}") == "udp"


def test_a_turn_server(scene: Scene) -> None:
    place, section = scene.place, "A TURN server"
    with coturn.coturn(place.server, place.folder, SERVER):
        scene.done(shown(section, "doctor"), place.browser)
        secret = {"RTC_CANVAS_TURN_SECRET": coturn.SECRET}
        scene.done(shown(FIRST, "--ice-server"), place.browser, **secret)
        # For a TURN server's name Chromium does not look into the hosts file.
        line = shown(section, "rtc-canvas run").replace("turn.example.org", SERVER)
        with scene.running(f"{line} --host 0.0.0.0") as query:
            assert scene.way(f"http://{SERVER}:8080/{query}&relay") == "relay/udp"


def test_behind_nginx(scene: Scene) -> None:
    place = scene.place
    line = shown("Behind nginx, with TLS and a path prefix")
    with nginx(place.server, place.folder):
        with scene.running(line) as query:
            assert scene.way(f"{URL}{query}&transport=websocket") == "websocket"
            assert scene.way(f"{URL}{query}") == "udp"
        with scene.running(f"{line} --host 0.0.0.0") as query:
            assert scene.way(f"{URL}{query}") == "udp"
            told = shown(FIRST, "http://lab.example.org").replace("?token=…", query)
            scene.done(told, place.browser)


@pytest.mark.parametrize("how", ["--cert", "--self-signed"])
def test_https_without_a_proxy(scene: Scene, how: str) -> None:
    made, key = certificate(scene.place.folder, "lab.example.org")
    shutil.copy(made, scene.place.folder / "fullchain.pem")
    shutil.copy(key, scene.place.folder / "privkey.pem")
    with scene.running(shown("https without a proxy", how)) as query:
        assert scene.way(f"https://{SERVER}:8080/{query}") == "udp"
