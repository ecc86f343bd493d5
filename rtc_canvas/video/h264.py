"""H.264 for low latency: libx264, or a hardware encoder where one is configured and works."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TypeAlias

from av.video.codeccontext import VideoCodecContext
from av.video.reformatter import ColorRange

from ..encoded_frame import Chroma, Codec, Effort
from ..exceptions import EncoderError
from .encoder import FrameInterval, encode_one, new_context, opened
from .fill import MOST, Fill
from .h264_level import fitting_level
from .planes import Planes
from .x264 import x264_options

# x264 is told this frame rate whatever the real one is, and gets its bits per frame through the bit rate: its own
# mode for varying frame rates holds every frame back by one.
NOMINAL_FPS = 30

# An open encoder is told its rate without a key frame as long as the target stays between these shares of the one that
# it was opened for. Beyond them its buffer, which stays as it was, would starve a frame or let it burst.
HIGHEST = 1.5
LOWEST = 0.5

# One frame may have this many mean frames' bits, key frames too: a burst is what waits in a narrow link.
# In 4:4:4 a little more is worth two decibels.
VBV_FRAMES: dict[Chroma, float] = {"420": 1.6, "444": 2.0}

# What every frame rate makes of one target, from 12 frames a second on, lies below this many times the target.
CEILING = FrameInterval.longest * NOMINAL_FPS * HIGHEST * MOST

# Of what a picture that stays is told to spend, x264 leaves half: what is left to encode is little and unusual.
REFINE_FACTOR = 1.9

# What a repeated frame gets: x264 then skips every block that has not changed.
TRICKLE_BITRATE = 10_000

# ISO/IEC 23091-2: 1 is BT.709, for matrix, primaries and transfer.
BT709 = 1

# FFmpeg's names of the planes, and of their ranges.
PIXEL_FORMATS: dict[Chroma, str] = {"420": "yuv420p", "444": "yuv444p"}
RANGES: dict[Chroma, ColorRange] = {"420": ColorRange.MPEG, "444": ColorRange.JPEG}


_Form: TypeAlias = tuple[tuple[int, int], Chroma]
"""What an encoder is opened for: size and chroma."""


class H264Encoder:
    """BT.709, key frames only when they are asked for: constrained baseline for planes of 4:2:0, High 4:4:4 Predictive
    for planes of 4:4:4, which only libx264 takes. See `VideoEncoder`.
    """

    codec: Codec = "h264"

    def __init__(self, target_bitrate: int, *, name: str = "libx264") -> None:
        self.name = name
        self.target_bitrate = target_bitrate
        self._interval = FrameInterval()
        self._fill = Fill()
        self._context: VideoCodecContext | None = None
        self._form: _Form = ((0, 0), "420")
        self._opened_for = 0
        self._ceiling = 0
        self._count = 0

    def encode(
        self, planes: Planes, *, time: float, key: bool, effort: Effort = "usual"
    ) -> tuple[bytes, bool]:
        meant = self.target_bitrate * self._interval.update(time)
        try:
            context = self._context_for((planes.size, planes.chroma), effort != "usual")
            factor = REFINE_FACTOR if effort == "refine" else self._fill.factor
            told = min(int(meant * factor * NOMINAL_FPS), self._ceiling)
            context.bit_rate = TRICKLE_BITRATE if effort == "trickle" else told
            self._count += 1
            data, key = encode_one(
                context, planes, pts=self._count, time_base=Fraction(1, NOMINAL_FPS), key=key
            )
        except EncoderError:
            self.close()
            raise
        if effort == "usual":
            self._fill.update(meant, 8 * len(data))
        return data, key

    @property
    def is_open(self) -> bool:
        return self._context is not None

    def close(self) -> None:
        self._context = None

    def _context_for(self, form: _Form, stays: bool) -> VideoCodecContext:
        lowest, highest = LOWEST * self._opened_for, HIGHEST * self._opened_for
        # A target that moves while nothing changes is no reason for a key frame: the next motion is.
        fits = self._form == form and (stays or lowest <= self.target_bitrate <= highest)
        if self._context is None or not fits:
            self._context = self._open(*form)
            self._form = form
        return self._context

    def _open(self, size: tuple[int, int], chroma: Chroma) -> VideoCodecContext:
        context = new_context(self.name, size, PIXEL_FORMATS[chroma])
        context.framerate = Fraction(NOMINAL_FPS)
        context.time_base = Fraction(1, NOMINAL_FPS)
        context.colorspace = BT709
        context.color_primaries = BT709
        context.color_trc = BT709
        context.color_range = RANGES[chroma]
        # A live change of the rate works only in an encoder that was opened with the two equal.
        self._opened_for = self.target_bitrate
        self._ceiling = math.ceil(self.target_bitrate * CEILING)
        context.bit_rate = self._ceiling
        vbv = int(self.target_bitrate / NOMINAL_FPS * VBV_FRAMES[chroma])
        software = self.name == "libx264"
        context.options = {
            "maxrate": str(self._ceiling),
            "bufsize": str(vbv),
            **self._level(size),
            **(
                x264_options(size, chroma, self._opened_for)
                if software
                else _HARDWARE_OPTIONS[self.name]
            ),
        }
        return opened(context)

    def _level(self, size: tuple[int, int]) -> dict[str, str]:
        """x264 would take it from the ceiling, five times the rate, and NVIDIA's encoder finds it by itself."""
        if self.name != "libx264":
            return {}
        return {"level": fitting_level(size, HIGHEST * self._opened_for)}


_HARDWARE_OPTIONS: dict[str, dict[str, str]] = {
    "h264_nvenc": {
        "preset": "p2",
        "tune": "ull",
        "profile": "baseline",
        "rc": "cbr",
        "zerolatency": "1",
        "delay": "0",
        "forced-idr": "1",
        "surfaces": "2",
    },
}
