"""Whether two arrays hold the same picture."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.video.picture import Pixels
from rtc_canvas.video.same_pixels import BLOCK, same_pixels

from .frames import busy

shapes = st.one_of(
    st.tuples(st.integers(16, 70), st.integers(16, 70)),
    st.tuples(st.integers(16, 70), st.integers(16, 70), st.sampled_from([3, 4])),
)


@given(shapes, st.randoms(use_true_random=False))
def test_one_changed_byte_is_found_wherever_it_is_but_in_alpha(
    shape: tuple[int, ...], random: object
) -> None:
    one = np.arange(np.prod(shape), dtype=np.uint32).astype(np.uint8).reshape(shape)
    other = one.copy()
    assert same_pixels(one, other)
    place = tuple(random.randrange(side) for side in shape)  # type: ignore[attr-defined]
    other[place] ^= 1
    assert same_pixels(one, other) == (place[2:] == (3,))


@pytest.mark.parametrize("place", [(0, 0, 0), (401, 300, 1), (899, 799, 2)])
def test_a_large_picture_is_compared_to_its_end(place: tuple[int, ...]) -> None:
    one = busy(800, 900)
    assert one.nbytes > 2 * 8 * BLOCK
    other = one.copy()
    assert same_pixels(one, other)
    other[place] ^= 1
    assert not same_pixels(one, other)


def test_alpha_is_ignored_in_all_of_a_large_picture() -> None:
    one = np.dstack([busy(801, 900), busy(801, 900)[..., :1]])
    other = one.copy()
    other[..., 3] ^= 255
    assert same_pixels(one, other)
    other[899, 800, 2] ^= 1
    assert not same_pixels(one, other)


def test_another_shape_is_another_picture() -> None:
    assert not same_pixels(np.zeros((48, 64), np.uint8), np.zeros((64, 48), np.uint8))
    assert not same_pixels(np.zeros((48, 64, 3), np.uint8), np.zeros((48, 64, 4), np.uint8))


@pytest.mark.parametrize(
    "view",
    [
        pytest.param(lambda a: a[::-1], id="flipped"),
        pytest.param(lambda a: a[..., :3], id="without alpha"),
        pytest.param(lambda a: a.transpose(1, 0, 2), id="transposed"),
        pytest.param(lambda a: a[1:, 1:], id="inside another array"),
    ],
)
def test_views_of_one_layout_are_compared(view: Callable[[Pixels], Pixels]) -> None:
    base = np.dstack([busy(64, 48), busy(64, 48)[..., :1]])
    other = base.copy()
    assert same_pixels(view(base), view(other))
    other[25, 33, 1] ^= 1
    assert not same_pixels(view(base), view(other))


def test_another_layout_counts_as_another_picture() -> None:
    one = busy(64, 48)
    assert not same_pixels(one, np.asfortranarray(one))


def test_the_same_memory_is_not_read() -> None:
    one = busy(64, 48)
    assert same_pixels(one, one[:])
    assert not same_pixels(one[1:], one[:-1]), "it begins elsewhere"
