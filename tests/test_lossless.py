"""A picture's very pixels as a PNG."""

from __future__ import annotations

import io
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtc_canvas.exceptions import EncoderError
from rtc_canvas.video import lossless
from rtc_canvas.video.lossless import png
from rtc_canvas.video.picture import ChannelOrder, Pixels

from .frames import busy, picture


def pixels_of(data: bytes) -> Pixels:
    """What a PNG shows, (h, w) or (h, w, 3)."""
    with av.open(io.BytesIO(data), "r") as container:
        [frame] = container.decode(video=0)
        assert frame.format.name in ("gray", "rgb24"), "nothing but what is shown is in it"
        return np.asarray(frame.to_ndarray(), np.uint8)


def shown(pixels: Pixels, order: ChannelOrder) -> Pixels:
    """What a picture looks like: gray, or RGB without alpha."""
    if pixels.ndim == 2:
        return pixels
    return pixels[:, :, :3] if order == "rgb" else pixels[:, :, 2::-1]


@given(
    width=st.integers(16, 70),
    height=st.integers(16, 300),
    channels=st.sampled_from([None, 3, 4]),
    order=st.sampled_from(["rgb", "bgr"]),
    levels=st.integers(1, 256),
    seed=st.integers(0, 9),
)
@settings(max_examples=60)
def test_every_pixel_comes_out_as_it_was(
    width: int,
    height: int,
    channels: int | None,
    order: ChannelOrder,
    levels: int,
    seed: int,
) -> None:
    shape = (height, width) if channels is None else (height, width, channels)
    pixels = np.random.default_rng(seed).integers(0, levels, shape, np.uint8)
    assert np.array_equal(pixels_of(png(picture(pixels, order=order))), shown(pixels, order))


@pytest.mark.parametrize(
    "view",
    [np.s_[::-1], np.s_[:, ::-1], np.s_[::2, ::3], np.s_[5:40, 3:60], np.s_[..., ::-1]],
    ids=str,
)
def test_views_of_other_arrays_are_taken(view: Any) -> None:
    pixels = busy(96, 64)[view]
    assert np.array_equal(pixels_of(png(picture(pixels))), pixels)


def test_the_order_of_an_array_in_memory_is_no_matter() -> None:
    pixels = np.asfortranarray(busy(64, 48))
    assert np.array_equal(pixels_of(png(picture(pixels))), pixels)


def test_its_pixels_are_square() -> None:
    data = png(picture(busy(32, 16)))
    start = data.index(b"pHYs") + 4
    assert data[start : start + 8] == bytes([0, 0, 0, 1, 0, 0, 0, 1])


def drawn(width: int = 640, height: int = 480) -> Pixels:
    """Letters, that is what repeats itself."""
    letters = np.random.default_rng(2).integers(0, 2, (26, 12, 7)) * 255
    text = np.random.default_rng(3).integers(0, 26, (height // 12, width // 7 + 1))
    lines = letters[text].transpose(0, 2, 1, 3).reshape(height, -1)[:, :width]
    return np.stack([lines, lines, 255 - lines // 2], 2).astype(np.uint8)


def graded(width: int = 640, height: int = 480) -> Pixels:
    """What is shaded, with a little noise."""
    y, x = np.mgrid[:height, :width]
    noise = np.random.default_rng(1).normal(0, 1.5, (height, width, 3))
    return (np.stack([x / 4, y / 3, (x + y) / 6], 2) + noise).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("make", [drawn, graded])
def test_what_suits_a_picture_is_found_out(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []
    encoded = lossless._encoded

    def spy(pixels: Pixels, prediction: str, level: int) -> bytes:
        asked.append((prediction, level))
        return encoded(pixels, prediction, level)

    monkeypatch.setattr(lossless, "_encoded", spy)
    pixels = make()
    data = png(picture(pixels))
    others = [len(encoded(pixels, way, asked[-1][1])) for way in ("none", "mixed")]
    assert len(data) == min(others)
    assert asked[-1] == (("none", 6) if make is drawn else ("mixed", 4))


def test_a_machine_without_the_encoder_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str, mode: str) -> None:
        raise ValueError(f"{name} is not there")

    monkeypatch.setattr(av.CodecContext, "create", missing)
    with pytest.raises(EncoderError, match="A PNG could not be made: png is not there"):
        png(picture(busy(32, 16)))
