"""Pictures for the tests of the video room, and what a decoder makes of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TypeAlias, cast

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from numpy.typing import NDArray

from rtc_canvas.encoded_frame import Chroma, Codec, Effort
from rtc_canvas.video.convert import Converter
from rtc_canvas.video.encoder import VideoEncoder
from rtc_canvas.video.picture import ChannelOrder, Picture, Pixels
from rtc_canvas.video.planes import Planes, samples

Levels: TypeAlias = NDArray[np.float64]

FLAT_COLOURS = (
    (0, 0, 0), (255, 255, 255), (128, 128, 128), (255, 0, 0), (0, 255, 0), (0, 0, 255),
    (255, 255, 0), (0, 255, 255), (255, 0, 255), (200, 100, 50), (30, 60, 120), (90, 160, 40),
)  # fmt: skip


def picture(
    pixels: Pixels, *, number: int = 1, order: ChannelOrder = "rgb", render_time: float = 0.0
) -> Picture:
    height, width = pixels.shape[:2]
    return Picture(number, pixels, order, render_time, (float(width), float(height)))


def planes(pixels: Pixels, *, order: ChannelOrder = "rgb", chroma: Chroma = "420") -> Planes:
    return Converter().planes(picture(pixels, order=order), chroma)


def flat(colour: tuple[int, int, int], width: int = 64, height: int = 48) -> Pixels:
    """(height, width, 3) of one colour."""
    return np.full((height, width, 3), colour, np.uint8)


def busy(width: int, height: int, seed: int = 0) -> Pixels:
    """(height, width, 3) of coarse and fine noise: more than any bit rate in these tests can hold."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (-(-height // 8), -(-width // 8), 3), np.int16)
    blocks = np.kron(coarse, np.ones((8, 8, 1), np.int16))[:height, :width]
    grain = random.integers(-20, 21, blocks.shape, np.int16)
    return cast(Pixels, np.clip(blocks + grain, 0, 255).astype(np.uint8))


def decoded(codec: Codec, frames: Iterable[bytes]) -> list[av.VideoFrame]:
    """What a decoder shows for encoded frames, one for each."""
    decoder = av.CodecContext.create(codec, "r")
    assert isinstance(decoder, VideoCodecContext)
    # One thread: more of them hold frames back.
    decoder.thread_count = 1
    shown = [frame for data in frames for frame in decoder.decode(av.Packet(data))]
    return [*shown, *decoder.decode(None)]


def rgb(frame: av.VideoFrame) -> Pixels:
    """(h, w, 3) of a frame, BT.709 as all of ours are: 4:4:4 in full range, 4:2:0 in limited, whatever it says."""
    if "444" in frame.format.name:
        return _rgb_of_full_range(
            *(samples(plane, np.uint8).astype(float) for plane in frame.planes)
        )
    array = frame.to_ndarray(format="rgb24", src_colorspace="ITU709", src_color_range="MPEG")
    return cast(Pixels, array)


def _rgb_of_full_range(luma: Levels, blue: Levels, red: Levels) -> Pixels:
    """ITU-R BT.709 item 3, without the errors of a fast conversion."""
    r = luma + 1.5748 * (red - 128)
    b = luma + 1.8556 * (blue - 128)
    g = (luma - 0.2126 * r - 0.0722 * b) / 0.7152
    return cast(Pixels, np.clip(np.stack([r, g, b], axis=-1) + 0.5, 0, 255).astype(np.uint8))


def encoded(
    encoder: VideoEncoder,
    made: Iterable[Planes],
    *,
    fps: float = 30,
    start: float = 0.0,
    key: bool = False,
    effort: Effort = "usual",
) -> list[tuple[bytes, bool]]:
    """Each of the planes through an encoder, at a steady pace: (data, whether it is a key frame)."""
    return [
        encoder.encode(one, time=start + index / fps, key=key, effort=effort)
        for index, one in enumerate(made)
    ]


def bits_per_second(frames: Sequence[tuple[bytes, bool]], fps: float) -> float:
    return sum(len(data) for data, _ in frames) * 8 * fps / len(frames)


def psnr(shown: Pixels, pixels: Pixels) -> float:
    """How much alike two pictures are, dB; infinite where they are the same."""
    error = np.square(shown.astype(float) - pixels).mean()
    return math.inf if error == 0 else 10 * math.log10(255**2 / error)
