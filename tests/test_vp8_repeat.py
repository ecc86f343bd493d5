"""The VP8 frame that shows the frame before it once more."""

from __future__ import annotations

from collections.abc import Iterable

import av
import numpy as np
import pytest
from av.video.codeccontext import VideoCodecContext
from numpy.typing import NDArray

from rtc_canvas.video.vp8 import VP8Encoder
from rtc_canvas.video.vp8_repeat import repeat_frame

from .frames import busy, encoded, planes


def shown(decoder: str, frames: Iterable[bytes]) -> list[NDArray[np.uint8]]:
    """What FFmpeg's own decoder or libvpx shows, as planes."""
    context = av.CodecContext.create(decoder, "r")
    assert isinstance(context, VideoCodecContext)
    # One thread: more of them hold frames back.
    context.thread_count = 1
    pictures = [frame for data in frames for frame in context.decode(av.Packet(data))]
    return [
        np.asarray(frame.to_ndarray(), np.uint8) for frame in [*pictures, *context.decode(None)]
    ]


# libvpx is what browsers have.
@pytest.mark.parametrize("decoder", ["libvpx", "vp8"])
@pytest.mark.parametrize(
    "size", [(16, 16), (16, 240), (240, 16), (64, 48), (322, 242), (1280, 720)]
)
def test_it_changes_nothing_and_what_follows_is_decoded_as_before(
    decoder: str, size: tuple[int, int]
) -> None:
    moving = [planes(busy(*size, seed // 2)) for seed in range(8)]
    frames = [data for data, _ in encoded(VP8Encoder(1_000_000), moving)]
    repeat = repeat_frame(size)
    plain = shown(decoder, frames)
    mixed = shown(decoder, [data for frame in frames for data in (frame, repeat, repeat)])
    assert len(mixed) == 3 * len(plain) == 24
    assert all((mixed[index] == plain[index // 3]).all() for index in range(24))


@pytest.mark.parametrize(
    ("size", "most"),
    [((16, 16), 24), ((1280, 720), 110), ((3840, 2160), 750), ((4096, 4096), 1450)],
)
def test_it_is_small(size: tuple[int, int], most: int) -> None:
    assert len(repeat_frame(size)) <= most


def test_it_is_made_once_for_a_size() -> None:
    assert repeat_frame((640, 480)) is repeat_frame((640, 480))
