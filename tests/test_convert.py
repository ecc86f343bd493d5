"""From pixels to planes: colours, sides, and how often."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

from rtc_canvas.encoded_frame import Chroma
from rtc_canvas.video.convert import Converter
from rtc_canvas.video.picture import ChannelOrder, Picture, Pixels
from rtc_canvas.video.planes import Planes

from .frames import FLAT_COLOURS, busy, flat, picture, planes, psnr, rgb


@pytest.mark.parametrize("colour", FLAT_COLOURS)
def test_flat_colours_come_back(colour: tuple[int, int, int]) -> None:
    back = rgb(planes(flat(colour)).frame)
    assert np.abs(back.astype(int) - colour).max() <= 3


def test_white_and_black_are_in_limited_range() -> None:
    pixels = np.array([[0], [255]], np.uint8).repeat(64, axis=1).repeat(24, axis=0)
    luma = np.frombuffer(memoryview(planes(pixels).frame.planes[0]), np.uint8).reshape(48, -1)
    assert (luma[0, 0], luma[47, 0]) == (16, 235)


def test_the_frame_says_what_it_is() -> None:
    made = planes(flat((1, 2, 3)))
    for frame in (made.frame, made.copy()):
        assert frame.format.name == "yuv420p"
        assert frame.colorspace == Colorspace.ITU709
        assert frame.color_range == ColorRange.MPEG


def test_encoders_at_the_same_time_have_frames_of_their_own() -> None:
    made = planes(flat((1, 2, 3)))
    with made.lend() as first, made.lend() as second:
        assert first is made.frame
        assert second is not first
        assert (rgb(second) == rgb(first)).all()
    with made.lend() as third:
        assert third is made.frame


def test_bgr_is_rgb_with_its_channels_reversed() -> None:
    pixels = busy(64, 48)
    reversed_ = planes(pixels[..., ::-1], order="bgr")
    # swscale rounds the two differently.
    assert difference(planes(pixels), reversed_) <= 1


@pytest.mark.parametrize("order", ["rgb", "bgr"])
def test_alpha_is_ignored(order: ChannelOrder) -> None:
    pixels = busy(64, 48)
    alpha = np.random.default_rng(1).integers(0, 256, (48, 64, 1), np.uint8)
    with_alpha = np.concatenate([pixels, alpha], axis=2)
    assert difference(planes(pixels, order=order), planes(with_alpha, order=order)) <= 1


def test_gray_is_rgb_with_equal_channels() -> None:
    gray = np.tile(np.arange(256, dtype=np.uint8), (48, 1))
    made = planes(gray)
    back = rgb(made.frame).astype(int)
    assert np.abs(back - gray[..., None]).max() <= 2
    assert {*bytes(made.frame.planes[1]), *bytes(made.frame.planes[2])} == {128}, "no tint"


@pytest.mark.parametrize(
    "view",
    [
        pytest.param(lambda a: a[::-1], id="flipped"),
        pytest.param(lambda a: a[:, ::-1], id="mirrored"),
        pytest.param(lambda a: a[..., :3], id="without alpha"),
        pytest.param(lambda a: a.transpose(1, 0, 2), id="transposed"),
        pytest.param(lambda a: a[::2, 1::2], id="every other pixel"),
        pytest.param(lambda a: a[3:, 5:], id="odd sides inside another array"),
        pytest.param(lambda a: a[..., 0], id="one channel of several"),
    ],
)
def test_a_view_is_converted_as_its_copy(view: Callable[[Pixels], Pixels]) -> None:
    base = np.concatenate([busy(64, 48), np.zeros((48, 64, 1), np.uint8)], axis=2)
    seen = view(base)
    assert difference(planes(seen), planes(np.array(seen, order="C"))) == 0


@pytest.mark.parametrize(("width", "height"), [(65, 48), (64, 49), (65, 49), (17, 17)])
@pytest.mark.parametrize("channels", [0, 3, 4])
def test_odd_sides_repeat_their_edge(width: int, height: int, channels: int) -> None:
    pixels = np.dstack([busy(width, height), busy(width, height, 1)[..., :1]])
    pixels = pixels[..., 0] if channels == 0 else pixels[..., :channels]
    made = planes(pixels)
    assert made.size == (width + width % 2, height + height % 2)
    assert made.picture_size == (width, height)
    edge = [(0, height % 2), (0, width % 2), (0, 0)][: pixels.ndim]
    assert difference(made, planes(np.pad(pixels, edge, mode="edge"))) == 0


def test_even_sides_stay() -> None:
    made = planes(busy(1918, 1078))
    assert made.size == made.picture_size == (1918, 1078)


def test_thin_lines_keep_their_mean_colour() -> None:
    pixels = flat((0, 0, 0))
    pixels[:, ::2] = (255, 0, 0)
    shifted = np.roll(pixels, 1, axis=1)
    chroma = [
        np.frombuffer(memoryview(planes(p).frame.planes[2]), np.uint8) for p in (pixels, shifted)
    ]
    assert abs(int(chroma[0].mean()) - int(chroma[1].mean())) <= 1


@pytest.mark.parametrize("colour", FLAT_COLOURS)
def test_full_chroma_keeps_flat_colours_to_a_level(colour: tuple[int, int, int]) -> None:
    back = rgb(planes(flat(colour), chroma="444").frame)
    assert np.abs(back.astype(int) - colour).max() <= 1


def test_full_chroma_keeps_each_pixel() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)
    # 53.0 dB is what eight bits of each can hold; half a level less of chroma leaves 48.7 dB.
    assert psnr(rgb(planes(pixels, chroma="444").frame), pixels) > 52


def test_full_chroma_made_quickly_is_half_a_level_off() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)
    converter, shown = Converter(), picture(pixels)
    quick = converter.planes(shown, "444", quick=True)
    assert 48 < psnr(rgb(quick.frame), pixels) < 52
    assert converter.planes(shown, "444", quick=True) is quick
    assert converter.planes(shown, "444") is not quick
    assert converter.planes(shown, "420", quick=True) is converter.planes(shown, "420")


def test_full_chroma_says_that_it_is_in_full_range() -> None:
    frame = planes(busy(64, 48), chroma="444").frame
    assert (frame.format.name, frame.color_range, frame.colorspace) == (
        "yuv444p",
        ColorRange.JPEG,
        Colorspace.ITU709,
    )


@pytest.mark.parametrize("channels", [0, 3, 4])
def test_full_chroma_keeps_every_gray(channels: int) -> None:
    grays = np.tile(np.arange(256, dtype=np.uint8), (16, 1))
    pixels = grays if channels == 0 else np.repeat(grays[..., None], channels, axis=2)
    back = rgb(planes(pixels, chroma="444").frame)
    assert (back == grays[..., None]).all()


@pytest.mark.parametrize("size", [(64, 48), (65, 49), (17, 16)])
@pytest.mark.parametrize("channels", [0, 3, 4])
def test_full_chroma_needs_no_padding(size: tuple[int, int], channels: int) -> None:
    pixels = np.dstack([busy(*size), busy(*size, 1)[..., :1]])
    made = planes(pixels[..., 0] if channels == 0 else pixels[..., :channels], chroma="444")
    assert made.size == made.shown_size == made.picture_size == size
    assert made.chroma == "444"


@pytest.mark.parametrize("order", ["rgb", "bgr"])
def test_full_chroma_knows_the_order_of_channels(order: ChannelOrder) -> None:
    pixels = flat((200, 120, 40))
    step = 1 if order == "rgb" else -1
    back = rgb(planes(pixels[..., ::step], order=order, chroma="444").frame)
    assert np.abs(back.astype(int) - pixels).max() <= 1


def test_a_scaled_picture_of_full_chroma_keeps_its_colours() -> None:
    made = Converter().planes(picture(flat((200, 120, 40), 642, 361)), "444", 0.5)
    assert made.size == made.shown_size == (320, 180)
    assert made.picture_size == (642, 361)
    assert np.abs(rgb(made.frame).astype(int) - (200, 120, 40)).max() <= 1


def test_each_chroma_of_a_picture_is_converted_once() -> None:
    converter = Converter()
    shown = picture(busy(64, 48))
    assert converter.planes(shown, "444") is converter.planes(shown, "444")
    assert converter.planes(shown, "420") is converter.planes(shown)
    assert converter.planes(shown, "444").chroma == "444"
    assert converter.planes(shown).chroma == "420"


def test_a_copy_is_ones_own() -> None:
    made = planes(busy(62, 50))
    copy = made.copy()
    assert [bytes(plane) for plane in copy.planes] == [bytes(plane) for plane in made.frame.planes]
    copy.pts = 7
    copy.planes[0].update(bytes(copy.planes[0].buffer_size))
    assert made.frame.pts is None
    assert any(bytes(made.frame.planes[0]))


def test_a_picture_is_converted_once() -> None:
    converter = Converter()
    shown = picture(busy(64, 48))
    assert converter.planes(shown) is converter.planes(shown)


def test_the_newest_picture_is_kept() -> None:
    converter = Converter()
    old, new = picture(flat((9, 9, 9)), number=1), picture(flat((99, 99, 99)), number=2)
    kept = converter.planes(new)
    assert rgb(converter.planes(old).frame).mean() < 20, "an older one is converted all the same"
    assert converter.planes(new) is kept


def test_the_same_pixels_again_are_not_converted_again() -> None:
    converter = Converter()
    first = picture(busy(64, 48), number=3)
    again = dataclasses.replace(first, number=4)
    assert converter.planes(again) is converter.planes(first)


class CountingConverter(Converter):
    """Counts its conversions and makes the first wait until it is told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.begun = threading.Event()
        self.go_on = threading.Event()

    def _convert(
        self,
        reformatter: VideoReformatter,
        picture: Picture,
        chroma: Chroma,
        scale: float,
        quick: bool,
    ) -> Planes:
        self.count += 1
        self.begun.set()
        assert self.go_on.wait(5)
        return super()._convert(reformatter, picture, chroma, scale, quick)


def test_threads_that_ask_at_once_share_one_conversion() -> None:
    converter = CountingConverter()
    shown = picture(busy(64, 48))
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(converter.planes, shown) for _ in range(4)]
        assert converter.begun.wait(5)
        converter.go_on.set()
        made = [future.result(5) for future in asked]
    assert converter.count == 1
    assert all(one is made[0] for one in made)


def difference(one: Planes, other: Planes) -> int:
    """By how much two planes differ at most, 0 to 255."""
    first, second = (made.frame.to_ndarray().astype(int) for made in (one, other))
    return int(np.abs(first - second).max())


def test_a_scaled_picture_says_what_it_was_and_keeps_its_colours() -> None:
    made = Converter().planes(picture(flat((200, 120, 40), 642, 361)), scale=0.5)
    assert made.size == made.shown_size == (320, 180)
    assert made.picture_size == (642, 361)
    assert np.abs(rgb(made.frame).astype(int) - (200, 120, 40)).max() <= 3


def test_each_scale_of_a_picture_is_converted_once() -> None:
    converter = Converter()
    shown = picture(busy(64, 48))
    assert converter.planes(shown, scale=0.5) is converter.planes(shown, scale=0.5)
    assert converter.planes(shown) is converter.planes(shown)
    assert converter.planes(shown, scale=0.5).size == (32, 24)
