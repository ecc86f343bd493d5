"""The public track of raw frames, for programs with a plain aiortc peer connection of their own."""

from __future__ import annotations

import asyncio
import contextlib
import time
from fractions import Fraction

import av
from aiortc import VideoStreamTrack
from aiortc.mediastreams import MediaStreamError

from .canvas import Canvas
from .video.picture import Picture

__all__ = ["CanvasTrack"]

CLOCK = 90_000

# aiortc encodes what a track returns; a picture that stays is repeated, so that one who joins late sees it.
REPEAT_EVERY = 1.0


class CanvasTrack(VideoStreamTrack):
    """A canvas's pictures as `av.VideoFrame`s: yuv420p, BT.709, limited range, newest picture wins.

    Make one for each sender: aiortc's encoders write to the frames that they get. A picture that stays, or comes again
    with the same pixels, is returned every second. `recv()` waits for the first picture and raises MediaStreamError
    once the track has ended.
    """

    def __init__(self, canvas: Canvas) -> None:
        super().__init__()
        self._canvas = canvas
        self._event_loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()
        self._stage = canvas.open_track(self._notify)
        self._shown = 0
        self._origin = time.monotonic()
        self._ticks = -1

    async def recv(self) -> av.VideoFrame:
        picture = await self._next_picture()
        when = time.monotonic() if picture.content == self._shown else picture.render_time
        self._shown = picture.content
        planes = await asyncio.to_thread(self._stage.converter.planes, picture)
        frame = planes.copy()
        # Strictly rising, or an encoder would merge two frames into one.
        self._ticks = max(self._ticks + 1, round((when - self._origin) * CLOCK))
        frame.pts = self._ticks
        frame.time_base = Fraction(1, CLOCK)
        return frame

    def stop(self) -> None:
        if self.readyState == "live":
            super().stop()
            self._canvas.close_track(self._notify)
            self._changed.set()

    async def _next_picture(self) -> Picture:
        """A picture with other pixels than the one shown, or that again after a while."""
        due = self._event_loop.time() + REPEAT_EVERY
        while self.readyState == "live":
            self._changed.clear()
            picture = self._stage.newest
            if picture is not None and (
                picture.content != self._shown or self._event_loop.time() >= due
            ):
                return picture
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(due if picture else None):
                    await self._changed.wait()
        raise MediaStreamError

    def _notify(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._event_loop.call_soon_threadsafe(self._changed.set)
