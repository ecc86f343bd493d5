"""The UDP socket that all peers share."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import pytest

from rtc_canvas.net.demultiplexer import PACKET_LIMIT, Address
from rtc_canvas.net.udp import BATCH, TOGETHER, UdpSocket

RTP = b"\x80\x60"


class Peer:
    """Counts what it gets, and can wait for it."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self._more = asyncio.Event()

    def stun_received(self, data: bytes, address: Address) -> None:
        raise AssertionError("no STUN is sent here")

    def source_lost(self, address: Address) -> None:
        raise AssertionError("UDP knows no end")

    def data_received(self, data: bytes) -> None:
        self.got.append(data)
        self._more.set()

    async def has(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.got) < count:
                self._more.clear()
                await self._more.wait()


@contextlib.asynccontextmanager
async def opened(family: socket.AddressFamily = socket.AF_INET) -> AsyncIterator[UdpSocket]:
    bound = socket.socket(family, socket.SOCK_DGRAM)
    bound.setblocking(False)
    bound.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
    shared = UdpSocket(bound)
    await shared.open()
    try:
        yield shared
    finally:
        shared.close()
        shared.close()
        # An endpoint of the loop's closes its socket at the next turn.
        await asyncio.sleep(0)


@contextlib.contextmanager
def browser(shared: UdpSocket, peer: Peer) -> Iterator[socket.socket]:
    """A socket at whose other end a peer is."""
    host, port = shared.bound.host, shared.bound.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as made:
        made.settimeout(2)
        made.connect((host, port))
        shared.demultiplexer.join("ufrag", peer)
        shared.demultiplexer.bind(made.getsockname()[:2], peer)
        yield made


async def received(other: socket.socket) -> bytes:
    """The next packet that a browser gets."""
    return await asyncio.to_thread(other.recv, 100)


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
async def test_packets_there_and_back(family: socket.AddressFamily) -> None:
    peer = Peer()
    try:
        async with opened(family) as shared:
            with browser(shared, peer) as other:
                other.send(RTP)
                await peer.has(1)
                shared.send(b"back", other.getsockname()[:2])
                assert await received(other) == b"back"
    except OSError:
        if family == socket.AF_INET6:
            pytest.skip("this machine has no IPv6")
        raise


async def test_many_at_once_arrive_in_order() -> None:
    peer = Peer()
    async with opened() as shared:
        with browser(shared, peer) as other:
            sent = [RTP + bytes([number]) for number in range(3 * BATCH)]
            for data in sent:
                other.send(data)
            await peer.has(len(sent))
    assert peer.got == sent


async def test_what_is_sent_in_one_turn_leaves_together_and_in_order() -> None:
    async with opened() as shared:
        with browser(shared, Peer()) as other:
            for number in range(3):
                shared.send(bytes([number]), other.getsockname())
            other.setblocking(False)
            with pytest.raises(BlockingIOError):
                other.recv(100)
            await asyncio.sleep(0)
            assert [other.recv(100) for _ in range(3)] == [b"\0", b"\1", b"\2"]


async def test_a_long_answer_does_not_wait_for_all_of_it() -> None:
    async with opened() as shared:
        with browser(shared, Peer()) as other:
            for number in range(TOGETHER + 1):
                shared.send(bytes([number]), other.getsockname())
            other.setblocking(False)
            assert [other.recv(100) for _ in range(TOGETHER)][-1] == bytes([TOGETHER - 1])
            with pytest.raises(BlockingIOError):
                other.recv(100)
            await asyncio.sleep(0)
            assert other.recv(100) == bytes([TOGETHER])


async def test_one_that_cannot_leave_takes_no_other_with_it() -> None:
    async with opened() as shared:
        with browser(shared, Peer()) as other:
            shared.send(b"before", other.getsockname())
            shared.send(b"nowhere", ("127.0.0.1", 99_999))
            shared.send(b"after", other.getsockname())
            assert [await received(other) for _ in range(2)] == [b"before", b"after"]
            assert shared.demultiplexer.dropped["unsent"] == 1


async def test_what_is_leaving_leaves_before_the_end() -> None:
    async with opened() as shared:
        with browser(shared, Peer()) as other:
            shared.send(b"goodbye", other.getsockname())
            shared.close()
            assert await received(other) == b"goodbye"


async def test_what_is_too_long_is_dropped_whole() -> None:
    peer = Peer()
    async with opened() as shared:
        with browser(shared, peer) as other:
            other.send(RTP + bytes(PACKET_LIMIT))
            other.send(RTP)
            await peer.has(1)
            assert shared.demultiplexer.dropped["size"] == 1
    assert peer.got == [RTP]


async def test_an_address_that_cannot_be_reached_does_no_harm() -> None:
    peer = Peer()
    async with opened() as shared:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gone:
            gone.bind(("127.0.0.1", 0))
            nobody = gone.getsockname()
        with browser(shared, peer) as other:
            for address in (nobody, nobody, ("2001:db8::1", 9), ("255.255.255.255", 9)):
                shared.send(RTP, address)
            shared.send(bytes(70_000), other.getsockname())
            other.send(RTP)
            await peer.has(1)
            assert shared.demultiplexer.dropped["unsent"] >= 3
    shared.send(RTP, nobody)


async def test_a_loop_without_readers_does_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr(asyncio.get_running_loop(), "add_reader", refuse)
    peer = Peer()
    async with opened() as shared:
        with browser(shared, peer) as other:
            other.send(RTP)
            await peer.has(1)
            shared.send(b"back", other.getsockname())
            assert await received(other) == b"back"
