"""The rival to start from: aiortc as its own server example uses it, and nothing of ours.

Two settings favour it over the example: no STUN server is asked, and the page prefers H.264, or takes the codec that
its address names (``?codec=VP8``). The benchmark may set a third: ``{"bitrate": BITS}``, to have that rate from the
beginning; as it comes, it begins at 1 Mbit/s and gets to 3 at the most.
"""

from __future__ import annotations

import asyncio
import time
from fractions import Fraction
from pathlib import Path

from aiohttp import web
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from aiortc.codecs import h264
from av import VideoFrame

from .contract import Metronome, Options, Source, read_options, report
from .counting import count_sockets

CLOCK_RATE = 90_000
PAGE = Path(__file__).with_name("plain_viewer.html")


class SceneTrack(VideoStreamTrack):
    """A track of pictures at the asked rate, timestamped with the time that really passed."""

    def __init__(self, source: Source, options: Options) -> None:
        super().__init__()
        self._source = source
        self._metronome = Metronome(options.fps, options.rest)
        self._start = time.monotonic()

    async def recv(self) -> VideoFrame:
        await asyncio.sleep(self._metronome.until_next())
        frame = VideoFrame.from_ndarray(self._source.next(), "rgb24")
        frame.pts = int((time.monotonic() - self._start) * CLOCK_RATE)
        frame.time_base = Fraction(1, CLOCK_RATE)
        self._source.handed_over()
        return frame


def application(options: Options) -> web.Application:
    """The example's server: a page, and one route that answers offers."""
    source = Source(options)
    connections: set[RTCPeerConnection] = set()

    async def page(request: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGE)

    async def offer(request: web.Request) -> web.Response:
        received = await request.json()
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        connections.add(connection)

        @connection.on("connectionstatechange")
        async def forget() -> None:
            if connection.connectionState in ("failed", "closed"):
                connections.discard(connection)

        connection.addTrack(SceneTrack(source, options))
        await connection.setRemoteDescription(RTCSessionDescription(**received))
        await connection.setLocalDescription(await connection.createAnswer())
        answer = connection.localDescription
        return web.json_response({"sdp": answer.sdp, "type": answer.type})

    async def announce(app: web.Application) -> None:
        report(ready=f"http://{options.host}:{options.port}/")

    async def close(app: web.Application) -> None:
        await asyncio.gather(*(connection.close() for connection in connections))

    app = web.Application()
    app.add_routes([web.get("/", page), web.post("/offer", offer)])
    app.on_startup.append(announce)
    app.on_shutdown.append(close)
    return app


if __name__ == "__main__":
    options = read_options()
    if options.count:
        count_sockets()
    if "bitrate" in options.settings:
        h264.DEFAULT_BITRATE = h264.MIN_BITRATE = h264.MAX_BITRATE = options.settings["bitrate"]
    web.run_app(application(options), host=options.host, port=options.port, print=None)
