"""H.264: what the encoder makes, seen by a decoder and in its bytes."""

from __future__ import annotations

import contextlib
import itertools

import av
import numpy as np
import pytest
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from rtc_canvas.encoded_frame import Chroma, Effort
from rtc_canvas.exceptions import EncoderError
from rtc_canvas.rtc.payload_h264 import nal_units
from rtc_canvas.video.h264 import H264Encoder
from rtc_canvas.video.planes import Planes

from .frames import (
    FLAT_COLOURS,
    bits_per_second,
    busy,
    decoded,
    encoded,
    flat,
    planes,
    psnr,
    rgb,
)

CHROMAS: tuple[Chroma, ...] = ("420", "444")

SPS = 7
IDR = 5


@pytest.fixture(scope="module")
def noise() -> list[Planes]:
    """Pictures that share nothing, so that only the rate control bounds what they cost."""
    return [planes(busy(320, 240, seed)) for seed in range(16)]


def encoder_at(bitrate: int) -> contextlib.closing[H264Encoder]:
    return contextlib.closing(H264Encoder(bitrate))


def units_of(access_unit: bytes, kind: int) -> list[bytes]:
    return [unit for unit in nal_units(access_unit) if unit[0] & 0x1F == kind]


def test_only_the_first_frame_is_a_key_frame(noise: list[Planes]) -> None:
    with encoder_at(2_000_000) as encoder:
        frames = encoded(encoder, noise)
    assert [key for _, key in frames] == [True] + [False] * 15
    assert len(decoded("h264", (data for data, _ in frames))) == 16


def test_each_picture_comes_out_at_once_and_alike() -> None:
    shown = [flat(colour) for colour in FLAT_COLOURS]
    with encoder_at(6_000_000) as encoder:
        frames = encoded(encoder, map(planes, shown))
    for pixels, frame in zip(shown, decoded("h264", (data for data, _ in frames)), strict=True):
        assert np.abs(rgb(frame).astype(int) - pixels).max() <= 3


def test_full_chroma_keeps_the_colour_of_each_pixel() -> None:
    # Lines of one pixel, red on blue: as bright as each other, so that all of it is colour.
    lines = flat((0, 0, 255), 320, 240)
    lines[:, ::2] = (87, 0, 0)
    found = {}
    for chroma in CHROMAS:
        with encoder_at(4_000_000) as encoder:
            frames = encoded(encoder, [planes(lines, chroma=chroma)] * 5)
        shown = decoded("h264", (data for data, _ in frames))[-1]
        found[chroma] = psnr(rgb(shown), lines)
    assert found["444"] > 40
    assert found["420"] < 20


def test_full_chroma_has_a_profile_and_a_range_of_its_own() -> None:
    with encoder_at(2_000_000) as encoder:
        [(data, _)] = encoded(encoder, [planes(busy(320, 240), chroma="444")])
        [shown] = decoded("h264", [data])
        [parameters] = units_of(data, SPS)
        [(after, key)] = encoded(encoder, [planes(busy(320, 240))], start=1.0)
        [other] = units_of(after, SPS)
    assert parameters[1:3] == b"\xf4\x00", "High 4:4:4 Predictive (ITU-T H.264 clause A.2.8)"
    assert shown.color_range == ColorRange.JPEG
    assert shown.colorspace == Colorspace.ITU709
    assert key, "another chroma begins anew"
    assert other[1] == 66, "baseline"


def test_full_chroma_takes_odd_sides() -> None:
    with encoder_at(2_000_000) as encoder:
        [(data, _)] = encoded(encoder, [planes(busy(321, 241), chroma="444")])
    [shown] = decoded("h264", [data])
    assert (shown.width, shown.height) == (321, 241)


def test_a_key_frame_is_made_on_demand_and_stands_alone(noise: list[Planes]) -> None:
    with encoder_at(2_000_000) as encoder:
        encoded(encoder, noise[:5])
        data, key = encoder.encode(noise[5], time=1.0, key=True)
        after = encoder.encode(noise[6], time=1.1, key=False)
    assert key
    assert units_of(data, IDR)
    assert units_of(data, SPS), "the parameter sets go with every key frame"
    assert not after[1]
    assert len(decoded("h264", [data, after[0]])) == 2


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
    shown = decoded("h264", (data for data, _ in frames))
    assert [(frame.width, frame.height) for frame in shown] == sizes


def test_the_bitstream_says_bt709_limited() -> None:
    with encoder_at(2_000_000) as encoder:
        [frame] = decoded("h264", [encoded(encoder, [planes(busy(64, 48))])[0][0]])
    assert frame.colorspace == Colorspace.ITU709
    assert frame.color_range == ColorRange.MPEG
    assert frame.color_primaries == ColorPrimaries.BT709
    assert frame.color_trc == ColorTrc.BT709


@pytest.mark.parametrize("bitrate", [150_000, 8_000_000])
@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((16, 16), 31),
        ((16, 4096), 40),
        ((640, 480), 31),
        ((1280, 720), 32),
        ((1918, 1078), 42),
        ((1920, 1080), 42),
        ((3840, 2160), 52),
        ((4096, 2304), 52),
    ],
)
def test_profile_and_level_fit_the_size(size: tuple[int, int], expected: int, bitrate: int) -> None:
    width, height = size
    pixels = np.broadcast_to(np.arange(width, dtype=np.uint8), (height, width))
    with encoder_at(bitrate) as encoder:
        data, key = encoder.encode(planes(pixels), time=0.0, key=True)
    [(_, profile, constraints, level, *_)] = units_of(data, SPS)
    assert key
    assert profile == 66, "baseline"
    assert constraints & 0x40, "constraint_set1_flag: constrained baseline"
    assert level == expected
    [frame] = decoded("h264", [data])
    assert (frame.width, frame.height) == size


@pytest.mark.parametrize("fps", [10, 30, 60, 120])
def test_the_bitrate_does_not_depend_on_the_frame_rate(noise: list[Planes], fps: int) -> None:
    with encoder_at(1_000_000) as encoder:
        frames = encoded(encoder, itertools.islice(itertools.cycle(noise), 2 * fps), fps=fps)
    assert 0.55e6 <= bits_per_second(frames[fps:], fps) <= 1.1e6
    assert [key for _, key in frames].count(True) == 1


def test_a_frame_has_few_mean_frames_of_bits(noise: list[Planes]) -> None:
    with encoder_at(2_000_000) as encoder:
        frames = encoded(encoder, noise, fps=30)
    assert max(len(data) for data, _ in frames) * 8 <= 1.3 * 2_000_000 / 30, "key frames too"


def test_the_bitrate_is_followed_without_a_key_frame(noise: list[Planes]) -> None:
    endless = itertools.cycle(noise)
    with encoder_at(3_000_000) as encoder:
        for second, bitrate in enumerate((3_000_000, 1_500_000, 2_200_000, 4_500_000)):
            encoder.target_bitrate = bitrate
            frames = encoded(encoder, itertools.islice(endless, 30), start=second)
            assert [key for _, key in frames].count(True) == (1 if second == 0 else 0)
            assert 0.5 <= bits_per_second(frames[15:], 30) / bitrate <= 1.1


@pytest.mark.parametrize(
    ("before", "after"), [(300_000, 3_000_000), (2_000_000, 3_100_000), (3_000_000, 1_400_000)]
)
def test_a_bitrate_beyond_the_tier_is_followed_with_one_key_frame(
    noise: list[Planes], before: int, after: int
) -> None:
    with encoder_at(before) as encoder:
        encoded(encoder, noise)
        encoder.target_bitrate = after
        frames = encoded(encoder, noise * 3, start=1.0)
    assert [key for _, key in frames] == [True] + [False] * 47
    assert 0.5 <= bits_per_second(frames[30:], 30) / after <= 1.1
    assert max(len(data) for data, _ in frames) * 8 <= 1.7 * after / 30, "the key frame too"


@pytest.mark.parametrize("bitrate", [100_000, 999_999, 6_000_001, 33_333_333])
def test_no_frame_rate_is_a_reason_for_a_key_frame(bitrate: int) -> None:
    still = planes(flat((50, 100, 150), 16, 16))
    time = 0.0
    with encoder_at(bitrate) as encoder:
        encoder.encode(still, time=time, key=True)
        for fps in (240, 1, 60, 12, 240, 5):
            for _ in range(60):
                time += 1 / fps
                _, key = encoder.encode(still, time=time, key=False)
                assert not key, f"at {fps} frames a second"


def test_repeated_pictures_come_to_rest(noise: list[Planes]) -> None:
    still = noise[0]
    with encoder_at(1_000_000) as encoder:
        encoded(encoder, [still] * 6)
        settling = encoded(encoder, [still] * 10, fps=12.5, start=1.0, effort="trickle")
        idle = encoded(encoder, [still] * 5, fps=0.5, start=3.0, effort="trickle")
    assert bits_per_second(settling, 12.5) < 150_000
    assert bits_per_second(idle, 0.5) < 1000


def test_a_failure_says_what_failed_and_the_next_frame_is_a_key_frame() -> None:
    even = planes(busy(64, 48))
    with encoder_at(2_000_000) as encoder:
        encoder.encode(even, time=0.0, key=False)
        with pytest.raises(EncoderError, match=r"^libx264 cannot be opened for \(63, 48\): "):
            encoder.encode(odd_planes(63, 48), time=0.1, key=False)
        assert not encoder.is_open
        data, key = encoder.encode(even, time=0.2, key=False)
    assert key
    assert len(decoded("h264", [data])) == 1


def test_an_unknown_encoder_is_an_encoder_error() -> None:
    encoder = H264Encoder(2_000_000, name="h264_of_nobody")
    with pytest.raises(EncoderError, match="h264_of_nobody"):
        encoder.encode(planes(busy(64, 48)), time=0.0, key=True)


def test_closing_is_idempotent() -> None:
    encoder = H264Encoder(2_000_000)
    encoder.close()
    encoder.encode(planes(busy(64, 48)), time=0.0, key=True)
    assert encoder.is_open
    encoder.close()
    encoder.close()
    assert not encoder.is_open


def odd_planes(width: int, height: int) -> Planes:
    """Planes as the converter never makes them, which no H.264 encoder takes."""
    return Planes(av.VideoFrame(width, height, "yuv420p"), (width, height), (width, height))


def test_a_target_that_moves_while_nothing_changes_costs_no_key_frame() -> None:
    still = planes(busy(64, 48))
    with encoder_at(1_000_000) as encoder:
        encoder.encode(still, time=0.0, key=False)
        encoder.target_bitrate = 8_000_000
        assert encoder.encode(still, time=2.0, key=False, effort="trickle")[1] is False
        assert encoder.encode(still, time=2.03, key=False, effort="refine")[1] is False
        assert encoder.encode(still, time=2.1, key=False)[1] is True


def test_a_picture_that_stays_may_spend_more_to_become_sharp(noise: list[Planes]) -> None:
    spent = []
    efforts: tuple[Effort, ...] = ("usual", "refine")
    for effort in efforts:
        with encoder_at(3_000_000) as encoder:
            encoded(encoder, noise)
            times = [1 + index / 30 for index in range(6)]
            frames = [
                encoder.encode(noise[-1], time=time, key=False, effort=effort) for time in times
            ]
            spent.append(sum(len(data) for data, _ in frames))
    assert spent[1] > 1.08 * spent[0]


@pytest.mark.parametrize(
    ("size", "cores", "slices"),
    [
        ((320, 240), 16, 1),
        ((1280, 720), 16, 2),
        ((1920, 1080), 2, 2),
        ((1920, 1080), 16, 4),
        ((3840, 2160), 2, 2),
        ((3840, 2160), 16, 8),
        ((3840, 2160), 1, 1),
    ],
)
def test_large_frames_are_cut_into_slices_for_the_cores_there_are(
    size: tuple[int, int], cores: int, slices: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    pixels = np.zeros((size[1], size[0]), np.uint8)
    with encoder_at(2_000_000) as encoder:
        data, _ = encoder.encode(planes(pixels), time=0.0, key=True)
    assert len(units_of(data, IDR)) == slices
