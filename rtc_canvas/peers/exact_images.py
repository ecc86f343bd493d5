"""A canvas's newest picture as a lossless image, made once for all who want it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from ..video.lossless import png
from .stream import FrameSource


@dataclass(frozen=True, slots=True, eq=False)
class ExactImage:
    """A picture's very pixels, compressed.

    picture: its `content`. size: (width, height).
    """

    picture: int
    size: tuple[int, int]
    data: bytes


class ExactImages:
    """Compresses pictures on a thread, one at a time, and keeps the newest image. Lives on the event loop."""

    def __init__(self, source: FrameSource) -> None:
        self._source = source
        self._lock = asyncio.Lock()
        self._image: ExactImage | None = None
        self._looked = 0.0

    async def newest(self) -> ExactImage | None:
        """The image of the picture that is the newest now, or of a newer one; None without a picture.

        Raises:
            EncoderError: when it cannot be made.
        """
        asked = time.monotonic()
        async with self._lock:
            if self._looked >= asked:
                # Somebody who waited as well has looked meanwhile.
                return self._image
            looked = time.monotonic()
            picture = self._source.newest
            if picture is None:
                return None
            if self._image is None or self._image.picture != picture.content:
                data = await asyncio.to_thread(png, picture)
                size = picture.width, picture.height
                self._image = ExactImage(picture.content, size, data)
            self._looked = looked
            return self._image
