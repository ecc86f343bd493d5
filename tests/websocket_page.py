"""A page that has a WebSocket and nothing else, in Python."""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

from rtc_canvas import Server
from rtc_canvas.websocket import framing

from .room import FIELDS

CHANNELS = {"input": 0, "pointer": 1, "app": 2, "frames": 3}


class Page:
    """Acknowledges each frame at once, unless `acknowledges` is False.

    frames: (number, timestamp, whether it is a key frame, data) of each. told: JSON messages of all channels, and
    those about the WebSocket itself. close: (code, reason) once the server has closed it.
    """

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket
        self.acknowledges = True
        self.frames: list[tuple[int, int, bool, bytes]] = []
        self.told: list[dict[str, Any]] = []
        self.close: tuple[int | None, str] | None = None
        self.reading: asyncio.Task[None]
        self._changed = asyncio.Event()
        self._has_greeted = False
        self._seq = 0

    async def open(self, **fields: Any) -> None:
        await self.socket.send_json({"type": "open", "codecs": ["h264", "vp8", "jpeg"], **fields})

    async def send(self, channel: str, type_: str, **fields: Any) -> None:
        self._seq += 1
        message = {"type": type_, "seq": self._seq, "t": 0, **FIELDS.get(type_, {}), **fields}
        await self.socket.send_bytes(bytes((CHANNELS[channel], 0)) + json.dumps(message).encode())

    async def acknowledge(self, number: int) -> None:
        await self.socket.send_bytes(struct.pack("!BxxxIII", framing.ACK, number, 0, 0))

    async def frame(self, number: int = 1) -> bytes:
        """The data of the frame of that number, from 1."""
        await self.until(lambda: len(self.frames) >= number)
        return self.frames[number - 1][3]

    async def message(self, type_: str, **fields: Any) -> dict[str, Any]:
        """A message of a type with these fields, once it has come."""
        wanted = {"type": type_, **fields}

        def found() -> list[dict[str, Any]]:
            return [message for message in self.told if wanted.items() <= message.items()]

        await self.until(found)
        return found()[0]

    async def closed(self) -> tuple[int | None, str]:
        """Code and reason that the server closes it with."""
        await self.until(lambda: self.close)
        assert self.close is not None
        return self.close

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(5):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def read(self) -> None:
        while True:
            message = await self.socket.receive()
            if message.type is WSMsgType.BINARY:
                await self._framed(message.data)
            elif message.type is WSMsgType.TEXT:
                self.told.append(json.loads(message.data))
            else:
                reason = message.extra if message.type is WSMsgType.CLOSE else ""
                self.close = self.socket.close_code, reason or ""
                self._changed.set()
                return
            self._changed.set()

    async def _framed(self, message: bytes) -> None:
        if message[0] == framing.FRAME:
            number, timestamp = struct.unpack_from("!II", message, 4)
            self.frames.append((number, timestamp, bool(message[2] & 1), message[12:]))
            if self.acknowledges:
                await self.acknowledge(number)
        elif message[0] < framing.CHANNELS:
            told = json.loads(message[2:])
            if told["type"] == "hello" and not self._has_greeted:
                self._has_greeted = True
                await self.send("app", "hello", protocol=1, visible=True)
            self.told.append(told)


@contextlib.asynccontextmanager
async def websocket_page(
    server: Server,
    canvas: str = "main",
    *,
    origin: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> AsyncIterator[Page]:
    """A page whose WebSocket is open; it has not said anything yet.

    headers: by which it is known, in place of the token.
    """
    base, _, query = server.url.partition("?")
    url = f"{base}ws/{canvas}"
    if headers is None:
        headers = {"Authorization": f"Bearer {query.removeprefix('token=')}"}
    async with (
        ClientSession() as http,
        http.ws_connect(url, headers=headers, origin=origin) as socket,
    ):
        page = Page(socket)
        page.reading = asyncio.create_task(page.read())
        try:
            yield page
        finally:
            page.reading.cancel()
            await asyncio.gather(page.reading, return_exceptions=True)
