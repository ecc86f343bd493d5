"""One peer's input: what is taken, and what is counted instead."""

from __future__ import annotations

import json
import logging
import time
from types import SimpleNamespace
from typing import Any

import pytest

from rtc_canvas.peer_log import PeerLog
from rtc_canvas.peers import input as peer_input
from rtc_canvas.peers.input import BURST, MESSAGES_PER_SECOND, REMEMBERED, PeerInput

from .room import FIELDS

PEER = object()


def message(type_: str, seq: int, **fields: Any) -> str:
    return json.dumps({"type": type_, "seq": seq, "t": seq / 100, **FIELDS[type_], **fields})


def make_input() -> PeerInput:
    return PeerInput(PEER, PeerLog("c0ffee"))


def test_a_message_becomes_an_event_of_that_peer() -> None:
    before = time.monotonic()
    [event] = make_input().receive(message("key_down", 1, key="b", code="KeyB"), "input")
    assert (event["type"], event["key"], event["seq"]) == ("key_down", "b", 1)
    assert event["peer"] is PEER
    assert before <= event["timestamp"] <= time.monotonic()


def test_a_move_waits_for_the_press_before_it() -> None:
    peer = make_input()
    assert peer.receive(message("pointer_move", 2, edge=1), "pointer") == []
    events = peer.receive(message("pointer_down", 1), "input")
    assert [event["type"] for event in events] == ["pointer_down", "pointer_move"]
    assert not peer.dropped


def test_what_is_not_taken_is_counted_by_its_reason() -> None:
    peer = make_input()
    peer.receive(message("pointer_move", 3), "input")
    for text, channel in (
        ("{", "input"),
        (message("key_up", 3), "input"),  # does not rise
        (message("key_up", 4).replace("key_up", "key_press"), "input"),
        (message("pointer_move", 2, edge=1), "pointer"),
    ):
        assert peer.receive(text, channel) == []  # type: ignore[arg-type]
    peer.drop("watching")
    assert peer.dropped == {"bad": 1, "unknown": 1, "late": 2, "watching": 1}


def test_the_first_bad_message_is_logged_with_the_peer_and_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    peer = make_input()
    with caplog.at_level(logging.DEBUG):
        for _ in range(3):
            peer.receive("[]", "input")
    [record] = caplog.records
    assert record.message.startswith("peer c0ffee: An input message was dropped:")


def test_a_flood_is_counted_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(peer_input, "time", SimpleNamespace(monotonic=lambda: now))
    peer = make_input()
    assert all(peer.admits() for _ in range(BURST))
    assert not peer.admits()
    now += 10 / MESSAGES_PER_SECOND
    assert [peer.admits() for _ in range(12)] == [True] * 10 + [False] * 2
    now += 3600
    assert all(peer.admits() for _ in range(BURST))
    assert not peer.admits()
    assert peer.dropped["flood"] == 4


def test_what_was_delivered_is_released() -> None:
    peer = make_input()
    [down] = peer.receive(message("key_down", 1), "input")
    assert peer.release() == [], "it was not delivered"
    peer.follow(down)
    [up] = peer.release()
    assert (up["type"], up["code"], up["peer"]) == ("key_up", "KeyA", PEER)
    assert peer.release() == []


def test_when_events_happened_by_the_pages_clock() -> None:
    peer = make_input()
    for seq in range(1, REMEMBERED + 3):
        peer.receive(message("key_down", seq), "input")
    assert peer.page_time(2) is peer.page_time(REMEMBERED + 3) is None
    assert (peer.page_time(3), peer.page_time(REMEMBERED)) == (0.03, REMEMBERED / 100)
