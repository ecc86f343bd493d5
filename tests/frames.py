"""Pictures for the tests of the video room, and what a decoder makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext

from rtc_canvas.encoded_frame import Codec
from rtc_canvas.video.convert import Converter, Planes
from rtc_canvas.video.encoder import VideoEncoder
from rtc_canvas.video.picture import ChannelOrder, Picture, Pixels

FLAT_COLOURS = (
    (0, 0, 0), (255, 255, 255), (128, 128, 128), (255, 0, 0), (0, 255, 0), (0, 0, 255),
    (255, 255, 0), (0, 255, 255), (255, 0, 255), (200, 100, 50), (30, 60, 120), (90, 160, 40),
)  # fmt: skip


def picture(
    pixels: Pixels, *, number: int = 1, order: ChannelOrder = "rgb", render_time: float = 0.0
) -> Picture:
    height, width = pixels.shape[:2]
    return Picture(number, pixels, order, render_time, (float(width), float(height)))


def planes(pixels: Pixels, *, order: ChannelOrder = "rgb") -> Planes:
    return Converter().planes(picture(pixels, order=order))


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
    """(h, w, 3) of a frame, BT.709 limited as all of ours are, whether or not the frame says so."""
    array = frame.to_ndarray(format="rgb24", src_colorspace="ITU709", src_color_range="MPEG")
    return cast(Pixels, array)


def encoded(
    encoder: VideoEncoder,
    made: Iterable[Planes],
    *,
    fps: float = 30,
    start: float = 0.0,
    key: bool = False,
    trickle: bool = False,
) -> list[tuple[bytes, bool]]:
    """Each of the planes through an encoder, at a steady pace: (data, whether it is a key frame)."""
    return [
        encoder.encode(one, time=start + index / fps, key=key, trickle=trickle)
        for index, one in enumerate(made)
    ]


def bits_per_second(frames: Sequence[tuple[bytes, bool]], fps: float) -> float:
    return sum(len(data) for data, _ in frames) * 8 * fps / len(frames)
