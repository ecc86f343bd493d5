"""FFmpeg's conversion of pixels to planes."""

from __future__ import annotations

import os

import av
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from .picture import ChannelOrder, Pixels

# swscale's names of what a picture's array is. Alpha is read past, never blended.
_PIXEL_FORMATS: dict[tuple[int, ChannelOrder], str] = {
    (3, "rgb"): "rgb24",
    (3, "bgr"): "bgr24",
    (4, "rgb"): "rgba",
    (4, "bgr"): "bgra",
}

# Two halves of a picture at once take half the time; more threads gain nothing at these sizes.
_THREADS = min(2, os.cpu_count() or 1)


def reformatted(
    reformatter: VideoReformatter,
    pixels: Pixels,
    order: ChannelOrder,
    size: tuple[int, int],
    format: str,
    color_range: ColorRange,
) -> av.VideoFrame:
    """A frame of `size` in BT.709, of contiguous pixels with three or four channels.

    reformatter: one that is used for nothing else at the same time; it keeps its tables from call to call.
    format: FFmpeg's name of the planes.
    """
    return reformatter.reformat(
        av.VideoFrame.from_numpy_buffer(pixels, format=_PIXEL_FORMATS[pixels.shape[2], order]),
        width=size[0],
        height=size[1],
        format=format,
        src_color_range=ColorRange.JPEG,
        dst_colorspace=Colorspace.ITU709,
        dst_color_range=color_range,
        # Area averages the four pixels of a chroma sample; point sampling would take one of them, and one-pixel
        # lines would lose or double their colour.
        interpolation=Interpolation.AREA,
        threads=_THREADS,
    )
