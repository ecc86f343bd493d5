"""The one port over networks that let little through, with a real browser."""

from __future__ import annotations

import itertools
import re
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from ..benchmarks.browser import CHROMIUM, Browser, Viewer, launch_each
from ..benchmarks.subject import Subject
from . import packets
from .forwarder import forwarded
from .namespace import Namespace
from .network import SERVER, network
from .observation import PERIOD

pytestmark = [pytest.mark.laboratory, pytest.mark.usefixtures("_laboratory")]

WAYS = Path(__file__).parents[1] / "browser" / "ways.js"

# The bounds below hold on a machine that others keep busy too: what breaks them is wrong, not slow.
FIRST_PICTURE = 5.0


@contextmanager
def chromium(namespace: Namespace | None = None) -> Iterator[Browser]:
    with tempfile.TemporaryDirectory() as folder:
        program = CHROMIUM if namespace is None else namespace.wrap(CHROMIUM, Path(folder))
        with launch_each([program], [WAYS]) as (browser,):
            yield browser


def way(viewer: Viewer) -> dict[str, Any]:
    taken: dict[str, Any] = viewer.evaluate("ways.taken()")
    return taken


def port_in(url: str) -> int:
    match = re.search(r":(\d+)/", url)
    assert match is not None
    return int(match[1])


def test_without_udp_the_media_come_over_the_pages_own_port() -> None:
    with network(1) as made, chromium(made.viewers[0]) as browser:
        made.block(0, packets.UDP)
        options = [f"--host={SERVER}"]
        with (
            Subject("ours", 1 / PERIOD, options, inside=made.server.inside) as subject,
            closing(browser.open(subject.url)) as viewer,
        ):
            assert viewer.first_sighting() < FIRST_PICTURE
            assert way(viewer) == {
                "protocol": "tcp",
                "address": SERVER,
                "port": port_in(subject.url),
            }
            assert len(viewer.sightings(1)) > 1 / PERIOD / 3


def test_a_tunnel_under_another_number_carries_all() -> None:
    with (
        closing(Namespace("tunnelled")) as namespace,
        chromium() as browser,
        Subject("ours", 1 / PERIOD, inside=namespace.inside) as subject,
        forwarded(namespace, port_in(subject.url)) as tunnel,
    ):
        url = subject.url.replace(f":{port_in(subject.url)}/", f":{tunnel.port}/")
        with closing(browser.open(url)) as viewer:
            assert viewer.first_sighting() < FIRST_PICTURE
            taken = {"protocol": "tcp", "address": "127.0.0.1", "port": tunnel.port}
            assert way(viewer) == taken
            assert len(viewer.sightings(1)) > 1 / PERIOD / 3
            tunnel.cut()
            # Chromium makes another connection by itself; the page notices nothing.
            moments = [at for _, at in viewer.sightings(4)]
            print(f"the tunnel was cut: {largest_gap(moments):.2f} s without a picture")
            assert largest_gap(moments) < 3
            assert len(moments) > 1 / PERIOD / 3
            assert viewer.evaluate("ways.connections.length") == 1


def largest_gap(moments: list[float]) -> float:
    return max(after - before for before, after in itertools.pairwise(moments))
