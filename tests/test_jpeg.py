"""JPEG, picture by picture."""

from __future__ import annotations

import io

import av
import numpy as np
import pytest

from rtc_canvas.encoded_frame import Effort
from rtc_canvas.video.convert import Converter
from rtc_canvas.video.jpeg import JpegEncoder
from rtc_canvas.video.picture import Picture, Pixels

from .frames import flat


def decoded(data: bytes) -> Pixels:
    with av.open(io.BytesIO(data), "r") as file:
        return np.asarray(next(file.decode(video=0)).to_ndarray(format="rgb24"), np.uint8)


def grain(number: int) -> Picture:
    noise = np.random.default_rng(number).integers(0, 255, (96, 128, 3), np.uint8)
    return Picture(number, noise, "rgb", 0.0, (128, 96))


def encode(
    encoder: JpegEncoder,
    converter: Converter,
    picture: Picture,
    time: float,
    effort: Effort = "usual",
) -> bytes:
    planes = converter.planes(picture)
    data, key = encoder.encode(planes, time=time, key=False, effort=effort)
    assert key == bool(data)
    return data


@pytest.mark.parametrize("color", [(200, 120, 40), (0, 255, 0), (20, 30, 250), (128, 128, 128)])
def test_colours(color: tuple[int, int, int]) -> None:
    picture = Picture(1, flat(color), "rgb", 0.0, (64, 48))
    data, key = JpegEncoder(8_000_000).encode(Converter().planes(picture), time=0.0, key=True)
    assert key
    assert data[:2] == b"\xff\xd8"
    assert np.abs(decoded(data).astype(int) - color).max() <= 6


def test_the_bits_follow_the_target() -> None:
    for target in (600_000, 1_200_000):
        encoder, converter = JpegEncoder(target), Converter()
        for number in range(1, 31):
            size = 8 * len(encode(encoder, converter, grain(number), number / 30))
        assert size == pytest.approx(target / 30, rel=0.25)


def test_a_picture_that_stays_gets_finer_and_then_costs_nothing() -> None:
    encoder, converter, picture = JpegEncoder(600_000), Converter(), grain(31)
    for number in range(1, 31):
        encode(encoder, converter, grain(number), number / 30)
    sizes = [len(encode(encoder, converter, picture, 1 + again / 10)) for again in range(6)]
    finer = [size for size in sizes if size]
    assert finer == sorted(finer)
    assert finer[-1] > 2 * finer[0]
    assert sizes[len(finer) :] == [0] * (6 - len(finer))
    assert len(finer) < 6, "then there is nothing left to gain"
    assert encode(encoder, converter, picture, 2.0, effort="trickle") == b""
    # A page that has lost its picture gets it even then.
    planes = converter.planes(picture)
    data, key = encoder.encode(planes, time=3.0, key=True, effort="trickle")
    assert key
    assert len(data) == finer[-1]


def test_each_size() -> None:
    encoder = JpegEncoder(8_000_000)
    for number, (height, width) in enumerate([(48, 64), (720, 1280), (49, 65), (16, 16)], 1):
        picture = Picture(number, np.zeros((height, width, 3), np.uint8), "rgb", 0.0, (64, 48))
        planes = Converter().planes(picture)
        data, _ = encoder.encode(planes, time=number, key=False)
        assert decoded(data).shape[1::-1] == planes.size
    encoder.close()
    encoder.close()
