"""The data channels of one peer."""

from __future__ import annotations

import asyncio
import gc
import json
import math
from collections.abc import Callable
from typing import Any, cast

import pytest
from aiortc import RTCPeerConnection
from aiortc.exceptions import InvalidStateError
from aiortc.rtcdtlstransport import State

from rtc_canvas.peer_log import PeerLog
from rtc_canvas.rtc.channels import BACKLOG, MESSAGE_LIMIT, STUCK, ChannelName, Channels

from .link import linked


class FakeChannel:
    """An RTCDataChannel as far as `Channels` sees it."""

    bufferedAmount = 7

    def __init__(self, state: str) -> None:
        self.readyState = state
        self.listeners: dict[str, Callable[..., None]] = {}
        self.sent: list[str | bytes] = []
        self.error: Exception | None = None

    def on(self, event: str, listener: Callable[..., None]) -> None:
        self.listeners[event] = listener

    def send(self, data: str | bytes) -> None:
        if self.error is not None:
            raise self.error
        self.sent.append(data)


class FakeConnection:
    """An RTCPeerConnection that makes fake channels."""

    def __init__(self, state: str) -> None:
        self.state = state
        self.options: dict[str, dict[str, Any]] = {}
        self.made: dict[str, FakeChannel] = {}

    def createDataChannel(self, label: str, **options: Any) -> FakeChannel:
        self.options[label] = options
        self.made[label] = FakeChannel(self.state)
        return self.made[label]


class Rig:
    """Channels on a fake connection, and what they told."""

    def __init__(self, state: str = "open") -> None:
        self.connection = FakeConnection(state)
        self.opened: list[ChannelName] = []
        self.messages: list[tuple[ChannelName, str | bytes]] = []
        self.stuck: list[str] = []
        self.error: Exception | None = None
        self.channels = Channels(
            cast(RTCPeerConnection, self.connection),
            on_open=self.opened.append,
            on_message=self._take,
            on_stuck=lambda: self.stuck.append("stuck"),
            log=PeerLog("4711af"),
        )

    def receive(self, channel: str, message: str | bytes) -> None:
        self.connection.made[channel].listeners["message"](message)

    def _take(self, channel: ChannelName, message: str | bytes) -> None:
        if self.error is not None:
            raise self.error
        self.messages.append((channel, message))


def test_the_channels_are_those_of_the_protocol() -> None:
    assert Rig().connection.options == {
        "input": {"negotiated": True, "id": 0, "ordered": True},
        "pointer": {"negotiated": True, "id": 1, "ordered": False, "maxRetransmits": 0},
        "app": {"negotiated": True, "id": 2, "ordered": True},
        "frames": {"negotiated": True, "id": 3, "ordered": False, "maxRetransmits": 0},
        "exact": {"negotiated": True, "id": 4, "ordered": True},
    }


def test_channels_that_are_open_already_are_told() -> None:
    assert Rig("open").opened == ["input", "pointer", "app", "frames", "exact"]


def test_channels_are_told_when_they_open() -> None:
    made = Rig("connecting")
    assert made.opened == []
    made.connection.made["app"].listeners["open"]()
    assert made.opened == ["app"]


def test_messages_come_with_their_channel() -> None:
    made = Rig()
    made.receive("pointer", "text")
    made.receive("input", b"bytes")
    assert made.messages == [("pointer", "text"), ("input", b"bytes")]


@pytest.mark.parametrize("filler", ["x", b"x"])
def test_messages_beyond_the_limit_are_dropped_and_counted(filler: str | bytes) -> None:
    made = Rig()
    made.receive("app", filler * MESSAGE_LIMIT)
    made.receive("app", filler * (MESSAGE_LIMIT + 1))
    assert len(made.messages) == made.channels.oversized == 1


def test_a_handler_that_raises_is_logged_once_and_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    made = Rig()
    made.error = RuntimeError("The program's mistake.")
    for _ in range(3):
        made.receive("input", "text")
    assert made.channels.failures == 3
    [record] = caplog.records
    assert record.message == "peer 4711af: Handling a message on input failed."
    assert "The program's mistake." in caplog.text


def test_messages_are_sent_as_compact_json() -> None:
    made = Rig()
    assert made.channels.send("app", {"type": "title", "title": "Grüße"})
    [text] = made.connection.made["app"].sent
    assert isinstance(text, str)
    assert " " not in text
    assert json.loads(text) == {"type": "title", "title": "Grüße"}
    assert made.channels.buffered("app") == 7


def test_a_page_that_does_not_read_what_must_arrive_is_told_of_once() -> None:
    rig = Rig()
    channel = rig.connection.made["app"]
    channel.bufferedAmount = STUCK
    assert rig.channels.send("app", {"type": "title"})
    assert rig.stuck == []
    channel.bufferedAmount = STUCK + 1
    assert not rig.channels.send("app", {"type": "title"})
    assert not rig.channels.send("app", {"type": "title"})
    assert rig.stuck == ["stuck"]
    assert len(channel.sent) == 1


@pytest.mark.parametrize("name", list(BACKLOG))
def test_what_can_be_done_without_is_not_kept_for_a_page_that_takes_nothing(name: Any) -> None:
    made = Rig()
    for channel in made.connection.made.values():
        channel.bufferedAmount = BACKLOG[name] + 1
    assert not made.channels.send(name, {"type": "frames"})
    assert made.connection.made[name].sent == []
    assert made.channels.send("app", {"type": "bye"})


@pytest.mark.parametrize("state", ["connecting", "closing", "closed"])
def test_nothing_is_sent_on_a_channel_that_is_not_open(state: str) -> None:
    made = Rig(state)
    assert not made.channels.send("app", {"type": "title"})
    assert made.connection.made["app"].sent == []


@pytest.mark.parametrize("error", [InvalidStateError("Gone."), ConnectionError("Gone.")])
def test_a_message_that_cannot_be_sent_is_no_error(error: Exception) -> None:
    made = Rig()
    made.connection.made["app"].error = error
    assert not made.channels.send("app", {"type": "title"})


def test_bytes_are_sent_as_they_are() -> None:
    made = Rig()
    assert made.channels.send_data("exact", b"\x89PNG")
    assert made.connection.made["exact"].sent == [b"\x89PNG"]


def test_what_json_does_not_know_is_not_sent() -> None:
    made = Rig()
    assert not made.channels.send("app", {"type": "stats", "loss": math.nan})


async def test_messages_go_both_ways() -> None:
    async with linked() as made:
        await made.recorder.until(lambda: len(made.recorder.opened) == 5)
        await made.viewer.open()
        made.viewer.channels["input"].send("to the server")
        made.viewer.channels["pointer"].send(b"\x00bytes")
        await made.recorder.until(lambda: len(made.recorder.messages) == 2)
        assert made.connection.send_message("app", {"type": "title", "title": "to the page"})
        assert await made.viewer.message("title") == {"type": "title", "title": "to the page"}
    assert sorted(made.recorder.messages) == [("input", "to the server"), ("pointer", b"\x00bytes")]
    assert sorted(made.recorder.opened) == ["app", "exact", "frames", "input", "pointer"]


async def test_a_message_to_a_page_that_has_just_gone_raises_nowhere() -> None:
    raised: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: raised.append(context))
    async with linked() as made:
        await made.recorder.until(lambda: len(made.recorder.opened) == 5)
        connection: Any = made.connection
        # As a page's farewell does it, before anybody here has taken notice.
        connection._connection.sctp.transport._set_state(State.CLOSED)
        assert made.connection.send_message("app", {"type": "bye", "reason": "Gone."})
        await asyncio.sleep(0)
    gc.collect()
    assert raised == []
