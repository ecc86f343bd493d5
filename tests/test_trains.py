"""The capacity of a link, from how frames arrive."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.rtc.congestion.packets import SentPacket
from rtc_canvas.rtc.congestion.trains import (
    FEWEST_SHUFFLED,
    FRESH,
    MIN_PACKETS,
    Trains,
    train_pace,
    train_rate,
)

SIZE = 1000


def train(rate: float, *, frame: int = 0, count: int = 6, start: float = 50.0) -> list[SentPacket]:
    """Packets of one frame that arrive as a link of `rate` bits per second spaces them."""
    gap = SIZE * 8 / rate
    return [
        SentPacket(i, 0.0, SIZE, frame, arrived=start + i * gap, end=(i + 1) * SIZE)
        for i in range(count)
    ]


def capacity_of(rates: list[float], *, every: float = 0.033) -> float | None:
    """What is known after trains at these rates, and the first packet of one more."""
    trains = Trains()
    for frame, rate in enumerate([*rates, 1e6]):
        for packet in train(rate, frame=frame, count=1 if frame == len(rates) else 6):
            trains.add(packet, frame * every)
    return trains.capacity


@given(st.floats(2e5, 2e7), st.integers(MIN_PACKETS, 40))
def test_a_train_arrives_at_the_rate_of_the_narrowest_link(rate: float, count: int) -> None:
    assert train_rate(train(rate, count=count)) == pytest.approx(rate, rel=1e-3)


def test_a_short_train_tells_nothing() -> None:
    assert train_rate(train(1e6, count=MIN_PACKETS - 1)) is None
    assert train_rate([]) is None


def test_a_moment_in_which_a_machine_stood_still_is_no_slow_link() -> None:
    packets = train(4e6, count=8)
    for packet in packets[5:]:
        assert packet.arrived is not None
        packet.arrived += 0.2
    assert train_rate(packets) == pytest.approx(4e6)


def test_the_order_of_arrival_does_not_matter() -> None:
    packets = train(3e6)
    assert train_rate(packets[::-1]) == train_rate(packets)


def test_packets_that_did_not_arrive_do_not_count() -> None:
    packets = train(3e6, count=MIN_PACKETS)
    packets[1].arrived = None
    assert train_rate(packets) is None


def test_one_tick_of_the_receivers_clock_is_fast_and_not_infinite() -> None:
    packets = train(1e12)
    for packet in packets:
        packet.arrived = 1.0
    rate = train_rate(packets)
    assert rate is not None
    assert 50e6 < rate < 1e9


def test_the_capacity_is_known_once_a_frame_is_over() -> None:
    trains = Trains()
    for packet in train(5e6, frame=0):
        trains.add(packet, 1.0)
    assert trains.capacity is None
    assert trains.partial_rate() == pytest.approx(5e6)
    trains.add(train(5e6, frame=1)[0], 1.03)
    assert trains.capacity == pytest.approx(5e6)
    assert trains.partial_rate() is None


def test_it_is_the_median_of_five() -> None:
    assert capacity_of([5e6, 5e6, 90e6]) == pytest.approx(5e6)
    assert capacity_of([8e6, 1e6, 1e6, 9e6, 1e6, 9e6, 9e6]) == pytest.approx(9e6, rel=1e-6)


def test_old_trains_do_not_count() -> None:
    assert capacity_of([9e6, 9e6, 9e6, 2e6], every=FRESH + 0.1) == pytest.approx(2e6)


def test_what_is_forgotten_is_still_told_until_there_is_something_newer() -> None:
    trains = Trains()
    for frame in range(3):
        for packet in train(8e6, frame=frame):
            trains.add(packet, frame / 30)
    trains.forget()
    assert trains.capacity == pytest.approx(8e6)
    for frame in (3, 4):
        for packet in train(1e6, frame=frame):
            trains.add(packet, frame / 30)
    # The frame that was arriving as they were forgotten is measured too.
    assert trains.capacity == pytest.approx(4.5e6)


def test_what_is_sent_by_itself_belongs_to_no_train() -> None:
    trains = Trains()
    repair = SentPacket(99, 0.0, SIZE, None, arrived=90.0)
    for frame in (0, 1):
        for packet in train(5e6, frame=frame):
            trains.add(packet, 1.0)
            trains.add(repair, 1.0)
    assert trains.capacity == pytest.approx(5e6)


# Of packets that overtake each other.


def shuffled(rate: float, frames: int, *, jitter: float = 0.012, count: int = 12) -> Trains:
    """What is known after frames whose packets come up to `jitter` sooner or later than the link spaces them."""
    chance = random.Random(1)
    trains = Trains()
    for frame in range(frames):
        for packet in train(rate, frame=frame, count=count):
            assert packet.arrived is not None
            packet.arrived += chance.uniform(-jitter, jitter)
            trains.add(packet, frame / 30)
    return trains


@pytest.mark.parametrize("rate", [2e6, 4e6, 8e6])
def test_the_capacity_is_known_all_the_same(rate: float) -> None:
    assert shuffled(rate, 31).shuffled_capacity == pytest.approx(rate, rel=0.25)


def test_their_spread_would_tell_something_else() -> None:
    capacity = shuffled(8e6, 31, count=25).capacity
    assert capacity is not None
    assert capacity < 0.75 * 8e6


def test_a_few_of_them_tell_nothing() -> None:
    assert shuffled(4e6, FEWEST_SHUFFLED).shuffled_capacity is None
    assert shuffled(4e6, FEWEST_SHUFFLED + 1).shuffled_capacity is not None


@given(st.floats(2e5, 2e7), st.integers(MIN_PACKETS, 40), st.integers(1, 3))
def test_the_pace_of_a_train_is_that_of_the_link_whatever_got_lost(
    rate: float, count: int, lost: int
) -> None:
    packets = train(rate, count=count)
    del packets[lost]
    assert train_pace(packets) == pytest.approx(8 / rate, rel=1e-3)


def test_a_train_of_no_length_has_no_pace() -> None:
    assert train_pace([SentPacket(i, 0.0, 0, 0, arrived=1.0) for i in range(5)]) is None
