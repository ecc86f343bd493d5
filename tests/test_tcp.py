"""Links over TCP: who is let in, what flows, how they end."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.net import tcp as tcp_module
from rtc_canvas.net.candidates import Bound
from rtc_canvas.net.demultiplexer import PACKET_LIMIT, Address
from rtc_canvas.net.framing import Frames, framed
from rtc_canvas.net.tcp import Link, TcpLinks

from .test_demultiplexer import request

RTP = b"\x80\x60" + bytes(30)


class Peer:
    """Authenticates every request and answers it, as long as it `is_right`."""

    def __init__(self, links: TcpLinks, ufrag: str = "peer") -> None:
        self.is_right = True
        self.data: list[bytes] = []
        self.lost: list[Address] = []
        self.address: Address = ("", 0)
        self._links = links
        self._changed = asyncio.Event()
        links.demultiplexer.join(ufrag, self)

    def stun_received(self, data: bytes, address: Address) -> None:
        if self.is_right:
            self.address = address
            self._links.demultiplexer.bind(address, self)
            self._links.send(b"\x01\x01answer", address)

    def data_received(self, data: bytes) -> None:
        self.data.append(data)
        self._changed.set()

    def source_lost(self, address: Address) -> None:
        self.lost.append(address)
        self._changed.set()

    async def changes(self) -> None:
        self._changed.clear()
        async with asyncio.timeout(2):
            await self._changed.wait()


class Browser:
    """The other end of a link."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer
        self._frames = Frames(65535)

    def send(self, *packets: bytes) -> None:
        self.writer.write(b"".join(map(framed, packets)))

    async def gets(self) -> bytes | None:
        """The next packet; None when the link has ended."""
        async with asyncio.timeout(2):
            while True:
                for packet in self._frames.cut(b""):
                    return packet
                try:
                    data = await self._reader.read(1 << 16)
                except ConnectionError:
                    return None
                if not data:
                    return None
                for packet in self._frames.cut(data):
                    return packet


class Scene:
    def __init__(self, links: TcpLinks, port: int) -> None:
        self.links = links
        self.peer = Peer(links)
        self._port = port
        self._browsers: list[Browser] = []

    async def browser(self, *first: bytes) -> Browser:
        made = Browser(*await asyncio.open_connection("127.0.0.1", self._port))
        self._browsers.append(made)
        made.send(*first)
        return made

    async def close(self) -> None:
        for browser in self._browsers:
            browser.writer.close()
            with contextlib.suppress(ConnectionError):
                await browser.writer.wait_closed()


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    links = TcpLinks(Bound("tcp", "127.0.0.1", 0))
    server = await asyncio.get_running_loop().create_server(links.new, "127.0.0.1", 0)
    made = Scene(links, server.sockets[0].getsockname()[1])
    yield made
    links.close()
    links.close()
    server.close()
    await made.close()
    await asyncio.sleep(0)


# Who is let in.


async def test_a_browser_comes_in_and_packets_flow_both_ways(scene: Scene) -> None:
    browser = await scene.browser(request("peer"))
    assert await browser.gets() == b"\x01\x01answer"
    browser.send(RTP, b"", RTP + bytes(1000))
    while len(scene.peer.data) < 2:
        await scene.peer.changes()
    assert scene.peer.data == [RTP, RTP + bytes(1000)]
    scene.links.send(b"back", scene.peer.address)
    assert await browser.gets() == b"back"
    scene.links.send(b"nobody", ("192.0.2.1", 9))
    assert not scene.links.refused


@pytest.mark.parametrize(
    ("first", "why"),
    [
        (request("nobody"), "unauthenticated"),
        (RTP, "unauthenticated"),
        (b"", "unauthenticated"),
        (b"\x00\x01garbage", "unauthenticated"),
        (bytes(1025), "length"),
    ],
)
async def test_a_stranger_is_closed_on_without_a_word(scene: Scene, first: bytes, why: str) -> None:
    browser = await scene.browser(first, request("peer"))
    assert await browser.gets() is None
    assert scene.links.refused == {why: 1}


async def test_a_request_that_is_not_authenticated_ends_it(scene: Scene) -> None:
    scene.peer.is_right = False
    browser = await scene.browser(request("peer"))
    assert await browser.gets() is None
    assert scene.links.refused == {"unauthenticated": 1}
    assert scene.peer.lost == []


async def test_one_that_breaks_before_it_is_accepted_is_no_error(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        with socket.create_connection(listening.getsockname()) as stranger:
            stranger.sendall(framed(b"first"))
            # It ends with a reset.
            stranger.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        accepted, _ = listening.accept()
        accepted.setblocking(False)
        await asyncio.get_running_loop().connect_accepted_socket(scene.links.new, accepted)
    await asyncio.sleep(0)
    assert scene.links.refused == {"broken": 1}
    assert not caplog.records


async def test_half_a_frame_is_waited_for_and_not_for_long(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp_module, "FIRST_FRAME_WITHIN", 0.05)
    browser = await scene.browser()
    browser.writer.write(framed(request("peer"))[:-1])
    assert await browser.gets() is None
    assert scene.links.refused == {"time": 1}


async def test_a_length_that_no_packet_has_ends_it_later_too(scene: Scene) -> None:
    browser = await scene.browser(request("peer"))
    await browser.gets()
    browser.send(RTP.ljust(PACKET_LIMIT, b"\x00"))
    await scene.peer.changes()
    browser.writer.write((PACKET_LIMIT + 1).to_bytes(2, "big"))
    assert await browser.gets() is None
    assert scene.links.refused == {"length": 1}
    assert len(scene.peer.lost) == 1


async def test_in_a_crowd_the_oldest_gives_way(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp_module, "WAITING_LIMIT", 3)
    browsers = [await scene.browser() for _ in range(4)]
    assert await browsers[0].gets() is None
    assert scene.links.refused == {"crowd": 1}
    browsers[3].send(request("peer"))
    assert await browsers[3].gets() == b"\x01\x01answer"


async def test_one_peer_has_so_many_links(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp_module, "LINKS_OF_A_RECEIVER", 2)
    for _ in range(2):
        assert await (await scene.browser(request("peer"))).gets() is not None
    third = await scene.browser(request("peer"))
    answer = await third.gets()
    assert answer is None or await third.gets() is None
    assert scene.links.refused == {"number": 1}


# How they end.


async def test_the_peer_is_told_when_a_link_ends(scene: Scene) -> None:
    browser = await scene.browser(request("peer"))
    await browser.gets()
    browser.writer.close()
    await scene.peer.changes()
    assert scene.peer.lost == [scene.peer.address]
    assert scene.links.backlog(scene.peer.address) == 0
    scene.links.send(b"nobody", scene.peer.address)


async def test_a_peer_that_leaves_says_its_last_word(scene: Scene) -> None:
    browser = await scene.browser(request("peer"))
    await browser.gets()
    scene.links.send(b"farewell", scene.peer.address)
    scene.links.leave(scene.peer)
    scene.links.send(b"too late", scene.peer.address)
    assert await browser.gets() == b"farewell"
    assert await browser.gets() is None
    assert scene.peer.lost == []


async def test_the_links_of_where_it_was_before_end(scene: Scene) -> None:
    before, now = await scene.browser(request("peer")), await scene.browser(request("peer"))
    assert await before.gets() == await now.gets() == b"\x01\x01answer"
    address: Address = now.writer.get_extra_info("sockname")
    scene.links.keep(scene.peer, address)
    assert await before.gets() is None
    scene.links.send(b"on", address)
    assert await now.gets() == b"on"


async def test_who_takes_nothing_does_not_hold_it_open(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp_module, "FAREWELL", 0.05)
    browser = await scene.browser(request("peer"))
    await browser.gets()
    browser.writer.transport.pause_reading()  # type: ignore[attr-defined]
    address = scene.peer.address
    for _ in range(20_000):
        scene.links.send(bytes(1000), address)
    # What is too much was lost: what waits is bounded.
    assert tcp_module.WRITE_LIMIT / 2 < scene.links.backlog(address) < 16 * tcp_module.WRITE_LIMIT
    scene.links.leave(scene.peer)
    async with asyncio.timeout(2):
        while scene.links._links:  # noqa: ASYNC110  # there is no event for it
            await asyncio.sleep(0.01)


async def test_what_waits_is_known(scene: Scene) -> None:
    browser = await scene.browser(request("peer"))
    await browser.gets()
    await nothing_waits(scene)
    browser.writer.transport.pause_reading()  # type: ignore[attr-defined]
    for _ in range(5000):
        scene.links.send(bytes(1000), scene.peer.address)
    assert scene.links.backlog(scene.peer.address) > 100_000
    browser.writer.transport.resume_reading()  # type: ignore[attr-defined]
    while scene.links.backlog(scene.peer.address) > 100_000:
        await browser.gets()


async def nothing_waits(scene: Scene) -> None:
    """Wait until the system has acknowledged all."""
    async with asyncio.timeout(2):
        while scene.links.backlog(scene.peer.address):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_an_address_in_the_clothes_of_ipv6_is_shown_plain() -> None:
    plain = tcp_module.__dict__["_plain"]
    assert plain("::ffff:192.0.2.7") == plain("192.0.2.7") == "192.0.2.7"
    assert plain("fe80::1%eth0") == "fe80::1"


# Whatever comes.


class Pipe(asyncio.Transport):
    """Stands in for a connection whose other end takes all."""

    def __init__(self, address: Address) -> None:
        super().__init__({"peername": address})
        self.written = b""
        self._closing = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += bytes(data)

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return self._closing

    def abort(self) -> None:
        self._closing = True

    close = abort


class Crowd:
    """A peer with its link, and a stranger's."""

    def __init__(self) -> None:
        self.links = TcpLinks(Bound("tcp", "127.0.0.1", 0))
        self.peer = Peer(self.links)
        self.own, _ = self.connect(("192.0.2.1", 1))
        self.own.data_received(framed(request("peer")))
        self.peer.is_right = False
        self.stranger, self.strangers_pipe = self.connect(("192.0.2.2", 2))

    def connect(self, address: Address) -> tuple[Link, Pipe]:
        link, pipe = self.links.new(), Pipe(address)
        link.connection_made(pipe)
        return link, pipe


@given(
    st.lists(
        st.binary(max_size=40)
        | st.sampled_from([request("peer"), request("nobody"), RTP, bytes(1025)]).map(framed)
        | st.integers(0, 65535).map(lambda length: length.to_bytes(2, "big")),
        max_size=12,
    ),
    st.booleans(),
)
def test_whatever_a_stranger_sends_it_learns_nothing_and_hurts_nobody(
    pieces: list[bytes], leaves: bool
) -> None:
    async def play() -> None:
        crowd = Crowd()
        for piece in pieces:
            if not crowd.strangers_pipe.is_closing():
                crowd.stranger.data_received(piece)
        if leaves or crowd.strangers_pipe.is_closing():
            crowd.stranger.connection_lost(None)
        assert crowd.strangers_pipe.written == b""
        assert not crowd.peer.data
        assert not crowd.peer.lost
        # Closed on, and counted, or still without its first frame.
        open_ends = 0 if crowd.strangers_pipe.is_closing() or leaves else 1
        assert len(crowd.links._waiting) == open_ends
        assert crowd.links.refused.total() == int(crowd.strangers_pipe.is_closing())
        crowd.own.data_received(framed(RTP))
        assert crowd.peer.data == [RTP]
        crowd.links.close()

    asyncio.run(play())


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_whatever_a_browser_that_was_let_in_sends_reaches_its_peer_alone(
    packets: list[bytes],
) -> None:
    async def play() -> None:
        crowd = Crowd()
        other = Peer(crowd.links, "other")
        for packet in packets:
            crowd.own.data_received(framed(packet))
        assert crowd.peer.data == [packet for packet in packets if packet and packet[0] > 3]
        assert not other.data
        assert not other.lost
        crowd.links.close()

    asyncio.run(play())
