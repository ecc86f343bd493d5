"""One port for HTTP and media: the first byte decides, and who says nothing waits for little."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiortc import RTCCertificate
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.net import front as front_module
from rtc_canvas.net.front import Front, kind_of


class Echo(asyncio.Protocol):
    """Says its name, and then back what it gets."""

    def __init__(self, name: bytes) -> None:
        self._name = name

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._name + b" ")

    def data_received(self, data: bytes) -> None:
        self._transport.write(data)


class Served:
    """A front that is open, and those who come to it."""

    def __init__(self, front: Front, port: int) -> None:
        self.front = front
        self._port = port
        self._streams: list[asyncio.StreamWriter] = []

    async def connect(
        self, trusting: ssl.SSLContext | None = None
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, ssl=trusting)
        self._streams.append(writer)
        return reader, writer

    async def ask(self, *parts: bytes, trusting: ssl.SSLContext | None = None) -> bytes:
        """What comes back for these bytes, sent one after the other."""
        reader, writer = await self.connect(trusting)
        for part in parts:
            writer.write(part)
            await asyncio.sleep(0.01)
        length = len(b"".join(parts)) + len(b"media ")
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            async with asyncio.timeout(2):
                return await reader.readexactly(length)
        return b""

    async def close(self) -> None:
        for writer in self._streams:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


@contextlib.asynccontextmanager
async def served(encryption: ssl.SSLContext | None = None) -> AsyncIterator[Served]:
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setblocking(False)
    made = Front(
        listening,
        http=lambda: Echo(b" http"),
        media=lambda: Echo(b"media"),
        encryption=encryption,
    )
    made.open()
    clients = Served(made, listening.getsockname()[1])
    try:
        yield clients
    finally:
        await made.close()
        await made.close()
        await clients.close()
        # The other ends notice.
        await asyncio.sleep(0.01)


@given(st.integers(0, 255))
def test_each_first_byte_is_of_one_kind(first: int) -> None:
    letter = chr(first).isascii() and chr(first).isupper()
    expected = "media" if first <= 4 else "tls" if first == 0x16 else "http"
    assert kind_of(first) == expected
    assert not letter or expected == "http"


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ([b"GET / HTTP/1.1"], b" http"),
        ([b"G", b"ET / HTTP/1.1"], b" http"),
        ([b"\x00\x54frame"], b"media"),
        ([b"\x04", b"\x00frame"], b"media"),
        ([b"\xffgarbage"], b" http"),
    ],
)
async def test_nothing_of_what_came_is_lost(parts: list[bytes], kind: bytes) -> None:
    async with served() as clients:
        assert await clients.ask(*parts) == kind + b" " + b"".join(parts)


async def test_tls_is_closed_at_once() -> None:
    async with served() as clients:
        assert await clients.ask(b"\x16\x03\x01") == b""
        assert clients.front.refused == {"tls": 1}


# With TLS.


@pytest.fixture
def encryption(tmp_path: Path) -> ssl.SSLContext:
    """A server's, with a certificate that nobody else signed."""
    made = RTCCertificate.generateCertificate()
    file = tmp_path / "certificate.pem"
    file.write_bytes(
        made._cert.public_bytes(serialization.Encoding.PEM)
        + made._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest.fixture
def trusting() -> ssl.SSLContext:
    """A client's that takes any certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def test_http_over_tls_beside_media_in_clear(
    encryption: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    async with served(encryption) as clients:
        assert await clients.ask(b"G", b"ET", trusting=trusting) == b" http GET"
        assert await clients.ask(b"\x00\x54frame") == b"media \x00\x54frame"
        assert await clients.ask(b"GET") == b""
        assert clients.front.refused == {"http": 1}


async def test_a_handshake_that_fails_or_stops_is_closed_on(
    encryption: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_module, "HANDSHAKE_WITHIN", 0.05)
    async with served(encryption) as clients:
        for hello in (b"\x16garbage", b"\x16"):
            reader, writer = await clients.connect()
            writer.write(hello)
            async with asyncio.timeout(2):
                await reader.read()
        assert clients.front.refused == {"broken": 2}


async def test_who_leaves_without_a_word_is_forgotten() -> None:
    async with served() as clients:
        _, writer = await clients.connect()
        writer.close()
        _, writer = await clients.connect()
        writer.transport.abort()
        assert await clients.ask(b"GET") == b" http GET"


async def test_who_says_nothing_is_closed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front_module, "FIRST_BYTE_WITHIN", 0.05)
    async with served() as clients:
        reader, _ = await clients.connect()
        async with asyncio.timeout(2):
            assert await reader.read() == b""
        assert clients.front.refused == {"time": 1}


async def test_in_a_crowd_the_oldest_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front_module, "WAITING_LIMIT", 3)
    async with served() as clients:
        silent = [await clients.connect() for _ in range(4)]
        async with asyncio.timeout(2):
            assert await silent[0][0].read() == b""
        assert await clients.ask(b"GET") == b" http GET"
        silent[3][1].write(b"late")
        async with asyncio.timeout(2):
            assert await silent[3][0].readexactly(10) == b" http late"


async def test_a_loop_without_readers_does_too(monkeypatch: pytest.MonkeyPatch) -> None:
    async with served() as clients:
        loop = asyncio.get_running_loop()
        real = loop.add_reader

        def refuse(descriptor: object, callback: object, *arguments: object) -> None:
            if callback is front_module.__dict__["_resolve"]:
                raise NotImplementedError
            real(descriptor, callback, *arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(loop, "add_reader", refuse)
        assert await clients.ask(b"", b"GET") == b" http GET"


async def test_a_system_without_descriptors_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(front_module, "PAUSE", 0.01)
    loop = asyncio.get_running_loop()
    real = loop.sock_accept
    failures = iter([True, True])

    async def accept(listening: socket.socket) -> object:
        if next(failures, False):
            raise OSError(24, "Too many open files")
        return await real(listening)

    monkeypatch.setattr(loop, "sock_accept", accept)
    async with served() as clients:
        assert await clients.ask(b"GET") == b" http GET"
    assert caplog.text.count("Too many open files") == 2
