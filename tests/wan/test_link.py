from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .link import Conditions, Direction, Fate

PACKET = bytes(1000)
LINK = Conditions(rate=800_000, delay=0.020, queue=0.100)
PASSING = 0.010
"""Seconds that the packet takes to pass."""


class Recorded(Direction):
    """A direction that keeps its record."""

    def __init__(self, conditions: Conditions, seed: int = 1) -> None:
        self.ends: list[tuple[float, float, Fate]] = []
        super().__init__(conditions, Random(seed), self._keep)

    def _keep(
        self, at: float, packet: bytes, fate: Fate, *, waited: float = 0.0, late: float = 0.0
    ) -> None:
        self.ends.append((at, waited, fate))

    def fates(self) -> list[Fate]:
        return [fate for _, _, fate in self.ends]


def arrivals(direction: Direction, until: float) -> list[tuple[float, bytes]]:
    """When each packet arrives, if the direction is asked at every moment that it names."""
    arrived = []
    while (due := direction.next_due()) is not None and due <= until:
        arrived += [(due, packet) for packet in direction.take_due(due)]
    return arrived


def test_a_packet_takes_its_passing_and_the_delay() -> None:
    direction = Recorded(LINK)
    direction.offer(PACKET, 5.0)
    assert direction.take_due(5.0 + PASSING + 0.0199) == []
    assert direction.take_due(5.0 + PASSING + 0.0201) == [PACKET]
    assert direction.next_due() is None


def test_packets_wait_for_those_before_them() -> None:
    direction = Recorded(LINK)
    for _ in range(3):
        direction.offer(PACKET, 0.0)
    assert direction.waiting_time(0.0) == pytest.approx(3 * PASSING)
    assert direction.waiting_time(0.015) == pytest.approx(0.015)
    times = [at for at, _ in arrivals(direction, 1.0)]
    assert times == pytest.approx([0.030, 0.040, 0.050])
    assert [waited for _, waited, _ in direction.ends] == pytest.approx([0.0, 0.010, 0.020])


def test_a_full_queue_drops_the_newest() -> None:
    direction = Recorded(LINK)
    for _ in range(15):
        direction.offer(PACKET, 0.0)
    # One passes; those who wait 10, 20 ... 100 ms are let in.
    assert direction.fates() == [Fate.DROPPED] * 4
    assert len(arrivals(direction, 1.0)) == 11


def test_a_slower_link_makes_the_same_queue_longer() -> None:
    direction = Recorded(LINK)
    for _ in range(6):
        direction.offer(PACKET, 0.0)
    direction.change(replace(LINK, rate=LINK.rate / 4), 0.005)
    assert direction.waiting_time(0.005) == pytest.approx(0.020 + 5 * 4 * PASSING)
    direction.offer(PACKET, 0.005)
    assert direction.fates() == [Fate.DROPPED]
    times = [at for at, _ in arrivals(direction, 1.0)]
    assert times == pytest.approx([0.045 + 0.040 * place for place in range(6)])


def test_a_late_caller_changes_no_time_on_the_link() -> None:
    direction = Recorded(LINK)
    for _ in range(3):
        direction.offer(PACKET, 0.0)
    direction.offer(PACKET, 0.035)
    assert direction.take_due(10.0) == [PACKET] * 4
    assert [waited for _, waited, _ in direction.ends] == pytest.approx([0, 0.010, 0.020, 0])


def test_jitter_makes_packets_overtake() -> None:
    direction = Recorded(replace(LINK, rate=1e9, jitter=0.012))
    sent = [bytes([number]) * 100 for number in range(200)]
    for number, packet in enumerate(sent):
        direction.offer(packet, number / 1000)
    arrived = arrivals(direction, 1.0)
    delays = [at - packet[0] / 1000 for at, packet in arrived]
    assert 0.008 <= min(delays) < 0.010
    assert 0.030 < max(delays) <= 0.033
    assert [packet for _, packet in arrived] != sent
    assert sorted(packet for _, packet in arrived) == sent


@pytest.mark.parametrize("burst", [None, 1.0, 5.0])
def test_as_many_packets_are_lost_as_asked(burst: float | None) -> None:
    direction = Recorded(Conditions(1e9, 0.0, 1.0, loss=0.05, burst=burst))
    for number in range(40_000):
        direction.offer(PACKET, number / 1000)
    direction.take_due(1000.0)
    fates = direction.fates()
    assert fates.count(Fate.LOST) / len(fates) == pytest.approx(0.05, rel=0.15)


def test_losses_come_in_bursts_of_the_length_asked() -> None:
    direction = Recorded(Conditions(1e9, 0.0, 1.0, loss=0.05, burst=4.0))
    for number in range(40_000):
        direction.offer(PACKET, number / 1000)
        direction.take_due(number / 1000 + 0.0005)
    lost = [fate is Fate.LOST for fate in direction.fates()]
    bursts = sum(now and not before for before, now in zip([False, *lost], lost, strict=False))
    assert sum(lost) / bursts == pytest.approx(4.0, rel=0.15)


offers = st.lists(st.tuples(st.floats(0, 0.05), st.integers(28, 1500)), max_size=60)


@given(offers, st.floats(1e5, 1e7), st.floats(0, 0.05), st.integers(0, 100))
def test_every_packet_has_one_end_and_the_rate_is_kept(
    offered: list[tuple[float, int]], rate: float, jitter: float, seed: int
) -> None:
    direction = Recorded(Conditions(rate, 0.050, 0.100, jitter=jitter, loss=0.1), seed)
    now = 0.0
    for pause, size in offered:
        now += pause
        direction.take_due(now)
        direction.offer(bytes(size), now)
    delivered = direction.take_due(now + 1000)
    assert len(direction.ends) == len(offered)
    assert all(
        0 <= waited <= 0.100 + 1e-6 for _, waited, fate in direction.ends if fate != Fate.DROPPED
    )
    assert direction.next_due() is None
    assert len(delivered) <= len(offered)
