"""From pixels to the planes that encoders take: BT.709, limited range, 4:2:0, padded to even sides."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from .picture import ChannelOrder, Picture, Pixels

# swscale's names of what a picture's array is. Alpha is read past, never blended.
_PIXEL_FORMATS: dict[tuple[int, ChannelOrder], str] = {
    (3, "rgb"): "rgb24",
    (3, "bgr"): "bgr24",
    (4, "rgb"): "rgba",
    (4, "bgr"): "bgra",
}

# The luma of each gray in limited range of 8 bits, and the chroma of all of them (ITU-R BT.709 item 6.10).
_GRAY_LUMA = np.round(16 + np.arange(256) * (219 / 255)).astype(np.uint8)
_GRAY_CHROMA = 128

# Two halves of a picture at once take half the time; more threads gain nothing at these sizes.
_THREADS = min(2, os.cpu_count() or 1)


@dataclass(frozen=True, slots=True, eq=False)
class Planes:
    """A picture in the colour space of the encoders. Shared by all of them; its pixels are never written to.

    frame: yuv420p, BT.709, limited range; its sides are even.
    picture_size: (width, height) of the picture that they are made of.
    shown_size: (width, height) of what of them shows it, at the top left; the rest repeats its edge.
    """

    frame: av.VideoFrame
    picture_size: tuple[int, int]
    shown_size: tuple[int, int]
    _lent: threading.Lock = field(default_factory=threading.Lock)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the planes, both even."""
        return self.frame.width, self.frame.height

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


class Converter:
    """Makes the planes of pictures and keeps those of the newest, so that many encoders convert it once.

    May be called from several threads; those that ask for the same picture wait for one conversion.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reformatter = VideoReformatter()
        self._content = 0
        self._newest: dict[float, Planes] = {}

    def planes(self, picture: Picture, scale: float = 1.0) -> Planes:
        """The planes of a picture, both sides scaled by `scale`, at most 1."""
        with self._lock:
            if picture.content == self._content and scale in self._newest:
                return self._newest[scale]
            planes = self._convert(picture, scale)
            if picture.content > self._content:
                self._content, self._newest = picture.content, {}
            if picture.content == self._content:
                self._newest[scale] = planes
            return planes

    def _convert(self, picture: Picture, scale: float) -> Planes:
        pixels = _even(picture.pixels)
        size = picture.width, picture.height
        if scale == 1.0:
            frame = (
                _from_gray(pixels) if pixels.ndim == 2 else self._reformat(pixels, picture.order)
            )
            return Planes(frame, size, size)
        if pixels.ndim == 2:
            pixels = np.repeat(pixels[:, :, None], 3, axis=2)
        scaled = (_scaled(size[0], scale), _scaled(size[1], scale))
        return Planes(self._reformat(pixels, picture.order, scaled), size, scaled)

    def _reformat(
        self, pixels: Pixels, order: ChannelOrder, size: tuple[int, int] | None = None
    ) -> av.VideoFrame:
        width, height = size or (pixels.shape[1], pixels.shape[0])
        return self._reformatter.reformat(
            av.VideoFrame.from_numpy_buffer(pixels, format=_PIXEL_FORMATS[pixels.shape[2], order]),
            width=width,
            height=height,
            format="yuv420p",
            src_color_range=ColorRange.JPEG,
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            # Area averages the four pixels of a chroma sample; point sampling would take one of them, and
            # one-pixel lines would lose or double their colour.
            interpolation=Interpolation.AREA,
            threads=_THREADS,
        )


def _scaled(side: int, scale: float) -> int:
    """An even side."""
    return max(2, round(side * scale / 2) * 2)


def _from_gray(pixels: Pixels) -> av.VideoFrame:
    """The planes of gray pixels. swscale would round their luma down, and their chroma to a tint."""
    height, width = pixels.shape
    frame = av.VideoFrame(width, height, "yuv420p")
    luma, *chroma = (
        np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
        for plane in frame.planes
    )
    np.take(_GRAY_LUMA, pixels, out=luma[:, :width], mode="clip")
    for plane in chroma:
        plane[:] = _GRAY_CHROMA
    frame.colorspace = Colorspace.ITU709
    frame.color_range = ColorRange.MPEG
    return frame


def _even(pixels: Pixels) -> Pixels:
    """The pixels, contiguous, with the last column and row repeated where a side is odd."""
    height, width = pixels.shape[:2]
    if height % 2 or width % 2:
        border = [(0, height % 2), (0, width % 2)] + [(0, 0)] * (pixels.ndim - 2)
        return np.pad(pixels, border, mode="edge")
    return np.ascontiguousarray(pixels)
