"""What every video encoder offers, and the bits that one frame may have."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Protocol, cast

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from ..encoded_frame import Codec, Effort
from ..exceptions import EncoderError
from .planes import Planes

# Macroblocks of a frame at level 5.2 (ITU-T H.264 table A-1), such as 4096x2304: what Chromium takes over WebRTC.
H264_MAX_BLOCKS = 36_864


class VideoEncoder(Protocol):
    """Turns planes into encoded frames, in order. Not thread-safe: one call at a time, from any thread."""

    codec: Codec
    name: str
    """The library that does it, as FFmpeg calls it."""

    target_bitrate: int
    """Bits per second; may be set at any time and holds from the next frame on."""

    def encode(
        self, planes: Planes, *, time: float, key: bool, effort: Effort = "usual"
    ) -> tuple[bytes, bool]:
        """Encode one frame and return (data, whether it is a key frame).

        time: seconds, rising from call to call; the bits that a frame may have follow from it.
        key: whether it must be a key frame. A first frame and a change of size or chroma make one by themselves.
        effort: what it may spend, see `Effort`.

        Raises:
            EncoderError: when the encoder cannot be opened or fails; it may be tried again, with a key frame.
        """
        ...

    def close(self) -> None:
        """Free the encoder. Idempotent."""
        ...


def new_context(
    name: str, size: tuple[int, int], pixel_format: str = "yuv420p"
) -> VideoCodecContext:
    """A context of FFmpeg's encoder `name` for planes of `size`, not opened; key frames only when asked for.

    pixel_format: FFmpeg's name of the planes.

    Raises:
        EncoderError: when there is no such encoder.
    """
    try:
        context = cast(VideoCodecContext, av.CodecContext.create(name, "w"))
    except (av.FFmpegError, ValueError) as error:
        raise EncoderError(f"There is no encoder {name}: {error}") from error
    context.width, context.height = size
    context.pix_fmt = pixel_format
    context.gop_size = 1 << 24
    return context


def opened(context: VideoCodecContext) -> VideoCodecContext:
    """Open a context that has all its settings, and return it.

    Raises:
        EncoderError: when FFmpeg does not take them.
    """
    try:
        context.open()
    except (av.FFmpegError, ValueError) as error:
        size = context.width, context.height
        raise EncoderError(f"{context.name} cannot be opened for {size}: {error}") from error
    return context


def encode_one(
    context: VideoCodecContext, planes: Planes, *, pts: int, time_base: Fraction, key: bool
) -> tuple[bytes, bool]:
    """Put one frame through an open encoder; return (data, whether it is a key frame).

    Raises:
        EncoderError: when it fails, or keeps the frame.
    """
    with planes.lend() as frame:
        frame.pts = pts
        frame.time_base = time_base
        frame.pict_type = PictureType.I if key else PictureType.NONE
        try:
            packets = context.encode(frame)
        except (av.FFmpegError, ValueError) as error:
            raise EncoderError(f"{context.name} failed at {planes.size}: {error}") from error
    if not packets:
        # Zero latency was asked for: one frame in, one frame out.
        raise EncoderError(f"{context.name} returned no frame.")
    return b"".join(bytes(packet) for packet in packets), any(p.is_keyframe for p in packets)


def fitting_scale(codec: Codec, width: int, height: int) -> float:
    """By what the sides of a picture must be scaled so that browsers decode it: 1 for nearly all."""
    if codec != "h264":
        return 1.0
    blocks = math.ceil(width / 16) * math.ceil(height / 16)
    if blocks <= H264_MAX_BLOCKS:
        return 1.0
    # Rounding a side up to whole blocks must not lead beyond the limit again.
    return math.floor(math.sqrt(H264_MAX_BLOCKS / blocks) * 100) / 100


class FrameInterval:
    """The time between frames, smoothed, so that the bits per second do not depend on the frame rate.

    A canvas that draws on demand may pause for long; such a pause counts as `longest`, so that the frame after
    it does not get the bits of the whole pause in one burst.
    """

    shortest = 1 / 240
    longest = 1 / 12

    def __init__(self, seconds: float = 1 / 30) -> None:
        self.seconds = seconds
        self._last: float | None = None

    def update(self, time: float) -> float:
        """Take the time of the next frame; return the smoothed interval, seconds."""
        if self._last is not None:
            interval = min(max(time - self._last, self.shortest), self.longest)
            self.seconds += 0.15 * (interval - self.seconds)
        self._last = time
        return self.seconds
