"""VP8 for low latency, through libvpx."""

from __future__ import annotations

import os
from fractions import Fraction

from av.video.codeccontext import VideoCodecContext

from ..encoded_frame import Codec, Effort
from ..exceptions import EncoderError
from .encoder import FrameInterval, encode_one, new_context, opened
from .planes import Planes
from .vp8_repeat import repeat_frame

CLOCK = 90_000

# libvpx gives a frame the bits of the time since the frame before it. Its rate cannot be set once it is open, but
# that time is ours to tell: half of it gives half the rate. Outside these bounds its rate control drifts.
SLOWEST, FASTEST = 0.4, 1.6

# Trickle frames this far apart, seconds, only show life: libvpx, which always has something to refine, is not asked.
RESTING = 1.0


class VP8Encoder:
    """Constant bit rate, key frames only when they are asked for. See `VideoEncoder`."""

    codec: Codec = "vp8"
    name = "libvpx"

    def __init__(self, target_bitrate: int) -> None:
        self.target_bitrate = target_bitrate
        self._interval = FrameInterval()
        self._context: VideoCodecContext | None = None
        self._size = (0, 0)
        self._bitrate = 0
        self._clock = 0
        self._time = 0.0

    def encode(
        self, planes: Planes, *, time: float, key: bool, effort: Effort = "usual"
    ) -> tuple[bytes, bool]:
        interval = self._interval.update(time)
        rests, self._time = time - self._time >= RESTING, time
        if (
            effort == "trickle"
            and rests
            and not key
            and self._context is not None
            and self._size == planes.size
        ):
            return repeat_frame(planes.size), False
        try:
            context = self._context_for(planes.size, effort != "usual")
            step = interval * self.target_bitrate / self._bitrate
            # The shortest step gives the fewest bits: next to nothing where nothing has changed.
            self._clock += 1 if effort == "trickle" else max(1, round(step * CLOCK))
            return encode_one(
                context, planes, pts=self._clock, time_base=Fraction(1, CLOCK), key=key
            )
        except EncoderError:
            self.close()
            raise

    @property
    def is_open(self) -> bool:
        return self._context is not None

    def close(self) -> None:
        self._context = None

    def _context_for(self, size: tuple[int, int], stays: bool) -> VideoCodecContext:
        lowest, highest = SLOWEST * self._bitrate, FASTEST * self._bitrate
        # As in H.264: only motion is worth the key frame of a new rate.
        fits = self._size == size and (stays or lowest <= self.target_bitrate <= highest)
        if self._context is None or not fits:
            self._context = self._open(size)
            self._size = size
        return self._context

    def _open(self, size: tuple[int, int]) -> VideoCodecContext:
        context = new_context(self.name, size)
        context.framerate = Fraction(30)
        context.time_base = Fraction(1, CLOCK)
        context.qmin, context.qmax = 4, 56
        context.thread_count = _threads(size)
        self._bitrate = self.target_bitrate
        context.bit_rate = self._bitrate
        context.options = {
            "deadline": "realtime",
            "cpu-used": "-8",
            "lag-in-frames": "0",
            "auto-alt-ref": "0",
            "minrate": str(self._bitrate),
            "maxrate": str(self._bitrate),
            # Two frames: libvpx keeps no frame below its mean, but a short buffer pulls it back soon.
            "bufsize": str(self._bitrate // 15),
            "rc_init_occupancy": str(self._bitrate // 30),
            "max-intra-rate": "200",
            "undershoot-pct": "100",
            "overshoot-pct": "15",
            # The denoiser is for cameras; it smears text and thin lines.
            "noise-sensitivity": "0",
            "static-thresh": "1",
        }
        return opened(context)


def _threads(size: tuple[int, int]) -> int:
    """libvpx's threads spin while they wait for each other: on two cores that others need too, a frame of 3840x2160
    takes 290 ms instead of 26, and 43 with one thread.
    """
    cores = os.cpu_count() or 1
    pixels = size[0] * size[1]
    if pixels <= 640 * 480 or cores < 3:
        return 1
    return 4 if pixels > 1280 * 960 and cores >= 6 else 2
