"""How many peers there may be at once."""

from __future__ import annotations

from rtc_canvas.serving.peer_limit import PeerLimit


def test_one_too_many_is_counted_and_not_taken() -> None:
    limit = PeerLimit(2)
    assert limit.take("ann")
    assert limit.take("bob")
    assert not limit.take("eve")
    assert limit.refused == {"crowd": 1}


def test_a_place_is_given_back_once() -> None:
    limit = PeerLimit(1)
    assert limit.take("ann")
    limit.give_back("ann")
    limit.give_back("ann")
    assert limit.take("bob")
    assert not limit.take("eve")
