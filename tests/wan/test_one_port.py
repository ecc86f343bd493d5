"""The one port over networks that let little through, with a real browser."""

from __future__ import annotations

import itertools
import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ..benchmarks.browser import CHROMIUM, Browser, Viewer, launch_each
from ..benchmarks.subject import Subject
from . import packets
from .forwarder import forwarded
from .namespace import Namespace
from .network import SERVER, Network, network

pytestmark = [pytest.mark.laboratory, pytest.mark.usefixtures("_laboratory")]

WAYS = Path(__file__).parents[1] / "browser" / "ways.js"

# The bounds below hold on a machine that others keep busy too: what breaks them is wrong, not slow.
FIRST_PICTURE = 5.0

# Pictures a second; not more, as some have twenty encoders and decoders on one machine.
RATE = 10.0


@contextmanager
def chromium(*namespaces: Namespace) -> Iterator[list[Browser]]:
    """One in each namespace, and one in none."""
    with tempfile.TemporaryDirectory() as folder:
        inside = [namespace.wrap(CHROMIUM, Path(folder)) for namespace in namespaces]
        with launch_each([*inside, CHROMIUM], [WAYS]) as browsers:
            yield browsers


def way(viewer: Viewer) -> dict[str, Any]:
    taken: dict[str, Any] = viewer.evaluate("ways.taken()")
    return taken


def port_in(url: str) -> int:
    match = re.search(r":(\d+)/", url)
    assert match is not None
    return int(match[1])


# What others translate to the server's own address (RFC 5737).
PUBLISHED, NAME, OTHER_PORT = "198.51.100.7", "published.example", 9000


@dataclass
class Scene:
    """A server that knows its public name, and a browser at the other end of a link.

    outside: a browser on the machine itself.
    """

    network: Network
    subject: Subject
    browser: Browser
    outside: Browser

    @property
    def port(self) -> int:
        return port_in(self.subject.url)

    def open(self, authority: str | None = None) -> Viewer:
        """Open the page, at another host and port if need be."""
        url = self.subject.url
        own = f"{SERVER}:{self.port}"
        return self.browser.open(url if authority is None else url.replace(own, authority))


@pytest.fixture(scope="module")
def scene(_laboratory: None) -> Iterator[Scene]:
    options = [f"--host={SERVER}", "--set", json.dumps({"serve": {"public_addresses": [NAME]}})]
    with (
        network(1) as made,
        made.server.knowing(NAME, PUBLISHED),
        made.viewers[0].knowing(NAME, PUBLISHED),
        chromium(made.viewers[0]) as (browser, outside),
        Subject("ours", RATE, options, inside=made.server.inside) as subject,
    ):
        yield Scene(made, subject, browser, outside)


def test_twenty_at_once_on_one_udp_port(scene: Scene) -> None:
    with closing(scene.open()) as viewer:
        ways = [way(viewer), *viewer.evaluate("ways.players(19)")]
        assert ways == 20 * [{"protocol": "udp", "address": SERVER, "port": scene.port}]


def test_without_udp_the_media_come_over_the_pages_own_port(scene: Scene) -> None:
    scene.network.block(0, packets.UDP)
    try:
        with closing(scene.open()) as viewer:
            assert viewer.first_sighting() < FIRST_PICTURE
            assert way(viewer) == {"protocol": "tcp", "address": SERVER, "port": scene.port}
            assert viewer.sightings(1)
    finally:
        scene.network.block(0)


def test_published_ports_carry_all_to_an_address_that_the_server_does_not_know(
    scene: Scene,
) -> None:
    port = scene.port
    scene.network.server.filter(translation(port))
    try:
        for host, reached in (f"{NAME}:{port}", port), (f"{PUBLISHED}:{OTHER_PORT}", OTHER_PORT):
            with closing(scene.open(host)) as viewer:
                assert viewer.first_sighting() < FIRST_PICTURE
                assert way(viewer) == {"protocol": "udp", "address": PUBLISHED, "port": reached}
    finally:
        scene.network.server.filter("delete table ip published")


def translation(port: int) -> str:
    """The public address is the server's, under the same number and another; nobody gets to the server's own."""
    return f"""
        table ip published {{
            chain direct {{
                type filter hook prerouting priority raw
                ip daddr {SERVER} drop
            }}
            chain translated {{
                type nat hook prerouting priority dstnat
                ip daddr {PUBLISHED} meta l4proto {{ tcp, udp }} th dport {{ {port}, {OTHER_PORT} }} \\
                    dnat to {SERVER}:{port}
            }}
        }}
    """


def test_a_tunnel_under_another_number_carries_all(scene: Scene) -> None:
    with (
        closing(Namespace("tunnelled")) as namespace,
        Subject("ours", RATE, inside=namespace.inside) as subject,
        forwarded(namespace, port_in(subject.url)) as tunnel,
    ):
        url = subject.url.replace(f":{port_in(subject.url)}/", f":{tunnel.port}/")
        with closing(scene.outside.open(url)) as viewer:
            assert viewer.first_sighting() < FIRST_PICTURE
            taken = {"protocol": "tcp", "address": "127.0.0.1", "port": tunnel.port}
            assert way(viewer) == taken
            assert viewer.sightings(1)
            tunnel.cut()
            # Chromium makes another connection by itself; the page notices nothing.
            moments = [at for _, at in viewer.sightings(3)]
            print(f"the tunnel was cut: {largest_gap(moments):.2f} s without a picture")
            assert moments[-1] - moments[0] > 1
            assert largest_gap(moments) < 3
            assert viewer.evaluate("ways.connections.length") == 1


def largest_gap(moments: list[float]) -> float:
    return max(after - before for before, after in itertools.pairwise(moments))
