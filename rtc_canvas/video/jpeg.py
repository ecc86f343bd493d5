"""JPEG, for pages that decode nothing else: each picture by itself, whatever came before it."""

from __future__ import annotations

import math
from fractions import Fraction

import av
from av.video.codeccontext import VideoCodecContext
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

from ..encoded_frame import Codec, Effort
from ..exceptions import EncoderError
from .encoder import FrameInterval, new_context, opened
from .planes import Planes

# 4:4:4 in full range, as FFmpeg calls it for JPEG alone.
PIXEL_FORMAT = "yuvj444p"

# Quantisers of FFmpeg's encoder: below the first nobody sees a difference, beyond the second blocks.
FINEST, COARSEST = 2.0, 31.0

# Twice the quantiser makes so many times the bits, as a power of two; about, on rendered pictures.
EXPONENT = -0.6

# Of the way to the quantiser that would fit, this share is gone with each picture.
GAIN = 0.7

# A picture that is sent again is made this much finer.
FINER = 0.5


class JpegEncoder:
    """4:4:4, full range, BT.601, as JFIF says. See `VideoEncoder`; a frame without data repeats the one before."""

    codec: Codec = "jpeg"
    name = "mjpeg"

    def __init__(self, target_bitrate: int) -> None:
        self.target_bitrate = target_bitrate
        self._interval = FrameInterval()
        self._reformatter = VideoReformatter()
        self._context: VideoCodecContext | None = None
        self._quantiser = 8.0
        self._planes: Planes | None = None
        self._frame: av.VideoFrame | None = None
        self._count = 0

    def encode(
        self, planes: Planes, *, time: float, key: bool, effort: Effort = "usual"
    ) -> tuple[bytes, bool]:
        meant = self.target_bitrate * self._interval.update(time)
        again = planes is self._planes and self._frame is not None
        if again and not key and (effort == "trickle" or self._quantiser == FINEST):
            return b"", False
        try:
            data = self._encode(planes, again=again)
        except EncoderError:
            self.close()
            raise
        if not again:
            self._follow(meant, 8 * len(data))
        return data, True

    def close(self) -> None:
        self._context = self._frame = self._planes = None

    def _encode(self, planes: Planes, *, again: bool) -> bytes:
        if again:
            self._quantiser = max(FINEST, self._quantiser * FINER)
        else:
            with planes.lend() as lent:
                self._frame = self._reformatter.reformat(
                    lent,
                    format=PIXEL_FORMAT,
                    dst_colorspace=Colorspace.ITU601,
                    dst_color_range=ColorRange.JPEG,
                )
            self._planes = planes
        assert self._frame is not None
        context = self._context_for(planes.size)
        context.qmin = context.qmax = round(self._quantiser)
        self._count += 1
        self._frame.pts = self._count
        try:
            packets = context.encode(self._frame)
        except (av.FFmpegError, ValueError) as error:
            raise EncoderError(f"{self.name} failed at {planes.size}: {error}") from error
        if not packets:
            raise EncoderError(f"{self.name} returned no frame.")
        return bytes(packets[0])

    def _follow(self, meant: float, spent: float) -> None:
        """Choose the quantiser for the next picture, which will be like this one."""
        wanted = math.log2(meant / spent) / EXPONENT
        quantiser = self._quantiser * 2 ** (GAIN * wanted)
        self._quantiser = min(max(quantiser, FINEST), COARSEST)

    def _context_for(self, size: tuple[int, int]) -> VideoCodecContext:
        context = self._context
        if context is None or (context.width, context.height) != size:
            context = new_context(self.name, size, PIXEL_FORMAT)
            context.time_base = Fraction(1, 30)
            # More of them would keep pictures back.
            context.thread_count = 1
            self._context = opened(context)
        return context
