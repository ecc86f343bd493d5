"""VP8: what the encoder makes, seen by a decoder and in its bytes."""

from __future__ import annotations

import contextlib
import itertools

import av
import numpy as np
import pytest

from rtc_canvas.exceptions import EncoderError
from rtc_canvas.video import vp8
from rtc_canvas.video.planes import Planes
from rtc_canvas.video.vp8 import VP8Encoder

from .frames import FLAT_COLOURS, bits_per_second, busy, decoded, encoded, flat, planes, rgb


@pytest.fixture(scope="module")
def noise() -> list[Planes]:
    """Pictures that share nothing, so that only the rate control bounds what they cost."""
    return [planes(busy(320, 240, seed)) for seed in range(16)]


def encoder_at(bitrate: int) -> contextlib.closing[VP8Encoder]:
    return contextlib.closing(VP8Encoder(bitrate))


def says_key(frame: bytes) -> bool:
    """RFC 6386 clause 9.1: the lowest bit of the frame tag is 0 in a key frame."""
    return not frame[0] & 1


def test_only_the_first_frame_is_a_key_frame(noise: list[Planes]) -> None:
    with encoder_at(2_000_000) as encoder:
        frames = encoded(encoder, noise)
    assert [key for _, key in frames] == [True] + [False] * 15
    assert [says_key(data) for data, _ in frames] == [key for _, key in frames]
    assert len(decoded("vp8", (data for data, _ in frames))) == 16


@pytest.mark.parametrize("colour", FLAT_COLOURS)
def test_flat_colours_come_back(colour: tuple[int, int, int]) -> None:
    with encoder_at(6_000_000) as encoder:
        [(data, _)] = encoded(encoder, [planes(flat(colour))])
    [frame] = decoded("vp8", [data])
    assert np.abs(rgb(frame).astype(int) - colour).max() <= 3


def test_each_picture_comes_out_at_once() -> None:
    with encoder_at(6_000_000) as encoder:
        frames = encoded(encoder, (planes(flat(colour)) for colour in FLAT_COLOURS))
    shown = decoded("vp8", (data for data, _ in frames))
    for colour, frame in zip(FLAT_COLOURS, shown, strict=True):
        assert np.abs(rgb(frame).astype(int).mean(axis=(0, 1)) - colour).max() <= 6


def test_a_key_frame_is_made_on_demand_and_stands_alone(noise: list[Planes]) -> None:
    with encoder_at(2_000_000) as encoder:
        encoded(encoder, noise[:5])
        data, key = encoder.encode(noise[5], time=1.0, key=True)
        after = encoder.encode(noise[6], time=1.1, key=False)
    assert key
    assert says_key(data)
    assert not after[1]
    assert len(decoded("vp8", [data, after[0]])) == 2


def test_a_scene_that_changes_is_no_reason_for_a_key_frame() -> None:
    scenes = [planes(flat((0, 0, 0))), planes(busy(64, 48)), planes(flat((255, 255, 255)))]
    with encoder_at(2_000_000) as encoder:
        frames = encoded(encoder, scenes)
    assert [key for _, key in frames] == [True, False, False]


def test_a_new_size_begins_with_a_key_frame() -> None:
    sizes = [(64, 48), (64, 48), (80, 50), (64, 48)]
    with encoder_at(2_000_000) as encoder:
        frames = encoded(encoder, (planes(busy(*size)) for size in sizes))
    assert [key for _, key in frames] == [True, False, True, True]
    shown = decoded("vp8", (data for data, _ in frames))
    assert [(frame.width, frame.height) for frame in shown] == sizes


@pytest.mark.parametrize("size", [(16, 16), (16, 4096), (1918, 1078), (4096, 4096)])
def test_takes_every_size_of_a_picture(size: tuple[int, int]) -> None:
    width, height = size
    pixels = np.broadcast_to(np.arange(width, dtype=np.uint8), (height, width))
    with encoder_at(6_000_000) as encoder:
        data, key = encoder.encode(planes(pixels), time=0.0, key=True)
    assert key
    [frame] = decoded("vp8", [data])
    assert (frame.width, frame.height) == size


@pytest.mark.parametrize("fps", [10, 30, 60])
def test_the_bitrate_does_not_depend_on_the_frame_rate(noise: list[Planes], fps: int) -> None:
    with encoder_at(1_500_000) as encoder:
        frames = encoded(encoder, itertools.islice(itertools.cycle(noise), 2 * fps), fps=fps)
    assert 0.7 <= bits_per_second(frames[fps:], fps) / 1_500_000 <= 1.1
    assert [key for _, key in frames].count(True) == 1


def test_the_bitrate_is_followed_without_a_key_frame(noise: list[Planes]) -> None:
    endless = itertools.cycle(noise)
    with encoder_at(2_000_000) as encoder:
        for second, bitrate in enumerate((2_000_000, 1_000_000, 3_000_000, 1_500_000)):
            encoder.target_bitrate = bitrate
            frames = encoded(encoder, itertools.islice(endless, 30), start=second)
            assert [key for _, key in frames].count(True) == (1 if second == 0 else 0)
            assert 0.8 <= bits_per_second(frames[15:], 30) / bitrate <= 1.25


def test_a_bitrate_far_away_is_followed_with_one_key_frame(noise: list[Planes]) -> None:
    with encoder_at(1_000_000) as encoder:
        encoded(encoder, noise)
        encoder.target_bitrate = 4_000_000
        frames = encoded(encoder, noise * 3, start=1.0)
    assert [key for _, key in frames] == [True] + [False] * 47
    assert bits_per_second(frames[30:], 30) >= 3_000_000


def test_repeated_pictures_come_to_rest(noise: list[Planes]) -> None:
    still = noise[0]
    with encoder_at(1_000_000) as encoder:
        encoded(encoder, [still] * 6)
        settling = encoded(encoder, [still] * 10, fps=12.5, start=1.0, effort="trickle")
        idle = encoded(encoder, [still] * 5, fps=0.5, start=3.0, effort="trickle")
    assert bits_per_second(settling, 12.5) < 150_000
    assert bits_per_second(idle, 0.5) < 1000


def test_a_picture_at_rest_needs_no_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    large = planes(busy(1920, 1080))
    with encoder_at(2_000_000) as encoder:
        before = encoded(encoder, [large] * 3)
        monkeypatch.setattr(vp8, "encode_one", None)
        idle = encoded(encoder, [large] * 3, fps=0.5, start=2.0, effort="trickle")
        monkeypatch.undo()
        after = encoded(encoder, [planes(busy(1920, 1080, 1))], start=9.0)
    assert [key for _, key in idle + after] == [False] * 4
    assert bits_per_second(idle, 0.5) < 1500
    shown = [frame.to_ndarray() for frame in decoded("vp8", (d for d, _ in before + idle + after))]
    without = [frame.to_ndarray() for frame in decoded("vp8", (d for d, _ in before + after))]
    assert all((frame == without[2]).all() for frame in shown[2:6])
    assert (shown[-1] == without[-1]).all(), (
        "what comes after is decoded as if there had been no rest"
    )


def test_a_key_frame_at_rest_is_one() -> None:
    still = planes(busy(320, 240))
    with encoder_at(1_000_000) as encoder:
        encoded(encoder, [still] * 2)
        [(data, key)] = encoded(encoder, [still], start=5.0, key=True, effort="trickle")
    assert key
    assert len(decoded("vp8", [data])) == 1


def test_a_failure_says_what_failed_and_the_next_frame_is_a_key_frame() -> None:
    good = planes(busy(64, 48))
    beyond = Planes(av.VideoFrame(64, 16386, "yuv420p"), (64, 16386), (64, 16386))
    with encoder_at(2_000_000) as encoder:
        encoder.encode(good, time=0.0, key=False)
        with pytest.raises(EncoderError, match=r"^libvpx cannot be opened for \(64, 16386\): "):
            encoder.encode(beyond, time=0.1, key=False)
        assert not encoder.is_open
        data, key = encoder.encode(good, time=0.2, key=False)
    assert key
    assert len(decoded("vp8", [data])) == 1


def test_closing_is_idempotent() -> None:
    encoder = VP8Encoder(2_000_000)
    encoder.close()
    encoder.encode(planes(busy(64, 48)), time=0.0, key=True)
    assert encoder.is_open
    encoder.close()
    encoder.close()
    assert not encoder.is_open
