"""From pictures to the planes that encoders take, each once."""

from __future__ import annotations

import threading

import numpy as np
from av.video.reformatter import VideoReformatter

from ..encoded_frame import Chroma
from . import chroma_420, chroma_444
from .picture import Picture, Pixels
from .planes import Planes


class Converter:
    """Makes the planes of pictures and keeps those of the newest, so that many encoders convert it once.

    May be called from several threads; those that ask for the same planes wait for one conversion.
    """

    def __init__(self) -> None:
        self._newest: dict[Chroma, _Newest] = {"420": _Newest(), "444": _Newest()}

    def planes(
        self,
        picture: Picture,
        chroma: Chroma = "420",
        scale: float = 1.0,
        *,
        quick: bool = False,
    ) -> Planes:
        """The planes of a picture, both sides scaled by `scale`, at most 1.

        quick: whether time matters more than the last half level of 4:4:4, as in a picture that moves.
        """
        newest = self._newest[chroma]
        form = scale, quick and chroma == "444"
        with newest.lock:
            if picture.content == newest.content and form in newest.planes:
                return newest.planes[form]
            planes = self._convert(newest.reformatters[form[1]], picture, chroma, *form)
            if picture.content > newest.content:
                newest.content, newest.planes = picture.content, {}
            if picture.content == newest.content:
                newest.planes[form] = planes
            return planes

    def _convert(
        self,
        reformatter: VideoReformatter,
        picture: Picture,
        chroma: Chroma,
        scale: float,
        quick: bool,
    ) -> Planes:
        to = chroma_420 if chroma == "420" else chroma_444
        size = picture.width, picture.height
        pixels = _even(picture.pixels) if chroma == "420" else np.ascontiguousarray(picture.pixels)
        if scale == 1.0 and pixels.ndim == 2:
            return Planes(to.from_gray(pixels), size, size)
        if pixels.ndim == 2:
            pixels = np.repeat(pixels[:, :, None], 3, axis=2)
        if scale == 1.0:
            shown, padded = size, (pixels.shape[1], pixels.shape[0])
        else:
            shown = padded = (_scaled(size[0], scale), _scaled(size[1], scale))
        convert = chroma_444.quickly_from_colour if quick else to.from_colour
        return Planes(convert(reformatter, pixels, picture.order, padded), size, shown)


class _Newest:
    """The planes of the newest picture in one chroma, by their scale and whether they were made quickly."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        # Each keeps the tables of its last conversion. Quick ones have one of their own: what moves after a rest is not
        # to wait for tables to be made.
        self.reformatters = {quick: VideoReformatter() for quick in (False, True)}
        self.content = 0
        self.planes: dict[tuple[float, bool], Planes] = {}


def _scaled(side: int, scale: float) -> int:
    """An even side."""
    return max(2, round(side * scale / 2) * 2)


def _even(pixels: Pixels) -> Pixels:
    """The pixels, contiguous, with the last column and row repeated where a side is odd."""
    height, width = pixels.shape[:2]
    if height % 2 or width % 2:
        border = [(0, height % 2), (0, width % 2)] + [(0, 0)] * (pixels.ndim - 2)
        return np.pad(pixels, border, mode="edge")
    return np.ascontiguousarray(pixels)
