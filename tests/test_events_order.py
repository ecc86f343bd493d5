"""The order of events over two channels, against a network that loses and reorders."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.events import Channel, Event, InputOrder
from rtc_canvas.exceptions import BadMessage

Arrival: TypeAlias = tuple[Channel, Event]


def edge(seq: int) -> Event:
    return Event("pointer_down", seq, 0.0, {})


def move(seq: int, *, after: int) -> Event:
    return Event("pointer_move", seq, 0.0, {}, edge=after)


def delivered(order: InputOrder, arrivals: Iterable[Arrival]) -> list[int]:
    return [event.seq for channel, sent in arrivals for event in order.receive(sent, channel)]


def test_events_that_arrive_in_order_pass_at_once() -> None:
    order = InputOrder()

    assert order.receive(move(1, after=0), "pointer") == [move(1, after=0)]
    assert order.receive(edge(2), "input") == [edge(2)]
    assert order.receive(move(3, after=2), "pointer") == [move(3, after=2)]


def test_a_move_that_overtook_its_edge_comes_right_behind_it() -> None:
    order = InputOrder()

    assert order.receive(move(10, after=9), "pointer") == []
    assert order.receive(edge(9), "input") == [edge(9), move(10, after=9)]
    assert order.dropped == 0


def test_a_held_move_waits_for_the_edge_that_it_names() -> None:
    order = InputOrder()

    assert delivered(order, [("pointer", move(5, after=4)), ("input", edge(2))]) == [2]
    assert delivered(order, [("input", edge(4))]) == [4, 5]


def test_the_newest_of_several_held_moves_stays() -> None:
    order = InputOrder()
    moves: list[Arrival] = [("pointer", move(seq, after=9)) for seq in (11, 12, 10)]

    assert delivered(order, [*moves, ("input", edge(9))]) == [9, 12]
    assert order.dropped == 2


def test_a_move_that_may_pass_leaves_a_held_one_alone() -> None:
    order = InputOrder()

    assert delivered(order, [("pointer", move(5, after=4)), ("pointer", move(2, after=0))]) == [2]
    assert delivered(order, [("input", edge(4))]) == [4, 5]


def test_late_and_repeated_moves_are_dropped() -> None:
    order = InputOrder()
    late: list[Arrival] = [("pointer", move(seq, after=0)) for seq in (2, 1, 2)]

    assert delivered(order, [*late, ("input", edge(4)), ("pointer", move(3, after=0))]) == [2, 4]
    assert order.dropped == 3


def test_a_held_move_that_an_edge_overtakes_is_dropped() -> None:
    # Only a page that lies about its edges gets here: 6 came after 5 although 7 names it first.
    order = InputOrder()

    assert delivered(order, [("pointer", move(5, after=4)), ("input", edge(6))]) == [6]
    assert order.dropped == 1


@pytest.mark.parametrize("seq", [1, 2])
def test_input_that_is_sent_again_counts_once(seq: int) -> None:
    order = InputOrder()
    order.receive(edge(2), "input")

    assert order.receive(edge(seq), "input") == []
    assert order.dropped == 1


def test_edges_and_moves_that_name_none_do_not_go_on_pointer() -> None:
    for event in (edge(1), Event("pointer_move", 1, 0.0, {})):
        with pytest.raises(BadMessage, match="only a 'pointer_move' with 'edge'"):
            InputOrder().receive(event, "pointer")


@st.composite
def journeys(draw: st.DrawFn) -> list[Arrival]:
    """What an honest page sends, as it arrives: edges in order, moves lost, late, early, twice."""
    inputs: list[Event] = []
    moves: list[Event] = []
    for seq, is_edge in enumerate(draw(st.lists(st.booleans(), max_size=30)), start=1):
        if is_edge:
            inputs.append(edge(seq))
        else:
            moves.append(move(seq, after=inputs[-1].seq if inputs else 0))

    arriving = draw(st.lists(st.sampled_from(moves), max_size=30)) if moves else []
    arrivals: list[Arrival] = [("pointer", sent) for sent in arriving]
    place = st.integers(0, len(arriving))
    places = sorted(draw(st.lists(place, min_size=len(inputs), max_size=len(inputs))))
    # Back to front, so that places stay right and equal ones keep the edges' order.
    for at, sent in zip(reversed(places), reversed(inputs), strict=True):
        arrivals.insert(at, ("input", sent))
    return arrivals


@given(journeys())
def test_nothing_is_lost_or_reordered_across_an_edge(arrivals: list[Arrival]) -> None:
    order = InputOrder()
    seqs = delivered(order, arrivals)

    edges = [sent.seq for channel, sent in arrivals if channel == "input"]
    assert seqs == sorted(set(seqs)), "delivered events rise"
    assert [seq for seq in seqs if seq in edges] == edges, "every edge, in order"
    assert len(seqs) + order.dropped == len(arrivals), "what is not delivered is counted"
    if arrivals:
        assert seqs[-1] == max(sent.seq for _, sent in arrivals), "the newest is the last"


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 20), st.integers(0, 19))))
def test_a_lying_page_harms_only_its_own_order(claims: list[tuple[bool, int, int]]) -> None:
    order = InputOrder()
    seqs: list[int] = []
    for is_edge, seq, after in claims:
        try:
            if is_edge:
                seqs += delivered(order, [("input", edge(seq))])
            else:
                seqs += delivered(order, [("pointer", move(seq, after=after))])
        except BadMessage:
            continue

    assert seqs == sorted(set(seqs))
