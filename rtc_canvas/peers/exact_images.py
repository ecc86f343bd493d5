"""A canvas's newest picture as a lossless image, made once for all who want it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from ..video.lossless import png
from ..video.picture import Picture
from .stream import FrameSource


@dataclass(frozen=True, slots=True, eq=False)
class ExactImage:
    """A picture's very pixels, compressed.

    picture: its `content`. size: (width, height).
    """

    picture: int
    size: tuple[int, int]
    data: bytes


@dataclass(frozen=True, slots=True, eq=False)
class _Making:
    """A compression that runs. picture: what of, by its `content`."""

    picture: int
    task: asyncio.Task[ExactImage]


class ExactImages:
    """Compresses pictures on a thread, one at a time, and keeps the newest image. Lives on the event loop.

    A thread cannot be stopped: what somebody wanted and gave up is made all the same, and kept for who wants it next.
    """

    def __init__(self, source: FrameSource) -> None:
        self._source = source
        self._image: ExactImage | None = None
        self._making: _Making | None = None

    async def newest(self) -> ExactImage | None:
        """The image of the picture that is the newest now, or of a newer one; None without a picture.

        Raises:
            EncoderError: when it cannot be made.
        """
        wanted = self._source.newest
        if wanted is None:
            return None
        while self._image is None or self._image.picture < wanted.content:
            making = self._making or self._begin(self._source.newest or wanted)
            # Unlike awaiting it, this does not cancel it for the others.
            await asyncio.wait([making.task])
            if making.picture >= wanted.content:
                making.task.result()
        return self._image

    async def close(self) -> None:
        """Wait for the compression that runs. Idempotent."""
        while self._making is not None:
            await asyncio.wait([self._making.task])

    def _begin(self, picture: Picture) -> _Making:
        task = asyncio.create_task(_compress(picture))
        task.add_done_callback(self._made)
        self._making = _Making(picture.content, task)
        return self._making

    def _made(self, task: asyncio.Task[ExactImage]) -> None:
        self._making = None
        # A failure is told to those who wait for it, and else to nobody: whoever wants the image next tries again.
        if not task.cancelled() and task.exception() is None:
            self._image = task.result()


async def _compress(picture: Picture) -> ExactImage:
    data = await asyncio.to_thread(png, picture)
    return ExactImage(picture.content, (picture.width, picture.height), data)
