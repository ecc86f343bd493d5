"""A connection and its viewer, joined without HTTP, for the tests of the rtc room."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

from aiortc import RTCDtlsTransport
from aiortc.rtp import RtpPacket

from rtc_canvas.encoded_frame import ChromaWish, Codec, EncodedFrame
from rtc_canvas.net.hub import Hub
from rtc_canvas.net.ports import take
from rtc_canvas.net.udp import UdpSocket
from rtc_canvas.rtc.channels import ChannelName
from rtc_canvas.rtc.congestion.estimator import RateLimits
from rtc_canvas.rtc.connection import Connection
from rtc_canvas.video.encoder import VideoEncoder
from rtc_canvas.video.h264 import H264Encoder
from rtc_canvas.video.picture import Pixels
from rtc_canvas.video.vp8 import VP8Encoder

from .frames import planes
from .receiver import PATIENCE, Receiver

LIMITS = RateLimits(start=1_000_000, floor=150_000, ceiling=8_000_000)


class Recorder:
    """Keeps what a connection tells its listener."""

    def __init__(self) -> None:
        self.connected_count = 0
        self.rooms = 0
        self.targets: list[int] = []
        self.key_frames_wanted = 0
        self.opened: list[ChannelName] = []
        self.messages: list[tuple[ChannelName, str | bytes]] = []
        self.reasons: list[str] = []
        self.silences = 0
        self._changed = asyncio.Event()

    def connected(self) -> None:
        self.connected_count += 1
        self._changed.set()

    def room(self) -> None:
        self.rooms += 1
        self._changed.set()

    def target_changed(self, bitrate: int) -> None:
        self.targets.append(bitrate)
        self._changed.set()

    def key_frame_wanted(self) -> None:
        self.key_frames_wanted += 1
        self._changed.set()

    def channel_open(self, channel: ChannelName) -> None:
        self.opened.append(channel)
        self._changed.set()

    def message(self, channel: ChannelName, message: str | bytes) -> None:
        self.messages.append((channel, message))
        self._changed.set()

    def silent(self) -> None:
        self.silences += 1
        self._changed.set()

    def left(self, reason: str) -> None:
        self.reasons.append(reason)
        self._changed.set()

    def lost(self, reason: str) -> None:
        self.reasons.append(reason)
        self._changed.set()

    async def until(self, condition: Callable[[], object], timeout: float = PATIENCE) -> None:
        """Wait until what was told fulfils a condition."""
        async with asyncio.timeout(timeout):
            while not condition():
                self._changed.clear()
                await self._changed.wait()


class Link:
    """A connection, its listener and the viewer at its other end.

    packets: the RTP packets that the viewer got, as bytes, in order.
    """

    def __init__(self, hub: Hub) -> None:
        self.recorder = Recorder()
        self.connection = Connection(self.recorder, LIMITS, hub.entrance())
        self.viewer = Receiver()
        self.packets: list[bytes] = []
        self._encoder: VideoEncoder | None = None
        self._frames = 0

    async def connect(
        self, offer: str, *, codec: Codec | None = None, chroma: ChromaWish = "420"
    ) -> str:
        """Answer the viewer's offer and wait until the two are connected; returns the answer."""
        answer = await self.connection.answer(offer, codec=codec, chroma=chroma)
        await self.viewer.accept(answer)
        await self.recorder.until(lambda: self.recorder.connected_count)
        await self.viewer.connected()
        self._watch_packets()
        return answer

    async def send(self, pixels: Pixels, *, key: bool = False) -> EncodedFrame:
        """Encode a picture as its next frame and wait until that is sent."""
        if self._encoder is None:
            kind = H264Encoder if self.connection.codec == "h264" else VP8Encoder
            self._encoder = kind(4_000_000)
        made = planes(pixels)
        self._frames += 1
        time = self._frames / 30
        data, is_key = self._encoder.encode(made, time=time, key=key)
        frame = EncodedFrame(
            self.connection.codec,
            data,
            is_key,
            made.size,
            made.picture_size,
            made.shown_size,
            self._frames,
            time,
        )
        rooms = self.recorder.rooms
        self.connection.send(frame)
        await self.recorder.until(lambda: self.recorder.rooms > rooms)
        return frame

    @property
    def viewers_dtls(self) -> RTCDtlsTransport:
        return self.viewer.connection.getTransceivers()[0].receiver.transport

    @property
    def media_ssrc(self) -> int:
        """The SSRC of the video, once a packet of it has come."""
        return RtpPacket.parse(self.packets[0]).ssrc

    async def send_rtcp(self, data: bytes) -> None:
        """Send RTCP as a browser would, encrypted."""
        await self.viewers_dtls._send_rtp(data)

    async def close(self) -> None:
        await self.viewer.close()
        await self.connection.close()
        if self._encoder is not None:
            self._encoder.close()

    def _watch_packets(self) -> None:
        transport: Any = self.viewers_dtls
        handle = transport._handle_rtp_data

        async def handle_rtp_data(data: bytes, arrival_time_ms: int) -> None:
            self.packets.append(data)
            self.viewer.look_again()
            await handle(data, arrival_time_ms=arrival_time_ms)

        transport._handle_rtp_data = handle_rtp_data


@contextlib.asynccontextmanager
async def shared_sockets(**options: Any) -> AsyncIterator[Hub]:
    """UDP sockets as a server has them; takes the keywords of `Hub`."""
    sockets = take("127.0.0.1", 0)
    sockets.tcp.close()
    hub = Hub([UdpSocket(each) for each in sockets.udp], **options)
    await hub.open()
    try:
        yield hub
    finally:
        hub.close()


@contextlib.asynccontextmanager
async def link() -> AsyncIterator[Link]:
    """A connection and a viewer that are not joined yet."""
    async with shared_sockets() as hub:
        made = Link(hub)
        try:
            yield made
        finally:
            await made.close()


@contextlib.asynccontextmanager
async def linked(*, codec: Codec | None = None, channels: bool = True) -> AsyncIterator[Link]:
    """A connection and a viewer that are connected."""
    async with link() as made:
        await made.connect(await made.viewer.offer(channels=channels, codec=codec))
        yield made
