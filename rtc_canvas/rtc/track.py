"""The track that carries encoded frames from a peer's encoder to its sender."""

from __future__ import annotations

import asyncio
from typing import Any

from aiortc import VideoStreamTrack
from aiortc.mediastreams import MediaStreamError

from ..encoded_frame import EncodedFrame


class EncodedTrack(VideoStreamTrack):
    """Holds at most one encoded frame: its sender takes it, then there is room for the next.

    Only a sender that understands encoded frames (`VideoSender`) can send it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._frame: EncodedFrame | None = None
        self._put = asyncio.Event()

    @property
    def has_room(self) -> bool:
        return self._frame is None

    def put(self, frame: EncodedFrame) -> None:
        """Hand over the next frame. There must be room."""
        if self._frame is not None:
            raise RuntimeError("The frame before this one has not been taken yet.")
        self._frame = frame
        self._put.set()

    async def recv(self) -> Any:
        """The next `EncodedFrame`; MediaStreamError once the track has ended.

        Typed as aiortc types it: a frame of its own kind is what an RTCRtpSender expects of a track.
        """
        while self._frame is None:
            if self.readyState != "live":
                raise MediaStreamError
            self._put.clear()
            await self._put.wait()
        frame, self._frame = self._frame, None
        return frame

    def stop(self) -> None:
        super().stop()
        self._put.set()
