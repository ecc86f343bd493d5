"""A viewer in Python: what a browser does, for tests that need no browser."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import av
import numpy as np
from aiohttp import ClientSession
from aiortc import (
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from numpy.typing import NDArray

from rtc_canvas import Server

CHANNELS: dict[str, dict[str, Any]] = {
    "input": {"id": 0},
    "pointer": {"id": 1, "ordered": False, "maxRetransmits": 0},
    "app": {"id": 2},
    "frames": {"id": 3, "ordered": False, "maxRetransmits": 0},
    "exact": {"id": 4},
}


PATIENCE = 15.0
"""Seconds that anything may take before a test gives up on it. What takes 2 s alone takes 6 s beside other tests."""


class Receiver:
    """Watches one canvas. Use it as `async with receiver(server) as viewer`.

    frames: the decoded frames, newest last, at most 100. messages: what came on `app` and `exact`.
    pieces: of exact images.
    """

    def __init__(self) -> None:
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.channels: dict[str, RTCDataChannel] = {}
        self.frames: list[av.VideoFrame] = []
        self.messages: list[dict[str, Any]] = []
        self.pieces: list[bytes] = []
        self.resource = ""
        self.etag = ""
        self.answer = ""
        self._seq = 0
        self._changed = asyncio.Event()
        self._reader: asyncio.Task[None] | None = None
        self.connection.on("track", self._start_reading)
        self.connection.on("connectionstatechange", self._changed.set)

    async def offer(self, *, channels: bool = True, codec: str | None = None) -> str:
        transceiver = self.connection.addTransceiver("video", "recvonly")
        if codec is not None:
            receivable = RTCRtpReceiver.getCapabilities("video")
            assert receivable is not None
            wanted = (f"video/{codec}", "video/rtx")
            transceiver.setCodecPreferences(
                [c for c in receivable.codecs if c.mimeType.lower() in wanted]
            )
        if channels:
            for name, options in CHANNELS.items():
                channel = self.connection.createDataChannel(name, negotiated=True, **options)
                channel.on("message", lambda data, name=name: self._receive(name, data))
                channel.on("open", self._changed.set)
                self.channels[name] = channel
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return str(self.connection.localDescription.sdp)

    async def accept(self, answer: str) -> None:
        self.answer = answer
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    def send(self, channel: str, type_: str, **fields: Any) -> None:
        """Send an input event with the fields that it must have, unless they are given."""
        self._seq += 1
        pointer = {
            "x": 0, "y": 0, "button": 0, "buttons": [], "modifiers": [], "touches": {}, "ntouches": 0,
            "pointer_type": "mouse",
        }  # fmt: skip
        known: dict[str, dict[str, Any]] = {
            "key_down": {"key": "a", "code": "KeyA", "modifiers": [], "repeat": False},
            "key_up": {"key": "a", "code": "KeyA", "modifiers": []},
            "resize": {"width": 640, "height": 480, "ratio": 1},
            "wheel": {"x": 0, "y": 0, "dx": 0, "dy": 0, "buttons": [], "modifiers": []},
        }
        message = {"type": type_, "seq": self._seq, "t": self._seq / 1000}
        default = pointer if type_.startswith("pointer_") else known.get(type_, {})
        self.channels[channel].send(json.dumps(message | default | fields))

    def tell(self, **message: Any) -> None:
        self.channels["app"].send(json.dumps(message))

    async def frame(self, number: int = 1, timeout: float = PATIENCE) -> av.VideoFrame:
        """The newest frame once there have been `number`."""
        await self.until(lambda: len(self.frames) >= number, timeout)
        return self.frames[-1]

    async def message(self, type_: str, timeout: float = PATIENCE, **fields: Any) -> dict[str, Any]:
        """The newest message of a type, with these fields, on `app` or `exact`."""

        def matching() -> list[dict[str, Any]]:
            return [m for m in self.messages if m["type"] == type_ and fields.items() <= m.items()]

        await self.until(matching, timeout)
        return matching()[-1]

    async def until(self, condition: Any, timeout: float = PATIENCE) -> None:
        async with asyncio.timeout(timeout):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    def look_again(self) -> None:
        """Something has changed that `until` may await and that this viewer is not told of."""
        self._changed.set()

    async def connected(self) -> None:
        """Wait until this side is connected too: one of the two is the first."""
        await self.until(lambda: self.connection.connectionState == "connected")

    async def open(self, timeout: float = PATIENCE) -> None:
        """Wait until the channels are open."""
        await self.until(
            lambda: all(c.readyState == "open" for c in self.channels.values()), timeout
        )

    async def close(self) -> None:
        await self.connection.close()
        if self._reader is not None:
            await self._reader

    def _start_reading(self, track: MediaStreamTrack) -> None:
        self._reader = asyncio.ensure_future(self._read(track))

    async def _read(self, track: MediaStreamTrack) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                assert isinstance(frame, av.VideoFrame)
                self.frames = [*self.frames[-99:], frame]
                self._changed.set()

    def _receive(self, name: str, data: str | bytes) -> None:
        if isinstance(data, bytes):
            self.pieces.append(data)
        elif name in ("app", "exact"):
            self.messages.append(json.loads(data))
        self._changed.set()


@contextlib.asynccontextmanager
async def receiver(
    server: Server,
    canvas: str = "main",
    *,
    channels: bool = True,
    codec: str | None = None,
    session: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> AsyncIterator[Receiver]:
    """A viewer of a canvas on a server, connected through its signaling; `session` of a peer that it is to be.

    headers: by which it is known, in place of the token.
    """
    viewer = Receiver()
    url = server.url.partition("?")[0]
    token = server.url.partition("token=")[2]
    known = {"Authorization": f"Bearer {token}"} if headers is None else headers
    fields = {"Content-Type": "application/sdp", **known}
    try:
        async with ClientSession() as http:
            offer = await viewer.offer(channels=channels, codec=codec)
            query = {} if session is None else {"session": session}
            async with http.post(
                f"{url}whep/{canvas}", params=query, data=offer, headers=fields
            ) as response:
                answer = await response.text()
                assert response.status == 201, answer
                viewer.resource = f"{url}whep/{response.headers['Location']}"
                viewer.etag = response.headers["ETag"]
            await viewer.accept(answer)
        if channels:
            await viewer.open()
            viewer.tell(type="hello", protocol=1, visible=True)
        yield viewer
    finally:
        await viewer.close()


def pixels(frame: av.VideoFrame) -> NDArray[np.uint8]:
    """A decoded frame as (h, w, 3) RGB, by the colours it says it has."""
    return frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False)
