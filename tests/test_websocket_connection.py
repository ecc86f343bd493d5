"""A WebSocket as a transport."""

from __future__ import annotations

import asyncio
import json
import struct
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from rtc_canvas.encoded_frame import EncodedFrame
from rtc_canvas.rtc.congestion.estimator import RateLimits
from rtc_canvas.websocket import connection as connection_module
from rtc_canvas.websocket import framing
from rtc_canvas.websocket.connection import BURST, WebSocketConnection

from .sockets import StandInSocket

LIMITS = RateLimits(1_000_000, 150_000, 8_000_000)


class Recorder:
    """A listener that writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []
        self.rooms = 0
        self.has_room = asyncio.Event()

    def connected(self) -> None:
        self.told.append("connected")

    def room(self) -> None:
        self.rooms += 1
        self.has_room.set()

    def target_changed(self, bitrate: int) -> None:
        self.told.append(bitrate)

    def key_frame_wanted(self) -> None:
        self.told.append("key frame")

    def channel_open(self, channel: str) -> None:
        self.told.append(f"{channel} open")

    def message(self, channel: str, message: str | bytes) -> None:
        self.told.append((channel, message))

    def silent(self) -> None:
        self.told.append("silent")

    def left(self, reason: str) -> None:
        self.told.append(f"left: {reason}")

    def lost(self, reason: str) -> None:
        self.told.append(reason)


class Clock:
    """Stands in for `time` in the connection's module."""

    def __init__(self) -> None:
        self.now = time.monotonic()

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(connection_module, "time", made)
    return made


class Rig:
    """A connection, its page's end and its listener."""

    def __init__(self) -> None:
        self.socket = StandInSocket()
        self.listener = Recorder()
        self.used: list[str] = []
        self.dropped: list[str] = []
        self.connection = WebSocketConnection(
            self.socket,
            self.listener,
            LIMITS,
            codec="vp8",
            on_use=self.used.append,
            on_drop=self.dropped.append,
        )

    def acknowledge(self, number: int, spread: float = 0.0) -> None:
        self.connection.receive(struct.pack("!BxxxIII", framing.ACK, number, int(spread * 1e6), 0))


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    rig = Rig()
    yield rig
    await rig.connection.close()


def a_frame(size: int = 100, time: float = 1.0) -> EncodedFrame:
    return EncodedFrame("vp8", bytes(size), True, (64, 48), (64, 48), (64, 48), 1, time)


# Frames.


async def test_at_most_two_frames_are_under_way(rig: Rig) -> None:
    connection = rig.connection
    for number in (1, 2):
        assert connection.has_room
        connection.send(a_frame(time=number))
    assert not connection.has_room
    await rig.socket.until(lambda: rig.socket.kinds() == [framing.FRAME] * 2)
    rig.acknowledge(1)
    assert connection.has_room
    assert rig.listener.rooms >= 1
    connection.send(a_frame(time=3))
    assert not connection.has_room
    rig.acknowledge(3)
    connection.send(a_frame(time=4))
    assert connection.has_room


async def test_more_of_them_are_on_a_long_way(rig: Rig, clock: Clock) -> None:
    rig.connection.send(a_frame())
    clock.now += 0.2
    rig.acknowledge(1)
    for number in range(2, 9):
        assert rig.connection.has_room
        rig.connection.send(a_frame(time=number))
    assert not rig.connection.has_room


async def test_on_a_long_way_too_no_more_is_under_way_than_it_takes(rig: Rig, clock: Clock) -> None:
    rig.connection.send(a_frame())
    clock.now += 0.2
    rig.acknowledge(1)
    # 1 Mbit/s, of which a quarter of a second may be under way; none of it is seen in the socket.
    rig.connection.send(a_frame(20_000, time=2))
    assert rig.connection.has_room
    rig.connection.send(a_frame(20_000, time=3))
    await rig.socket.until(lambda: rig.socket.kinds().count(framing.FRAME) == 3)
    assert not rig.connection.has_room
    clock.now += 0.2
    rig.acknowledge(2)
    assert rig.connection.has_room


async def test_a_large_frame_is_announced(rig: Rig) -> None:
    rig.connection.send(a_frame(5000))
    await rig.socket.until(lambda: len(rig.socket.sent) == 2)
    assert rig.socket.kinds() == [framing.BEGIN, framing.FRAME]


async def test_there_is_no_room_while_the_socket_is_full(rig: Rig) -> None:
    rig.socket.backlog = 100_000
    assert not rig.connection.has_room
    rooms = rig.listener.rooms
    rig.socket.backlog = 0
    await asyncio.wait_for(rig.listener.has_room.wait(), 5)
    assert rig.listener.rooms > rooms
    assert rig.connection.has_room


async def test_frames_are_told_of_once_they_have_left(rig: Rig) -> None:
    frame = a_frame()
    timestamp = rig.connection.timestamp(frame)
    rig.connection.send(frame)
    await asyncio.sleep(0)
    assert rig.listener.rooms == 1
    await rig.socket.until(lambda: rig.socket.sent)
    assert struct.unpack_from("!I", rig.socket.sent[0], 8) == (timestamp,)  # type: ignore[arg-type]


async def test_the_target_follows_the_acknowledgements(rig: Rig) -> None:
    for number in range(1, 30):
        rig.connection.send(a_frame(20_000, time=number))
        await asyncio.sleep(0.011)
        rig.acknowledge(number, spread=0.010)
    # 16 Mbit/s are there, of which a share is used.
    targets = [told for told in rig.listener.told if isinstance(told, int)]
    assert targets == sorted(targets)
    assert targets[-1] > 1_400_000
    stats = rig.connection.stats
    assert stats.transport == "websocket"
    assert stats.capacity == pytest.approx(16e6)
    assert stats.available_bitrate == pytest.approx(targets[-1], rel=0.02)
    assert stats.bytes > 29 * 20_000
    assert stats.round_trip is not None


async def test_a_standby_that_is_used_again_begins_anew(rig: Rig) -> None:
    rig.connection.send(a_frame())
    rig.connection.send(a_frame(time=2))
    rig.connection.standby = True
    rig.connection.standby = False
    assert rig.connection.has_room
    assert rig.connection.stats.bytes == 0
    rig.acknowledge(1)
    assert rig.dropped == []


@pytest.mark.parametrize(
    ("learnt", "target"), [(0.0, 1_000_000), (6e6, 3_000_000), (1e9, 8_000_000)]
)
async def test_it_begins_with_half_of_what_another_transport_had_learnt(
    rig: Rig, learnt: float, target: int
) -> None:
    rig.connection.standby = True
    rig.connection.standby = False
    rig.connection.inherit(learnt)
    assert rig.listener.told == [target]
    assert rig.connection.stats.available_bitrate == target


# Messages.


async def test_messages_go_both_ways(rig: Rig) -> None:
    assert rig.connection.send_message("app", {"type": "title", "title": "é"})
    assert not rig.connection.send_message("app", {"x": float("inf")})
    await rig.socket.until(lambda: rig.socket.sent)
    [message] = rig.socket.sent
    assert isinstance(message, bytes)
    assert (message[0], message[1]) == (2, framing.TEXT)
    assert json.loads(message[2:]) == {"type": "title", "title": "é"}
    rig.connection.receive(b"\x00\x00hello")
    rig.connection.receive(b"\x03\x01\xff")
    assert rig.listener.told == [("input", "hello"), ("frames", b"\xff")]


async def test_pieces_of_an_image_go_at_the_pace_of_the_way(rig: Rig) -> None:
    room = rig.connection.piece_room
    assert 0 < room <= framing.MESSAGE_LIMIT
    assert rig.connection.send_piece(bytes(room))
    assert rig.connection.piece_room == 0
    await rig.socket.until(lambda: rig.socket.sent)
    [piece] = rig.socket.sent
    assert piece == b"\x04\x01" + bytes(room)
    rig.socket.backlog = 1_000_000
    await asyncio.sleep(0.02)
    assert rig.connection.piece_room == 0


async def test_everything_is_open_at_once(rig: Rig) -> None:
    rig.connection.open()
    assert rig.listener.told[0] == "connected"
    assert {"app open", "input open", "pointer open", "frames open"} <= {*rig.listener.told[1:]}


async def test_what_a_page_says_about_it(rig: Rig) -> None:
    rig.connection.receive('{"type": "use", "transport": "webrtc"}')
    rig.connection.receive('{"type": "key_frame"}')
    assert rig.used == ["webrtc"]
    assert rig.listener.told == ["key frame"]
    assert rig.connection.tell({"type": "sent", "frames": 3})
    await rig.socket.until(lambda: rig.socket.remarks() == [{"type": "sent", "frames": 3}])


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\x07\x00{}",
        b"\x63\x00",
        b"\x00\x00" + bytes(framing.MESSAGE_LIMIT + 1),
        "{",
        '{"type": "newer"}',
        struct.pack("!BxxxIII", framing.ACK, 9, 0, 0),
    ],
)
async def test_what_is_wrong_is_counted_and_hurts_nobody(rig: Rig, message: str | bytes) -> None:
    rig.connection.receive(message)
    assert rig.dropped == ["websocket"]
    assert rig.listener.told == []


async def test_a_flood_is_dropped(rig: Rig, clock: Clock) -> None:
    for _ in range(BURST + 500):
        rig.connection.receive(b"\x00\x00{}")
    assert rig.dropped.count("flood") >= 400
    assert len(rig.listener.told) < BURST + 100


# Its end.


async def test_its_end_is_told_once_and_not_when_it_is_wanted(rig: Rig) -> None:
    rig.connection.disconnected("The viewer left.", left=True)
    assert rig.listener.told == ["left: The viewer left."]
    rig.connection.send_message("app", {"type": "bye"})
    await asyncio.gather(rig.connection.close(), rig.connection.close())
    rig.connection.disconnected("The viewer left.", left=True)
    rig.connection.disconnected("The WebSocket broke.", left=False)
    assert rig.listener.told == ["left: The viewer left."]
    assert len(rig.socket.sent) == 1
    assert rig.socket.closed == (1000, "")
    assert not rig.connection.send_message("app", {"type": "bye"})


async def test_a_page_that_cannot_be_sent_to_is_lost(rig: Rig) -> None:
    rig.socket.error = ConnectionResetError()
    rig.connection.send_message("app", {})
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert rig.listener.told == ["The page was closed."]
