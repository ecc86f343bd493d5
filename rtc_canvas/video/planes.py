"""The planes of a picture, which encoders take, and access to their samples."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import av
import numpy as np
from av.video.plane import VideoPlane
from numpy.typing import NDArray

from ..encoded_frame import Chroma

Sample = TypeVar("Sample", np.uint8, np.uint16)


@dataclass(frozen=True, slots=True, eq=False)
class Planes:
    """A picture in the colour space of the encoders. Shared by all of them; its pixels are never written to.

    frame: BT.709, yuv420p in limited range with even sides, or yuv444p in full range.
    picture_size: (width, height) of the picture that they are made of.
    shown_size: (width, height) of what of them shows it, at the top left; the rest repeats its edge.
    """

    frame: av.VideoFrame
    picture_size: tuple[int, int]
    shown_size: tuple[int, int]
    _lent: threading.Lock = field(default_factory=threading.Lock)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the planes; both even in 4:2:0."""
        return self.frame.width, self.frame.height

    @property
    def chroma(self) -> Chroma:
        return "444" if self.frame.format.name == "yuv444p" else "420"

    @contextmanager
    def lend(self) -> Iterator[av.VideoFrame]:
        """A frame for one encoder to use within the block: PyAV writes times and types to the frames it encodes.

        It is `frame` itself for the first who asks, and a copy for those who ask meanwhile.
        """
        if not self._lent.acquire(blocking=False):
            yield self.copy()
            return
        try:
            yield self.frame
        finally:
            self._lent.release()

    def copy(self) -> av.VideoFrame:
        """A frame of one's own with the same planes."""
        frame = av.VideoFrame(self.frame.width, self.frame.height, self.frame.format.name)
        for target, source in zip(frame.planes, self.frame.planes, strict=True):
            target.update(source)  # type: ignore[arg-type]  # any buffer is taken
        frame.colorspace = self.frame.colorspace
        frame.color_range = self.frame.color_range
        return frame


def samples(plane: VideoPlane, sample: type[Sample]) -> NDArray[Sample]:
    """A plane as an array of (h, w) that shares its memory."""
    rows = np.frombuffer(memoryview(plane), sample).reshape(plane.height, -1)
    return rows[:, : plane.width]
