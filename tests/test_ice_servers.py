"""STUN and TURN servers: what a program may name, and what pages are told."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import Any

import pytest

from rtc_canvas import ConfigError, IceServer, ServeConfig, TurnSecret
from rtc_canvas.ice_servers import OfferedIceServers

TURN = ["turn:turn.example.org:3478", "turn:turn.example.org?transport=tcp", "turns:[2001:db8::1]"]


def test_credentials_as_the_draft_makes_them() -> None:
    # The vector of draft-uberti-behave-turn-rest-00 as coturn computes it.
    server = TurnSecret("turn:turn.example.org", "north", ttl=3600)
    assert server.entry("alice", 1735412345 - 3600 - 0.9) == {
        "urls": ["turn:turn.example.org"],
        "username": "1735412345:alice",
        "credential": "5ewl+WmUEHitaXhvToHQzNAcUrM=",
    }


def test_what_stays_is_told_as_it_is() -> None:
    assert IceServer(TURN, "me", "secret").entry("alice", 0) == {
        "urls": TURN,
        "username": "me",
        "credential": "secret",
    }
    assert IceServer("stun:stun.example.org:19302").entry("alice", 0) == {
        "urls": ["stun:stun.example.org:19302"]
    }


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: IceServer("turn.example.org"), "must be like stun:HOST:PORT"),
        (lambda: IceServer("http://turn.example.org"), "must be like stun:HOST:PORT"),
        (lambda: IceServer("stun:example.org?transport=tcp"), "must be like"),
        (lambda: IceServer("turn:example.org?transport=tls"), "must be like"),
        (lambda: IceServer([]), "one URL at least"),
        (lambda: IceServer("turn:example.org"), "needs a username and a credential"),
        (lambda: IceServer("turn:example.org", "me"), "needs a username and a credential"),
        (lambda: TurnSecret("stun:example.org", "north"), "TURN servers, got stun:"),
        (lambda: TurnSecret("turn:example.org", ""), "needs the secret"),
        (lambda: TurnSecret("turn:example.org", "north", ttl=59), "ttl must be .* got 59"),
        (lambda: ServeConfig(ice_servers="turn:example.org"), "must be a list"),  # type: ignore[arg-type]
        (lambda: ServeConfig(ice_servers=[{"urls": "stun:x"}]), "got dict"),  # type: ignore[list-item]
    ],
)
def test_what_is_not_taken(make: Any, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        make()


async def test_each_page_gets_fresh_credentials() -> None:
    pages = OfferedIceServers([IceServer("stun:example.org"), TurnSecret(TURN, "north", ttl=600)])
    now = time.time()
    (stun, turn), lifetime = await pages.offer("alice")
    assert stun == {"urls": ["stun:example.org"]}
    expiry, _, user = turn["username"].partition(":")
    assert user == "alice"
    # Never before the page thinks so.
    assert 600 <= int(expiry) - now < 610
    assert lifetime == 600
    assert (await OfferedIceServers([IceServer("stun:example.org")]).offer("alice"))[1] is None


async def test_how_long_they_last_is_told_of_those_of_a_function_too() -> None:
    async def source() -> list[IceServer | TurnSecret]:
        return [TurnSecret(TURN, "north", ttl=ttl) for ttl in (900, 600)]

    _, lifetime = await OfferedIceServers(source).offer("alice")
    assert lifetime == 600


async def test_a_function_is_asked_each_time() -> None:
    asked = []

    async def source() -> Sequence[IceServer]:
        asked.append(True)
        return [IceServer(f"stun:stun{len(asked)}.example.org")]

    pages = OfferedIceServers(source)
    told = [*await pages.entries("alice"), *await pages.entries("alice")]
    assert [server["urls"] for server in told] == [
        ["stun:stun1.example.org"],
        ["stun:stun2.example.org"],
    ]


async def test_a_function_that_fails_or_hangs_leaves_pages_without(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rtc_canvas.ice_servers.PATIENCE", 0.01)

    async def fails() -> Sequence[IceServer]:
        raise ValueError("no answer from the other service")

    async def hangs() -> Sequence[IceServer]:
        await asyncio.Event().wait()
        return []

    async def answers_nonsense() -> Any:
        return "turn:example.org"

    for source in (fails, hangs, answers_nonsense):
        with caplog.at_level(logging.ERROR):
            assert await OfferedIceServers(source).entries("alice") == []
        assert "a page gets none" in caplog.text
        caplog.clear()


async def test_the_turn_servers_that_the_server_itself_can_use() -> None:
    servers = [
        IceServer("stun:stun.example.org"),
        IceServer([*TURN, "turns:turn.example.org?transport=udp"], "me", "password"),
    ]
    relays = await OfferedIceServers(servers).relays("server")
    assert [str(relay) for relay in relays] == [
        "turn.example.org:3478 (udp)",
        "turn.example.org:3478 (tcp)",
        "2001:db8::1:5349 (tls)",
    ]
    assert {(relay.username, relay.credential) for relay in relays} == {("me", "password")}


def test_relays_only_need_a_relay() -> None:
    with pytest.raises(ConfigError, match="needs a TURN server in ice_servers"):
        ServeConfig(relay_only=True, ice_servers=[IceServer("stun:stun.example.org")])
    with pytest.raises(ConfigError, match="relay_only must be True or False"):
        ServeConfig(relay_only=1)  # type: ignore[arg-type]
    ServeConfig(relay_only=True, ice_servers=[IceServer("turn:turn.example.org", "me", "secret")])
