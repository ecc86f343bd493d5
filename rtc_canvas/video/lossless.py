"""A picture's very pixels as a PNG."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np

from ..exceptions import EncoderError
from .picture import Picture, Pixels

# Plots, text and colour maps repeat themselves, and a filter only hides that from deflate; what is shaded or noisy
# needs one. Some rows tell which of the two a picture is.
_PLAIN, _FILTERED = "none", "mixed"
_SAMPLE_ROWS, _SAMPLE_EVERY = 16, 128

# Where more than this share of the bytes remains, deflate's better levels take several times as long for a twentieth.
_HARD = 0.25
_FAST_LEVEL, _LEVEL_OF_HARD, _LEVEL = 1, 4, 6


def png(picture: Picture) -> bytes:
    """The picture as an opaque PNG, gray or RGB: its alpha is left out.

    Takes 10 to 60 ms for 1280x720 pixels, most of it without the interpreter's lock.

    Raises:
        EncoderError: when FFmpeg has no PNG encoder, or it fails.
    """
    pixels = _opaque(picture)
    sample = _sample(pixels)
    plain, filtered = (len(_encoded(sample, way, _FAST_LEVEL)) for way in (_PLAIN, _FILTERED))
    hard = min(plain, filtered) > _HARD * sample.nbytes
    return _encoded(
        pixels,
        _PLAIN if plain < filtered else _FILTERED,
        _LEVEL_OF_HARD if hard else _LEVEL,
    )


def _opaque(picture: Picture) -> Pixels:
    """(h, w) or (h, w, 3) in the order RGB, contiguous."""
    pixels = picture.pixels
    if pixels.ndim == 3:
        pixels = pixels[:, :, :3]
        if picture.order == "bgr":
            pixels = pixels[:, :, ::-1]
    return np.ascontiguousarray(pixels)


def _sample(pixels: Pixels) -> Pixels:
    """Some rows in a row, and some more further down, and so on."""
    rows = np.arange(pixels.shape[0])
    return np.ascontiguousarray(pixels[rows % _SAMPLE_EVERY < _SAMPLE_ROWS])


def _encoded(pixels: Pixels, prediction: str, level: int) -> bytes:
    pixel_format = "gray" if pixels.ndim == 2 else "rgb24"
    try:
        context = av.CodecContext.create("png", "w")
        context.height, context.width = pixels.shape[:2]
        context.pix_fmt = pixel_format
        context.time_base = Fraction(1)
        context.sample_aspect_ratio = Fraction(1)
        # More threads would only hold frames back: there is one.
        context.thread_count = 1
        context.options = {"pred": prediction, "compression_level": str(level)}
        frame = av.VideoFrame.from_numpy_buffer(pixels, pixel_format)
        packets = [*context.encode(frame), *context.encode(None)]
    except (av.FFmpegError, ValueError) as error:
        raise EncoderError(f"A PNG could not be made: {error}") from error
    return b"".join(bytes(packet) for packet in packets)
