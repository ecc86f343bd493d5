"""What is measured of a peer, and counted of what a server turns away."""

from __future__ import annotations

import dataclasses
import json
import threading
from types import MappingProxyType

import pytest

from rtc_canvas.stats import PeerStats, ServerStats, SlidingRate


def test_a_rate_counts_the_window_only() -> None:
    rate = SlidingRate(window=2.0)
    for now, amount in ((0.0, 100.0), (1.0, 10.0), (2.5, 1.0)):
        rate.add(now, amount)
    assert rate.count_per_second(2.5) == 1.0
    assert rate.amount_per_second(2.5) == 5.5


def test_a_rate_falls_without_being_added_to() -> None:
    rate = SlidingRate(window=2.0)
    rate.add(0.0, 8.0)
    assert rate.amount_per_second(1.0) == 4.0
    assert rate.amount_per_second(2.1) == 0.0
    assert rate.count_per_second(2.1) == 0.0


def test_reading_takes_nothing_away() -> None:
    rate = SlidingRate(window=2.0)
    rate.add(0.0)
    assert rate.count_per_second(100.0) == 0.0
    assert rate.count_per_second(1.0) == 0.5


def test_an_empty_rate_is_zero() -> None:
    assert SlidingRate().count_per_second(5.0) == SlidingRate().amount_per_second(5.0) == 0.0


def test_a_rate_may_be_read_while_it_is_added_to() -> None:
    rate = SlidingRate(window=1.0)
    done = threading.Event()
    failures: list[Exception] = []

    def read() -> None:
        while not done.is_set():
            try:
                rate.count_per_second(0.5)
                rate.amount_per_second(2000.0)
            except Exception as error:
                failures.append(error)
                return

    reader = threading.Thread(target=read)
    reader.start()
    for tick in range(20_000):
        rate.add(tick / 1000)
    done.set()
    reader.join()
    assert not failures


def test_stats_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        PeerStats().fps = 5.0  # type: ignore[misc]


def test_stats_go_into_json() -> None:
    counted = MappingProxyType({"join": 1})
    stats = PeerStats(codec="vp8", size=(64, 48), key_frames=counted, cuts=counted)
    sent = json.loads(json.dumps(stats.as_dict(), allow_nan=False))
    assert sent.keys() == {field.name for field in dataclasses.fields(PeerStats)}
    assert sent["codec"] == "vp8"
    assert sent["size"] == [64, 48]
    assert sent["key_frames"] == sent["cuts"] == {"join": 1}
    assert sent["round_trip"] is None


def test_what_was_turned_away_by_its_reasons() -> None:
    stats = ServerStats(packets={"size": 2}, links={"length": 1}, resume_tokens={"used": 3})
    assert stats.by_reason() == {
        "packets (size)": 2,
        "links (length)": 1,
        "resume tokens (used)": 3,
    }
    assert json.loads(json.dumps(stats.as_dict())) == {
        "packets": {"size": 2},
        "connections": {},
        "links": {"length": 1},
        "messages": {},
        "peers": {},
        "resume_tokens": {"used": 3},
    }
