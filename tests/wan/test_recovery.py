"""A page comes back by itself, and as the same peer: over real links, with a real browser."""

from __future__ import annotations

import itertools
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ..benchmarks.browser import CHROMIUM, Viewer, launch_each
from ..benchmarks.subject import Subject
from . import packets
from .network import SERVER, Network, network, viewer_address
from .observation import PERIOD

pytestmark = [pytest.mark.laboratory, pytest.mark.usefixtures("_laboratory")]

ANOTHER_ADDRESS = "10.77.0.200"
STATE = "document.querySelector('rtc-canvas').canvas.state"


@dataclass(frozen=True)
class Bench:
    """A page that looks at a moving picture over a link."""

    network: Network
    subject: Subject
    viewer: Viewer

    def peer(self) -> dict[str, Any]:
        """The figures of the only peer, newer than now; those of a new one would begin from nothing."""
        count, deadline = len(self.subject.peers), time.monotonic() + 5
        while len(self.subject.peers) == count:
            assert time.monotonic() < deadline
            self.viewer.wait(0.1)
        (peer,) = self.subject.peers[-1][1]
        return dict(peer)


@pytest.fixture(scope="module")
def bench(_laboratory: None) -> Iterator[Bench]:
    with network(1) as made, tempfile.TemporaryDirectory() as folder:
        options = [f"--host={SERVER}", "--count"]
        with Subject("ours", 1 / PERIOD, options, inside=made.server.inside) as subject:
            browser = made.viewers[0].wrap(CHROMIUM, Path(folder))
            with (
                launch_each([browser]) as (chromium,),
                closing(chromium.open(subject.url)) as viewer,
            ):
                # Until the WebSocket is held ready.
                viewer.wait(2)
                yield Bench(made, subject, viewer)


def move(made: Network) -> None:
    """Take the browser's end its address, and give it another."""
    viewer, server = ["ip", "-n", made.viewers[0].name], ["ip", "-n", made.server.name]
    for command in (
        [*server, "route", "add", ANOTHER_ADDRESS, "dev", "link0"],
        [*viewer, "address", "del", viewer_address(0), "peer", SERVER, "dev", "link0"],
        [*viewer, "address", "add", ANOTHER_ADDRESS, "peer", SERVER, "dev", "link0"],
        [*viewer, "route", "replace", "default", "dev", "link0"],
    ):
        subprocess.run(command, check=True)


def test_another_address_is_followed(bench: Bench) -> None:
    before = bench.peer()
    bench.viewer.take_sightings()
    bench.viewer.wait(0.3)
    move(bench.network)
    bench.viewer.wait(3)
    moments = [at for _, at in bench.viewer.take_sightings()]
    gap = max(after - before for before, after in itertools.pairwise(moments))
    print(f"another address: {gap:.2f} s without a picture")
    assert gap < 3
    assert moments[-1] - moments[0] > 2
    assert bench.peer()["frames"] > before["frames"]


def test_who_was_cut_off_is_back_as_the_same_peer(bench: Bench) -> None:
    before = bench.peer()
    bench.network.block(0, packets.UDP, packets.TCP)
    deadline = time.monotonic() + 15
    while bench.viewer.evaluate(STATE) != "reconnecting":
        assert time.monotonic() < deadline
        bench.viewer.wait(0.1)
    clock = bench.viewer.clock(5)
    healed = time.monotonic()
    bench.network.block(0)
    sightings = bench.viewer.sightings(3)
    assert sightings
    print(f"cut off: a picture {sightings[0][1] + clock.offset - healed:.2f} s after its end")
    assert bench.viewer.evaluate(STATE) == "live"
    after = bench.peer()
    assert after["frames"] > before["frames"]
    assert after["key_frames"]["join"] == before["key_frames"]["join"] + 1
    assert bench.viewer.evaluate("document.querySelector('rtc-canvas').canvas.steering")
