"""Which level fits a size and a rate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.video.encoder import H264_MAX_BLOCKS
from rtc_canvas.video.h264_level import LEVELS, fitting_level


@pytest.mark.parametrize(
    ("size", "level"),
    [
        ((16, 16), "3.1"),
        ((640, 480), "3.1"),
        ((1280, 720), "3.2"),
        ((1920, 1080), "4.2"),
        ((2560, 1440), "5.1"),
        ((3840, 2160), "5.2"),
        ((4096, 2304), "5.2"),
    ],
)
def test_a_size_has_the_level_for_60_frames_a_second(size: tuple[int, int], level: str) -> None:
    assert fitting_level(size, 8_000_000) == level


def test_a_narrow_picture_has_a_level_for_its_longer_side() -> None:
    assert fitting_level((16, 4096), 8_000_000) == fitting_level((4096, 16), 8_000_000) == "4.0"


def test_many_bits_raise_the_level_of_a_small_picture() -> None:
    assert fitting_level((640, 480), 14_000_000) == "3.1"
    assert fitting_level((640, 480), 14_000_001) == "3.2"
    assert fitting_level((640, 480), 100_000_000) == "5.0"


def test_what_fits_no_level_gets_the_highest() -> None:
    assert fitting_level((4096, 4096), 8_000_000) == "5.2"
    assert fitting_level((640, 480), 1e9) == "5.2"


sides = st.integers(16, 4096)


@given(sides, sides, sides, sides, st.integers(150_000, 200_000_000), st.integers(0, 100_000_000))
def test_more_never_lowers_it(
    width: int, height: int, wider: int, higher: int, bitrate: int, more: int
) -> None:
    smaller = fitting_level((width, height), bitrate)
    larger = fitting_level((max(width, wider), max(height, higher)), bitrate + more)
    assert smaller <= larger


def test_the_highest_takes_the_largest_frame_that_is_sent() -> None:
    assert LEVELS[-1].size == H264_MAX_BLOCKS
