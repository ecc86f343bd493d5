from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from . import made
from .figures import Figures, figures
from .link import Conditions, Fate
from .observation import Observation
from .packets import Entries
from .scenario import Recovery, Scenario, Step

LINK = Conditions(rate=1e6, delay=0.020, queue=0.200)
PLAIN = Scenario("plain", "plain", links=((Step(0, LINK),),), duration=20, limits=())
START = 1000.0


def steady(kbits: float, begin: float, end: float, payload_type: int = 96) -> Entries:
    """A hundred packets a second that make up a rate."""
    packet = made.rtp(round(1000 * kbits / 8 / 100), payload_type=payload_type)
    return made.log((START + at, packet) for at in np.arange(begin, end, 0.01))


def with_packets(seen: Observation, *logs: Entries) -> Observation:
    return replace(seen, packets=np.concatenate(logs))


def test_pictures_that_all_come_in_time() -> None:
    found = figures(PLAIN, made.observation(21))
    assert found.fps == pytest.approx(30, abs=0.1)
    assert found.seen == 100
    assert found.glass_median == pytest.approx(50)
    assert found.largest_gap == pytest.approx(33.3, abs=0.1)
    assert found.frozen == 0
    assert found.received == 0
    assert (found.queue_median, found.recovery, found.still_cost) == (None, None, None)


def test_a_gap_is_found_and_pictures_never_seen_are_counted() -> None:
    seen = made.observation(21)
    kept = [(number, at) for number, at in seen.sightings if not 310 <= number < 325]
    found = figures(PLAIN, replace(seen, sightings=kept))
    assert found.largest_gap == pytest.approx(16_000 / 30)
    assert found.frozen == pytest.approx(16 / 30, abs=0.001)
    assert found.seen == pytest.approx(100 * (1 - 15 / 450))


def test_nothing_seen_after_the_first_picture_is_one_long_gap() -> None:
    seen = made.observation(21)
    found = figures(PLAIN, replace(seen, sightings=seen.sightings[:1]))
    assert (found.fps, found.glass_median, found.largest_gap) == (0, None, 15_000)


def test_media_and_repair_are_told_apart() -> None:
    seen = with_packets(
        made.observation(21),
        steady(400, 0, 21),
        steady(100, 0, 21, payload_type=97),
        steady(80, 0, 21, payload_type=49),
        made.log([(START + 10, made.rtp(padded=True)), (START + 10, made.udp(bytes(100)))]),
        made.log([(START + 11, made.rtp())], Fate.DROPPED),
    )
    found = figures(PLAIN, seen)
    assert found.media == pytest.approx(0.4, abs=0.001)
    assert found.rtx == pytest.approx(0.1, abs=0.001)
    assert found.fec == pytest.approx(0.08, abs=0.001)
    assert found.padding == pytest.approx(8e-6 * 1200 / 15)
    assert found.rtx_share == pytest.approx(100 * 100 / 580, abs=0.1)
    assert found.used == pytest.approx(58, abs=0.2)
    assert found.queue_p95 == pytest.approx(10)
    assert found.late_p99 == pytest.approx(0.1)
    assert found.dropped == 1


def test_the_link_used_is_counted_by_the_rate_of_the_time() -> None:
    steps = (Step(0, LINK), Step(10, replace(LINK, rate=0.5e6)))
    seen = with_packets(made.observation(21), steady(400, 0, 21))
    found = figures(replace(PLAIN, links=(steps,)), seen)
    assert found.used == pytest.approx(100 * 0.4 * 15 / (5 * 1 + 10 * 0.5), abs=0.2)


def test_recovery_is_when_the_rate_is_reached() -> None:
    scenario = replace(PLAIN, recovery=Recovery(10, 0.8e6))
    slow = steady(300, 0, 12.9)
    found = figures(scenario, with_packets(made.observation(21), slow, steady(900, 12.9, 21)))
    assert found.recovery == pytest.approx(3.4, abs=0.11)
    assert figures(scenario, with_packets(made.observation(21), slow)).recovery is None


def test_what_a_rest_costs_and_how_it_ends() -> None:
    scenario = replace(PLAIN, duration=30, rest=(10, 20))
    seen = made.observation(31)
    moving = {number: at for number, at in seen.handovers.items() if not 10 <= at - START < 20}
    shown = [(number, at) for number, at in seen.sightings if number in moving]
    seen = replace(seen, handovers=moving, sightings=shown)
    idle = made.log((START + at, made.rtp(128)) for at in range(10, 20))
    found = figures(scenario, with_packets(seen, steady(800, 0, 10), idle, steady(480, 20.2, 31)))
    assert found.still_cost == pytest.approx(0.8, abs=0.01)
    assert found.resumed == pytest.approx(60, abs=0.5)
    assert found.fps == pytest.approx(30, abs=0.2)
    assert found.largest_gap < 100


def test_a_disturbed_neighbour_is_compared_with_itself() -> None:
    seen = made.observation(21)
    late = [
        (number, at + 0.010 if 10 <= at - START < 15 else at)
        for number, at in seen.sightings
        if number != 350
    ]
    found = figures(replace(PLAIN, disturbance=(10, 15)), replace(seen, sightings=late))
    assert found.glass_median_disturbed == pytest.approx(1.2)
    assert found.glass_p95_disturbed == pytest.approx(1.2, abs=0.01)
    assert found.seen_disturbed == pytest.approx(100 * (1 - 1 / 150))


def test_a_lost_key_frame_is_regained_with_its_picture_or_a_newer_one() -> None:
    filtered = [(START + 10.01, made.rtp()), (START + 10.02, made.rtp()), (START + 15, made.rtp())]
    seen = with_packets(
        made.observation(21),
        made.log([(START + 9, made.rtp())]),
        made.log(filtered, Fate.FILTERED),
    )
    # Number 301 is handed over at 10 s, and what follows is seen from 10.2 s on.
    shown = [(number, at) for number, at in seen.sightings if not 301 <= number < 306]
    seen = replace(seen, sightings=shown, lost_key_frames=[(301, START + 10), (451, START + 14.9)])
    found = figures(PLAIN, seen)
    assert found.regained == pytest.approx([1000 * (10 + 5 / 30 + 0.05 - 10.01), 50])
    assert found.regained_worst == found.regained_p95 == max(found.regained)


def test_a_key_frame_that_is_never_made_good_takes_for_ever() -> None:
    filtered = made.log([(START + 10, made.rtp())], Fate.FILTERED)
    seen = with_packets(made.observation(21), filtered)
    shown = [(number, at) for number, at in seen.sightings if number < 301]
    seen = replace(seen, sightings=shown, lost_key_frames=[(301, START + 10)])
    assert figures(PLAIN, seen).regained == (math.inf,)


def test_the_timeline_has_every_second() -> None:
    found: Figures = figures(PLAIN, with_packets(made.observation(21), steady(400, 0, 5)))
    assert len(found.timeline) == 20
    assert found.timeline[2].pictures == 30
    assert found.timeline[2].received == pytest.approx(0.4, abs=0.01)
    assert found.timeline[10].queue_worst is None
