"""From pixels to 4:2:0, BT.709, limited range: what every decoder takes."""

from __future__ import annotations

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

from .picture import ChannelOrder, Pixels
from .planes import samples
from .swscale import reformatted

# The luma of each gray in limited range of 8 bits, and the chroma of all of them (ITU-R BT.709 item 6.10).
_GRAY_LUMA = np.round(16 + np.arange(256) * (219 / 255)).astype(np.uint8)
_GRAY_CHROMA = 128


def from_colour(
    reformatter: VideoReformatter, pixels: Pixels, order: ChannelOrder, size: tuple[int, int]
) -> av.VideoFrame:
    """A frame of `size`, both sides even, of pixels with three or four channels."""
    return reformatted(reformatter, pixels, order, size, "yuv420p", ColorRange.MPEG)


def from_gray(pixels: Pixels) -> av.VideoFrame:
    """A frame of gray pixels of even sides. swscale would round their luma down, and their chroma to a tint."""
    height, width = pixels.shape
    frame = av.VideoFrame(width, height, "yuv420p")
    luma, *chroma = (samples(plane, np.uint8) for plane in frame.planes)
    np.take(_GRAY_LUMA, pixels, out=luma, mode="clip")
    for plane in chroma:
        plane[:] = _GRAY_CHROMA
    frame.colorspace = Colorspace.ITU709
    frame.color_range = ColorRange.MPEG
    return frame
