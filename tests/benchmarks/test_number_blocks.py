from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from .number_blocks import AREA, NUMBERS, read_number, write_number

numbers = st.integers(0, NUMBERS - 1)


@given(numbers, st.sampled_from([3, 4]), st.integers(0, 2**32 - 1))
def test_a_number_survives_what_a_codec_does_to_its_blocks(
    number: int, channels: int, seed: int
) -> None:
    picture = np.zeros((*AREA, channels), np.uint8)
    write_number(picture, number)
    noise = np.random.default_rng(seed).integers(-60, 61, picture.shape)
    assert read_number(np.clip(picture + noise, 0, 255).astype(np.uint8)) == number


@given(numbers, numbers)
def test_a_picture_torn_between_two_numbers_is_not_read(upper: int, lower: int) -> None:
    picture, other = np.zeros((2, *AREA, 3), np.uint8)
    write_number(picture, upper)
    write_number(other, lower)
    middle = AREA[0] // 2
    picture[middle:] = other[middle:]
    assert read_number(picture) == (upper if upper == lower else None)


def test_a_blank_picture_has_no_number() -> None:
    assert read_number(np.zeros((*AREA, 3), np.uint8)) is None
