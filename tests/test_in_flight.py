"""The frames that a page has not acknowledged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.exceptions import BadMessage
from rtc_canvas.websocket.framing import Ack
from rtc_canvas.websocket.in_flight import MORE, MOST, Delivery, InFlight, most


@pytest.mark.parametrize(
    ("round_trip", "frames"),
    [
        (None, 2),
        (0.001, 2),
        (0.040, 2),
        (0.041, 3),
        (0.100, 4),
        (0.200, 7),
        (0.240, MOST + MORE),
        (5.0, 8),
    ],
)
def test_two_are_enough_but_on_a_long_way(round_trip: float | None, frames: int) -> None:
    assert most(round_trip) == frames


def test_what_is_under_way_is_counted() -> None:
    frames = InFlight()
    for _ in range(3):
        frames.send(1000, 0.0)
    assert frames.count == 3
    assert frames.octets == 3000


def test_times_are_told_apart() -> None:
    frames = InFlight()
    number = frames.send(1000, 10.0)
    delivery = frames.acknowledge(Ack(number, spread=0.020, held=0.005), 10.065)
    assert delivery is not None
    assert delivery.octets == 1000
    assert delivery.spread == 0.020
    assert delivery.round_trip == pytest.approx(0.040)
    assert frames.octets == 0


def test_an_acknowledgement_is_one_of_those_before_it_too() -> None:
    frames = InFlight()
    frames.send(1000, 0.0)
    second = frames.send(500, 0.1)
    delivery = frames.acknowledge(Ack(second, 0, 0), 0.25)
    assert delivery == Delivery(500, 0, 0.15)
    assert (frames.count, frames.octets) == (0, 0)


@pytest.mark.parametrize(
    ("ack", "octets"),
    [
        (Ack(7, 0, 0), 1000),
        (Ack(0, 0, 0), 1000),
        # Its times are not taken, but it has arrived.
        (Ack(1, 0.08, 0.06), 0),
        (Ack(1, 4000, 4000), 0),
    ],
)
def test_what_cannot_be_is_refused(ack: Ack, octets: int) -> None:
    frames = InFlight()
    frames.send(1000, 0.0)
    with pytest.raises(BadMessage):
        frames.acknowledge(ack, 0.1)
    assert frames.octets == octets


@pytest.mark.parametrize(
    ("spread", "held", "believed"), [(0, 0.002, 0), (0.002, 0, 0.001), (0.034, 0, 0.001)]
)
def test_a_page_s_clock_may_be_coarse(spread: float, held: float, believed: float) -> None:
    frames = InFlight()
    number = frames.send(1000, 0.0)
    assert frames.acknowledge(Ack(number, spread, held), 0.001) == Delivery(1000, believed, 0.0)
    assert frames.count == 0


def test_one_is_acknowledged_once() -> None:
    frames = InFlight()
    number = frames.send(1000, 0.0)
    assert frames.acknowledge(Ack(number, 0, 0), 0.1)
    assert frames.acknowledge(Ack(number, 0, 0), 0.1) is None


@given(st.lists(st.one_of(st.none(), st.integers(0, 12)), max_size=60))
def test_they_are_counted_whatever_a_page_acknowledges(acks: list[int | None]) -> None:
    frames = InFlight()
    sent: dict[int, int] = {}
    for step, number in enumerate(acks):
        if number is None:
            sent[frames.send(step + 1, step)] = step + 1
        else:
            try:
                frames.acknowledge(Ack(number, 0, 0), step)
            except BadMessage:
                continue
            sent = {later: octets for later, octets in sent.items() if later > number}
        assert frames.count == len(sent)
        assert frames.octets == sum(sent.values())


def test_none_is_under_way_after_a_new_beginning() -> None:
    frames = InFlight()
    number = frames.send(1000, 0.0)
    frames.forget()
    assert frames.octets == 0
    assert frames.acknowledge(Ack(number, 0, 0), 0.1) is None
    assert frames.send(1000, 0.2) > number
