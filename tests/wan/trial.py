"""One run of one subject through one scenario."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Error as PlaywrightError

from ..benchmarks import scene
from ..benchmarks.browser import CHROMIUM, Browser, Viewer, launch_each
from ..benchmarks.fidelity import page_psnr
from ..benchmarks.number_blocks import read_number
from ..benchmarks.subject import Subject
from .contenders import Contender
from .download import download
from .network import SERVER, Network, recorded_network
from .noise import noise
from .observation import PERIOD, Observation, Reception
from .scenario import WARM_UP, Scenario

CONNECTIONS = Path(__file__).with_name("connections.js")
AFTERGLOW = 1.0
"""Seconds after the end in which the last pictures may still be seen, and the subject's reports come in."""
PICTURES = 4
"""How many are compared with what was sent, where that is asked for."""


def observe(scenario: Scenario, contender: Contender) -> Observation:
    """Put a subject through a scenario.

    Raises:
        playwright's TimeoutError: no picture came.
        RuntimeError: the subject or the link did not start.
    """
    with recorded_network(len(scenario.links)) as (network, logs):
        for number, steps in enumerate(scenario.links):
            network.play(number, [(time.monotonic(), steps[0].conditions)])
        with _browsers(network) as browsers, _serve(scenario, contender, network) as subject:
            url = subject.url + contender.query
            with ExitStack() as tabs:
                viewer, *others = [tabs.enter_context(closing(each.open(url))) for each in browsers]
                for other in others:
                    other.set_reading(False)
                seen = _watch(scenario, viewer, subject, network)
    return replace(seen, packets=logs["down0"])


@contextmanager
def _browsers(network: Network) -> Iterator[list[Browser]]:
    with tempfile.TemporaryDirectory() as folder:
        executables = [viewer.wrap(CHROMIUM, Path(folder)) for viewer in network.viewers]
        with launch_each(executables, [CONNECTIONS]) as browsers:
            yield browsers


def _serve(scenario: Scenario, contender: Contender, network: Network) -> Subject:
    options = [f"--host={SERVER}", "--content=busy"]
    if scenario.rest is not None:
        options += ["--rest", *map(str, scenario.rest)]
    module = contender.on_demand if scenario.key_frames else contender.subject
    assert module is not None
    return Subject(module, 1 / PERIOD, options, inside=network.server.inside)


def _watch(scenario: Scenario, viewer: Viewer, subject: Subject, network: Network) -> Observation:
    clock = viewer.clock()
    sightings = viewer.take_sightings()
    first_picture = sightings[0][1]  # a page's clock begins with its navigation
    start = time.monotonic()
    for number, steps in enumerate(scenario.links):
        network.play(number, [(start + step.at, step.conditions) for step in steps])
    with ExitStack() as disturbances:
        if scenario.download:
            disturbances.enter_context(download(network, viewer=0))
        if scenario.noise:
            disturbances.enter_context(noise())
        _wait_until(start + WARM_UP, viewer)
        before, payload_types = _reception(viewer)
        lost = []
        for moment in scenario.losses():
            _wait_until(start + moment, viewer)
            lost.append(_lose_key_frame(before.payload_type, subject, network))
        _wait_until(start + scenario.duration, viewer)
        after, _ = _reception(viewer)
        viewer.wait(AFTERGLOW)
        sightings += viewer.take_sightings()
    return Observation(
        start=start,
        first_picture=first_picture,
        sightings=[(number, at + clock.offset) for number, at in sightings],
        handovers=dict(subject.handovers),
        payload_types=payload_types,
        before=before,
        after=after,
        lost_key_frames=lost,
        psnr=list(_fidelities(viewer)) if scenario.fidelity else [],
    )


def _lose_key_frame(payload_type: int, subject: Subject, network: Network) -> tuple[int, float]:
    """Have a key frame sent to the first viewer, and all its packets lost; the number in it, and when that was."""
    moment = time.monotonic()
    number = subject.make_key_frame(lambda: network.drop_frame(0, payload_type))
    return number, moment


def _wait_until(moment: float, viewer: Viewer) -> None:
    viewer.wait(max(0.0, moment - time.monotonic()))


def _reception(viewer: Viewer) -> tuple[Reception, dict[int, str]]:
    """What the browser tells of its reception, and what its payload types are called."""
    report = viewer.evaluate("connectionReport()")
    received: dict[str, Any] = report["received"]
    reception = Reception(
        codec=report["codec"],
        payload_type=report["payloadType"],
        width=received.get("frameWidth", 0),
        height=received.get("frameHeight", 0),
        key_frames=received.get("keyFramesDecoded", 0),
        nacks=received["nackCount"],
        plis=received["pliCount"],
        retransmitted=received.get("retransmittedPacketsReceived", 0),
        fec=received.get("fecPacketsReceived", 0),
    )
    return reception, dict(report["payloadTypes"])


def _fidelities(viewer: Viewer) -> Iterator[float]:
    """The PSNR of some pictures as they are shown; of none where no new one comes."""
    with suppress(PlaywrightError):
        for _ in range(PICTURES):
            # A video goes on while a script draws it: the picture that was read whole tells its own number.
            while (number := read_number(shown := _full_size(viewer.picture()))) is None:
                pass
            yield page_psnr(shown, scene.render(number, busy=True))


def _full_size(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgb24")
    scaled = frame.reformat(scene.WIDTH, scene.HEIGHT, interpolation="BICUBIC")
    return scaled.to_ndarray().astype(np.uint8)
