"""Messages on their way into a WebSocket."""

from __future__ import annotations

import asyncio

import pytest

from rtc_canvas.websocket.outbox import LIMIT, Outbox

from .sockets import StandInSocket


async def test_messages_go_in_order_and_nobody_waits_for_them() -> None:
    socket, broken = StandInSocket(), list[str]()
    outbox = Outbox(socket, broken.append)
    socket.free.clear()
    assert all([outbox.put("one"), outbox.put(b"two"), outbox.put("three")])
    assert outbox.waiting == 11
    assert socket.sent == []
    socket.free.set()
    await socket.until(lambda: len(socket.sent) == 3)
    assert socket.sent == ["one", b"two", "three"]
    await outbox.close()
    assert outbox.waiting == 0
    assert broken == []


async def test_what_the_socket_has_waits_here_no_more() -> None:
    socket = StandInSocket()
    outbox = Outbox(socket, lambda reason: None)
    socket.free.clear()
    outbox.put(b"one")
    outbox.put(b"three")
    await asyncio.sleep(0)
    assert outbox.waiting == 5
    socket.free.set()
    await outbox.close()


async def test_a_farewell_is_sent_before_the_end() -> None:
    socket = StandInSocket()
    outbox = Outbox(socket, lambda reason: None)
    outbox.put("farewell")
    await outbox.close()
    assert socket.sent == ["farewell"]
    assert not outbox.put("too late")


async def test_a_page_that_does_not_read_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("rtc_canvas.websocket.outbox.FAREWELL", 0.01)
    socket, broken = StandInSocket(), list[str]()
    outbox = Outbox(socket, broken.append)
    socket.free.clear()
    assert outbox.put(bytes(LIMIT - 10))
    assert not outbox.put(bytes(11))
    assert not outbox.put("x")
    assert broken == ["The page does not read what it is sent."]
    await asyncio.wait_for(outbox.close(), 1)


async def test_a_socket_that_breaks_is_told_once() -> None:
    socket, broken = StandInSocket(), list[str]()
    outbox = Outbox(socket, broken.append)
    socket.error = ConnectionResetError("gone")
    outbox.put("one")
    outbox.put("two")
    await asyncio.sleep(0)
    await outbox.close()
    assert broken == ["The page was closed."]
    assert not outbox.put("three")
