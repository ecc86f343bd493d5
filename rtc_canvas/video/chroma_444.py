"""From pixels to 4:4:4, BT.709, full range: nothing is lost but what eight bits cannot hold."""

from __future__ import annotations

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from numpy.typing import NDArray

from .picture import ChannelOrder, Pixels
from .planes import samples
from .swscale import reformatted

# swscale puts the chroma of full range half a level too low: of twelve bits, a thirty-second of a level of eight.
_FORMAT = "yuv444p12le"
_SHIFT = 4

# What rounds the levels of twelve bits to those of eight. The middle of chroma lies half a level higher in eight.
_LUMA_ROUNDING = 8
_CHROMA_ROUNDING = 15

_GRAY_CHROMA = 128


def from_colour(
    reformatter: VideoReformatter, pixels: Pixels, order: ChannelOrder, size: tuple[int, int]
) -> av.VideoFrame:
    """A frame of `size` of pixels with three or four channels."""
    precise = reformatted(reformatter, pixels, order, size, _FORMAT, ColorRange.JPEG)
    frame = _new_frame(*size)
    for plane, narrow, rounding in zip(
        precise.planes,
        frame.planes,
        (_LUMA_ROUNDING, _CHROMA_ROUNDING, _CHROMA_ROUNDING),
        strict=True,
    ):
        _narrow(samples(plane, np.uint16), samples(narrow, np.uint8), rounding)
    return frame


def quickly_from_colour(
    reformatter: VideoReformatter, pixels: Pixels, order: ChannelOrder, size: tuple[int, int]
) -> av.VideoFrame:
    """The same in a third of the time, its chroma half a level too low: nobody sees that in what moves."""
    return reformatted(reformatter, pixels, order, size, "yuv444p", ColorRange.JPEG)


def from_gray(pixels: Pixels) -> av.VideoFrame:
    """A frame of gray pixels: they are their own luma."""
    frame = _new_frame(pixels.shape[1], pixels.shape[0])
    luma, *chroma = (samples(plane, np.uint8) for plane in frame.planes)
    luma[:] = pixels
    for plane in chroma:
        plane[:] = _GRAY_CHROMA
    return frame


def _new_frame(width: int, height: int) -> av.VideoFrame:
    frame = av.VideoFrame(width, height, "yuv444p")
    frame.colorspace = Colorspace.ITU709
    frame.color_range = ColorRange.JPEG
    return frame


def _narrow(wide: NDArray[np.uint16], narrow: NDArray[np.uint8], rounding: int) -> None:
    """Make eight bits of twelve, into `narrow`; what `wide` holds is lost."""
    # 4095 has to become 255, which is a 256th less than a shift makes of it.
    wide -= wide >> 8
    wide += rounding
    np.right_shift(wide, _SHIFT, out=narrow, casting="unsafe")
