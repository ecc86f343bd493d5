"""The laboratory at work: short runs over real links, with a real browser."""

from __future__ import annotations

import socket
import time
from dataclasses import replace

import numpy as np
import pytest

from . import packets
from .contenders import CONTENDERS, OURS
from .figures import Figures, figures
from .link import Conditions, Fate
from .namespace import HOME, PREFIX
from .network import SERVER, recorded_network, viewer_address
from .scenario import Scenario
from .scenarios import SCENARIOS, STEADY
from .trial import observe

pytestmark = [pytest.mark.laboratory, pytest.mark.usefixtures("_laboratory")]

LOSSY = next(scenario for scenario in SCENARIOS if scenario.name == "lossy")


def test_a_link_delays_limits_and_goes() -> None:
    link = Conditions(rate=1e6, delay=0.030, queue=0.050)
    with recorded_network(1) as (network, logs):
        network.play(0, [(time.monotonic(), link)])
        names = [network.server.name, network.viewers[0].name]
        with (
            network.server.socket(socket.SOCK_DGRAM) as sender,
            network.viewers[0].socket(socket.SOCK_DGRAM) as receiver,
        ):
            receiver.bind((viewer_address(0), 5000))
            receiver.settimeout(2)
            sender.bind((SERVER, 5000))
            for _ in range(20):
                sender.sendto(bytes(1000 - packets.HEADERS), receiver.getsockname())
            began = time.monotonic()
            receiver.recv(1000)
            assert time.monotonic() - began > 0.030
            for _ in range(6):
                receiver.recv(1000)
    sent = logs["down0"]
    # One passes, and those who wait 8, 16 ... 48 ms are let in.
    assert np.sum(sent["fate"] == Fate.DELIVERED) == 7
    assert np.sum(sent["fate"] == Fate.DROPPED) == 13
    assert not any((HOME / name).exists() for name in names)
    assert names[0].startswith(PREFIX)


def test_a_viewer_sees_the_scene_over_a_link_that_is_wide_enough() -> None:
    found = run(STEADY, seconds=13)
    assert found.first_picture < 3
    assert found.fps > 20
    assert found.largest_gap < 1000
    assert 2 < found.received < 8
    assert found.lost == 0
    assert found.glass_median is not None
    assert found.glass_median > 20  # no picture is faster than the link


def test_a_viewer_sees_the_scene_over_a_link_that_loses_packets() -> None:
    found = run(LOSSY, seconds=13)
    assert found.first_picture < 3
    assert found.fps > 10
    assert found.lost > 0
    assert found.retransmitted + found.fec_packets > 0


def run(scenario: Scenario, seconds: float) -> Figures:
    """This project's figures, of a run that is only so long."""
    shorter = replace(scenario, duration=seconds)
    return figures(shorter, observe(shorter, CONTENDERS[OURS]))
