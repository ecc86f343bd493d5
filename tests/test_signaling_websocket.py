"""One WebSocket from its first message to its end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.access import Grant
from signaling.refusal import Refusal
from signaling.websocket import Opening, parse_opening, talk

from .sockets import StandInSocket

OPEN: dict[str, Any] = {"type": "open", "codecs": ["vp8", "other", "h264"]}


class Receiver:
    def __init__(self) -> None:
        self.received: list[str | bytes] = []
        self.was_too_long = False
        self.left: tuple[str, bool] | None = None

    def receive(self, message: str | bytes) -> None:
        self.received.append(message)

    def too_long(self) -> None:
        self.was_too_long = True

    def disconnected(self, reason: str, *, left: bool) -> None:
        self.left = reason, left


class Program:
    def __init__(self) -> None:
        self.receiver = Receiver()
        self.refusal: Exception | None = None
        self.openings: list[Opening] = []

    def has_canvas(self, name: str) -> bool:
        return name == "main"

    async def open_socket(self, canvas: str, opening: Opening, socket: Any, *, grant: Grant) -> Any:
        if self.refusal:
            raise self.refusal
        self.openings.append(opening)
        return self.receiver


async def grant(token: str | None) -> Grant:
    if token != "right":
        raise Refusal(401, "The token is missing or wrong.")
    return Grant("operator")


async def served(socket: StandInSocket, program: Program, canvas: str = "main") -> None:
    await asyncio.wait_for(talk(socket, canvas, program, grant), 5)


@pytest.mark.parametrize(
    ("code", "left"),
    [
        (1000, ("The viewer left.", True)),
        (1001, ("The viewer left.", True)),
        (1009, ("The page was closed.", True)),
        (1006, ("The page was closed.", False)),
        (None, ("The page was closed.", False)),
    ],
)
async def test_a_conversation(code: int | None, left: tuple[str, bool]) -> None:
    socket, program = StandInSocket(), Program()
    socket.say(OPEN | {"codec": "vp8", "token": "right", "session": "abc", "use": False})
    socket.say("one")
    socket.say(b"two")
    socket.leave(code)
    await served(socket, program)
    assert program.openings == [
        Opening(codecs=["vp8", "h264"], codec="vp8", use=False, session="abc", token="right")
    ]
    assert program.receiver.received == ["one", b"two"]
    assert program.receiver.was_too_long == (code == 1009)
    assert program.receiver.left == left


async def test_a_wrong_token_ends_it() -> None:
    socket, program = StandInSocket(), Program()
    socket.say(OPEN | {"token": "wrong"})
    await served(socket, program)
    assert socket.closed == (4401, "The token is missing or wrong.")
    assert program.openings == []


@pytest.mark.parametrize(("token", "code"), [("wrong", 4401), ("right", 4404)])
async def test_only_who_is_let_in_learns_that_there_is_no_such_canvas(
    token: str, code: int
) -> None:
    socket, program = StandInSocket(), Program()
    socket.say(OPEN | {"token": token})
    await served(socket, program, "other")
    assert socket.closed is not None
    assert socket.closed[0] == code
    assert program.openings == []


async def test_the_hosts_refusal_is_handed_on() -> None:
    socket, program = StandInSocket(), Program()
    program.refusal = Refusal(406, "é" * 200)
    socket.say(OPEN | {"token": "right"})
    await served(socket, program)
    assert socket.closed is not None
    assert socket.closed[0] == 4406
    assert len(socket.closed[1].encode()) <= 123


async def test_a_failure_is_logged_and_not_told(caplog: pytest.LogCaptureFixture) -> None:
    socket, program = StandInSocket(), Program()
    program.refusal = RuntimeError("a secret of the inside")
    socket.say(OPEN | {"token": "right"})
    await served(socket, program)
    assert socket.closed == (4500, "The server failed; the program's log says why.")
    [record] = caplog.records
    assert record.exc_info is not None


async def test_a_failure_in_the_middle_ends_it_and_its_peer(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(message: str | bytes) -> None:
        raise RuntimeError("a secret of the inside")

    socket, program = StandInSocket(), Program()
    monkeypatch.setattr(program.receiver, "receive", fail)
    socket.say(OPEN | {"token": "right"})
    socket.say("one")
    await served(socket, program)
    assert socket.closed == (1011, "The server failed; the program's log says why.")
    assert program.receiver.left == ("The server failed; the program's log says why.", False)
    [record] = caplog.records
    assert record.exc_info is not None


async def test_one_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signaling.websocket.PATIENCE", 0.01)
    socket = StandInSocket()
    await served(socket, Program())
    assert socket.closed is not None
    assert socket.closed[0] == 4408


async def test_one_that_leaves_before_its_first_message() -> None:
    socket = StandInSocket()
    socket.leave(1001)
    await served(socket, Program())


@pytest.mark.parametrize(
    "message",
    [
        "",
        "[]",
        b"{}",
        "[" * 5000,
        '{"type": "close"}',
        '{"type": "open"}',
        '{"type": "open", "codecs": "vp8"}',
        '{"type": "open", "codecs": [1]}',
        '{"type": "open", "codecs": [], "codec": "jpeg"}',
        '{"type": "open", "codecs": [], "codec": ["vp8"]}',
        '{"type": "open", "codecs": [], "use": 1}',
        '{"type": "open", "codecs": [], "token": 1}',
        '{"type": "open", "codecs": [], "session": "' + "x" * 1025 + '"}',
    ],
)
async def test_what_is_no_opening_is_refused(message: str | bytes) -> None:
    socket, program = StandInSocket(), Program()
    socket.say(message)
    await served(socket, program)
    assert socket.closed is not None
    assert socket.closed[0] == 4400
    assert program.openings == []


@given(st.one_of(st.text(), st.binary()))
def test_whatever_comes_first_is_parsed_or_refused(message: str | bytes) -> None:
    with pytest.raises(Refusal):
        parse_opening(message)
