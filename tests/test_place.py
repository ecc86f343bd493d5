"""The place of a peer that is away."""

from __future__ import annotations

import asyncio

import pytest

from rtc_canvas.peers import place as place_module
from rtc_canvas.peers.place import Place

from .room import Seen


def test_a_place_is_kept_for_a_minute() -> None:
    assert place_module.KEPT == 60


async def test_it_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place_module, "KEPT", 0.02)
    given_up: Seen[str] = Seen()
    place = Place(given_up)
    assert not place.is_away
    place.leave("first")
    assert place.is_away
    place.take()
    assert not place.is_away
    place.leave("second")
    place.leave("third")
    assert await given_up.next() == "third"
    await asyncio.sleep(0.05)
    assert given_up.rest() == []
