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

from ..benchmarks.browser import CHROMIUM, Browser, Viewer, launch_each
from ..benchmarks.subject import Subject
from . import packets
from .network import SERVER, Network, network, viewer_address
from .observation import PERIOD

pytestmark = [pytest.mark.laboratory, pytest.mark.usefixtures("_laboratory")]

ADDRESSES = (viewer_address(0), "10.77.0.200", "10.77.0.201")
"""Those of the browser's end, one after the other."""
BACK = 3.0
"""Seconds within which a picture is back."""
STATE = "document.querySelector('rtc-canvas').canvas.state"


@dataclass(frozen=True)
class Bench:
    """A page that looks at a moving picture over a link."""

    network: Network
    subject: Subject
    browser: Browser
    viewer: Viewer

    def peer(self, index: int = 0) -> dict[str, Any]:
        """The figures of the last peer to come, newer than now; those of a new one would begin from nothing.

        index: how many came before it, and are there still.
        """
        count, deadline = len(self.subject.peers), time.monotonic() + 5
        while len(self.subject.peers) == count:
            assert time.monotonic() < deadline
            self.viewer.wait(0.1)
        peers = self.subject.peers[-1][1]
        assert len(peers) == index + 1
        return dict(peers[index])


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
                yield Bench(made, subject, chromium, viewer)


def move(made: Network, old: str, new: str) -> None:
    """Take the browser's end its address, and give it another."""
    viewer, server = ["ip", "-n", made.viewers[0].name], ["ip", "-n", made.server.name]
    for command in (
        [*server, "route", "add", new, "dev", "link0"],
        [*viewer, "address", "del", old, "peer", SERVER, "dev", "link0"],
        [*viewer, "address", "add", new, "peer", SERVER, "dev", "link0"],
        [*viewer, "route", "replace", "default", "dev", "link0"],
    ):
        subprocess.run(command, check=True)


def test_another_address_is_followed(bench: Bench) -> None:
    before = bench.peer()
    longest = gap_while_moving(bench, bench.viewer, *ADDRESSES[:2])
    print(f"another address: {longest:.2f} s without a picture")
    assert longest < BACK
    assert bench.peer()["frames"] > before["frames"]


def test_another_address_is_followed_over_a_websocket(bench: Bench) -> None:
    with closing(bench.browser.open(f"{bench.subject.url}&transport=websocket")) as viewer:
        before = bench.peer(1)
        assert before["transport"] == "websocket"
        longest = gap_while_moving(bench, viewer, *ADDRESSES[1:])
        print(f"another address, WebSocket: {longest:.2f} s without a picture")
        assert longest < BACK
        after = bench.peer(1)
        assert after["transport"] == "websocket"
        assert after["frames"] > before["frames"]


def gap_while_moving(bench: Bench, viewer: Viewer, old: str, new: str) -> float:
    """Seconds without a picture, at most, when the browser's end gets another address."""
    viewer.take_sightings()
    viewer.wait(0.3)
    move(bench.network, old, new)
    viewer.wait(BACK)
    moments = [at for _, at in viewer.take_sightings()]
    assert moments[-1] - moments[0] > BACK - 1
    return max(after - before for before, after in itertools.pairwise(moments))


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
