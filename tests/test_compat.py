"""What is bent in aiortc and aioice, and that it still bends."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import random
import socket
import struct
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from aioice import stun
from OpenSSL import SSL

from rtc_canvas.net.demultiplexer import Address, Demultiplexer
from rtc_canvas.rtc.compat import ice as compat_ice
from rtc_canvas.rtc.compat import require
from rtc_canvas.rtc.compat.ice import ADDRESSES_LIMIT, Liveness
from rtc_canvas.rtc.compat.sdp import h264_profile
from rtc_canvas.rtc.connection import Connection
from signaling.sdp import checked_offer, ice_ufrag

from .frames import flat
from .link import Link, link, linked


def test_a_version_that_lacks_a_name_is_named_with_it() -> None:
    with pytest.raises(ImportError, match="has no gone, away: this version of aiortc or aioice"):
        require(Link, "connect", "gone", "away")


def test_a_version_that_fits_is_taken() -> None:
    require(Link, "connect", "close")


@pytest.mark.parametrize(
    ("parameters", "profile"),
    [
        ({"profile-level-id": "42e01f"}, "42e0"),
        ({"profile-level-id": "42E01F"}, "42e0"),
        ({"profile-level-id": 42001}, "4200"),
        ({}, "42e0"),
    ],
)
def test_h264_profiles(parameters: dict[str, int | str | None], profile: str) -> None:
    assert h264_profile(parameters) == profile


def test_liveness_is_the_time_since_the_last_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("rtc_canvas.rtc.compat.ice.time.monotonic", lambda: now)
    liveness = Liveness()
    now = 103.0
    assert liveness.silence == 3.0
    liveness.seen()
    assert liveness.silence == 0.0


# What strangers may send: nobody needs to be anybody to reach a UDP port.


def addresses(answer: str) -> list[tuple[str, int]]:
    """Where a connection listens, IPv4."""
    lines = [line.split(" ") for line in answer.splitlines() if line.startswith("a=candidate:")]
    return [(line[4], int(line[5])) for line in lines if ":" not in line[4]]


def tables(made: Link) -> list[Demultiplexer[Any]]:
    """Those of the sockets of a connection."""
    assert made.connection._connection is not None
    [transceiver] = made.connection._connection.getTransceivers()
    ice: Any = transceiver.receiver.transport.transport._connection
    return [protocol._socket.demultiplexer for protocol in ice._protocols]


def count_datagrams(made: Link, port: int) -> asyncio.Semaphore:
    """Counts what a connection's sockets hear from a port from now on."""
    heard = asyncio.Semaphore(0)
    for table in tables(made):
        deliver = table.deliver

        def delivered(data: bytes, source: Address, deliver: Any = deliver) -> bool:
            if source[1] == port:
                heard.release()
            return bool(deliver(data, source))

        table.deliver = delivered  # type: ignore[method-assign, assignment]
    return heard


async def send_from_a_stranger(
    made: Link, datagrams: Iterable[bytes], answer: str | None = None
) -> bytes:
    """Send datagrams to every address of a connection and wait until it has heard them; returns what came back."""
    sent = list(itertools.product(datagrams, addresses(answer or made.viewer.answer)))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("", 0))
        heard = count_datagrams(made, stranger.getsockname()[1])
        for data, address in sent:
            stranger.sendto(data, address)
        async with asyncio.timeout(5):
            for _ in sent:
                await heard.acquire()
        stranger.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            return stranger.recv(1500)
    return b""


async def assert_alive(made: Link, caplog: pytest.LogCaptureFixture) -> None:
    """Frames still arrive, nobody was told anything, and nothing was logged."""
    for _ in range(3):
        await made.send(flat((1, 2, 3)))
    await made.viewer.frame()
    assert made.recorder.reasons == []
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def request(**attributes: object) -> stun.Message:
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes.update({name.replace("_", "-"): value for name, value in attributes.items()})
    return message


def with_attribute(kind: int, value: bytes) -> bytes:
    """A binding request with one attribute, however malformed."""
    body = struct.pack("!HH", kind, len(value)) + value.ljust(-(-len(value) // 4) * 4, b"\x00")
    return struct.pack("!HHI12s", 1, len(body), 0x2112A442, b"t" * 12) + body


MALFORMED = {
    "empty": b"",
    "longer than a path carries": b"\x80" * 3000,
    "RTP": b"\x80\x60" + bytes(40),
    "RTCP": b"\x80\xc8" + bytes(40),
    "DTLS": b"\x16\xfe\xfd" + bytes(40),
    "one byte": b"\x80",
    "a priority of two bytes": with_attribute(0x0024, b"\x00\x01"),
    "an address without a family": with_attribute(0x0020, b"\x00"),
    "an address of no family": with_attribute(0x0020, b"\x00\x09" + bytes(6)),
    "a user name that is not UTF-8": with_attribute(0x0006, b"\xff\xfe"),
    "an error without a code": with_attribute(0x0009, b"\x00"),
    "not authenticated": bytes(request(PRIORITY=1)),
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED.keys())
async def test_a_strangers_datagram_does_no_harm(
    data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with linked(channels=False) as made:
        assert await send_from_a_stranger(made, [data]) == b""
        await assert_alive(made, caplog)


async def test_many_strangers_datagrams_do_no_harm(caplog: pytest.LogCaptureFixture) -> None:
    chance = random.Random(7)
    heads = (b"", b"\x00\x01", b"\x01\x01", b"\x16\xfe\xfd", b"\x80\x60", b"\x80\xc9", b"\x40\x00")
    async with linked(channels=False) as made:
        for _ in range(10):
            datagrams = [
                chance.choice(heads) + chance.randbytes(chance.randrange(80)) for _ in range(40)
            ] + [
                with_attribute(
                    chance.choice([6, 8, 9, 0x20, 0x24, 0x25, 0x8028, 0x8029]),
                    chance.randbytes(chance.randrange(30)),
                )
                for _ in range(10)
            ]
            assert await send_from_a_stranger(made, datagrams) == b""
        await assert_alive(made, caplog)


@pytest.mark.parametrize("ufrag", ["right", "wrong"])
async def test_a_check_with_a_wrong_key_gets_no_answer(
    ufrag: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with linked(channels=False) as made:
        ice = made.viewers_dtls.transport._connection
        named = ice.remote_username if ufrag == "right" else "nobody"
        message = request(
            USERNAME=f"{named}:{ice.local_username}",
            PRIORITY=1,
            ICE_CONTROLLING=1,
            USE_CANDIDATE=None,
        )
        message.add_message_integrity(b"a key that is not theirs")
        assert await send_from_a_stranger(made, [bytes(message)]) == b""
        dropped = sum((table.dropped for table in tables(made)), Counter[str]())
        assert set(dropped) == {"unauthenticated" if ufrag == "right" else "request"}
        await assert_alive(made, caplog)


async def test_a_check_without_a_priority_is_ignored(caplog: pytest.LogCaptureFixture) -> None:
    async with linked(channels=False) as made:
        ice = made.viewers_dtls.transport._connection
        message = request(
            USERNAME=f"{ice.remote_username}:{ice.local_username}", USE_CANDIDATE=None
        )
        message.add_message_integrity(str(ice.remote_password).encode())
        await send_from_a_stranger(made, [bytes(message)])
        await assert_alive(made, caplog)


# What a browser may do that was let in.


def servers_ice(connection: Connection) -> Any:
    assert connection._ice is not None
    return connection._ice._connection


def authenticated(connection: Connection, offer: str) -> bytes:
    """A check as its browser would send it."""
    ours = servers_ice(connection)
    name = f"{ours.local_username}:{ice_ufrag(offer)}"
    message = request(USERNAME=name, PRIORITY=1, ICE_CONTROLLING=1)
    message.add_message_integrity(ours.local_password.encode())
    return bytes(message)


async def test_a_browser_has_so_many_addresses(caplog: pytest.LogCaptureFixture) -> None:
    async with link() as made:
        offer = checked_offer((await made.viewer.offer(channels=False)).encode())
        await made.connect(offer)
        ours = servers_ice(made.connection)
        for number in range(2 * ADDRESSES_LIMIT):
            line = f"candidate:{number} 1 udp 1 127.0.0.1 {1024 + number} typ host"
            await made.connection.add_candidate(line, "0")
        assert len(ours._remote_candidates) == ADDRESSES_LIMIT
        check = authenticated(made.connection, offer)
        for _ in range(ADDRESSES_LIMIT):
            await send_from_a_stranger(made, [check])
        assert len(ours._remote_candidates) == ADDRESSES_LIMIT
        assert len(ours._check_list) <= ADDRESSES_LIMIT * len(ours._protocols)
        await assert_alive(made, caplog)


async def test_an_offer_has_so_many_addresses() -> None:
    async with link() as made:
        offer = await made.viewer.offer(channels=False)
        lines = [
            f"a=candidate:{number} 1 udp 1 127.0.0.1 {1024 + number} typ host\r\n"
            for number in range(3 * ADDRESSES_LIMIT)
        ]
        await made.connection.answer(offer + "".join(lines), codec=None)
        assert len(servers_ice(made.connection)._remote_candidates) <= ADDRESSES_LIMIT


async def test_what_nobody_reads_yet_fills_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compat_ice, "UNREAD_LIMIT", 20)
    async with link() as made:
        offer = await made.viewer.offer()
        answer = await made.connection.answer(offer, codec=None)
        ours = servers_ice(made.connection)
        check = authenticated(made.connection, offer)
        await send_from_a_stranger(made, [check, *[b"\x80" * 100] * 30], answer)
        assert ours._queue.qsize() == 20


def client_hello() -> bytes:
    """What begins a DTLS handshake."""
    client = SSL.Connection(SSL.Context(SSL.DTLS_METHOD))
    client.set_connect_state()
    with pytest.raises(SSL.WantReadError):
        client.do_handshake()
    return client.bio_read(1500)


async def test_a_stranger_does_not_begin_the_handshake(caplog: pytest.LogCaptureFixture) -> None:
    async with link() as made:
        answer = await made.connection.answer(await made.viewer.offer(channels=False), codec=None)
        await send_from_a_stranger(made, [client_hello()], answer)
        await made.viewer.accept(answer)
        await made.recorder.until(lambda: made.recorder.connected_count)
        await assert_alive(made, caplog)
