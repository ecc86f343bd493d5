"""What is taken as a picture, and how anything else is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.exceptions import PictureError, RtcCanvasError
from rtc_canvas.video.picture import MAX_SIDE, MIN_SIDE, Pixels, check_pixels

from .frames import picture


@pytest.mark.parametrize("shape", [(48, 64), (48, 64, 3), (48, 64, 4)])
def test_takes_gray_rgb_and_rgba_as_they_are(shape: tuple[int, ...]) -> None:
    array = np.zeros(shape, np.uint8)
    assert check_pixels(array) is array


def test_takes_one_channel_as_gray() -> None:
    array = np.zeros((48, 64, 1), np.uint8)
    taken = check_pixels(array)
    assert taken.shape == (48, 64)
    assert np.shares_memory(taken, array)


_BASE: Pixels = np.zeros((48, 64, 4), np.uint8)


@pytest.mark.parametrize(
    "view",
    [
        pytest.param(_BASE[::-1], id="flipped"),
        pytest.param(_BASE[:, ::-1], id="mirrored"),
        pytest.param(_BASE[..., :3], id="without alpha"),
        pytest.param(_BASE[..., ::-1][..., :3], id="channels reversed"),
        pytest.param(_BASE.transpose(1, 0, 2), id="transposed"),
        pytest.param(_BASE[::2, ::2], id="every other pixel"),
        pytest.param(np.asfortranarray(_BASE), id="Fortran's order"),
        pytest.param(np.broadcast_to(np.uint8(7), (48, 64)), id="broadcast"),
    ],
)
def test_takes_views_as_views(view: Pixels) -> None:
    assert check_pixels(view) is view


def test_takes_a_read_only_array() -> None:
    array = np.zeros((48, 64), np.uint8)
    array.flags.writeable = False
    assert check_pixels(array) is array


@pytest.mark.parametrize("shape", [(16, 16), (16, 4096, 3), (4096, 16), (17, 4095, 4)])
def test_takes_sides_within_the_limits(shape: tuple[int, ...]) -> None:
    check_pixels(np.zeros(shape, np.uint8))


@pytest.mark.parametrize(
    ("shape", "got"),
    [
        ((15, 16), "16 wide and 15 high"),
        ((16, 15), "15 wide and 16 high"),
        ((16, 4097), "4097 wide and 16 high"),
        ((4097, 16, 3), "16 wide and 4097 high"),
        ((0, 0), "0 wide and 0 high"),
    ],
)
def test_refuses_sides_beyond_the_limits(shape: tuple[int, ...], got: str) -> None:
    with pytest.raises(PictureError) as refused:
        check_pixels(np.zeros(shape, np.uint8))
    assert str(refused.value) == (f"A picture must be 16 to 4096 pixels wide and high, got {got}.")


@pytest.mark.parametrize(
    "shape", [(), (48,), (48, 64, 0), (48, 64, 2), (48, 64, 5), (2, 48, 64, 3)]
)
def test_refuses_other_shapes(shape: tuple[int, ...]) -> None:
    with pytest.raises(PictureError) as refused:
        check_pixels(np.zeros(shape, np.uint8))
    assert str(refused.value) == (
        f"A picture must have the shape (h, w), (h, w, 1), (h, w, 3) or (h, w, 4), got {shape}."
    )


def test_names_the_line_that_converts_floats() -> None:
    floats = np.linspace(-0.5, 1.5, 48 * 64, dtype=np.float32).reshape(48, 64)
    with pytest.raises(PictureError) as refused:
        check_pixels(floats)
    got, line = str(refused.value).split("; convert values of 0 to 1 with ")
    assert got == "A picture must be uint8, got float32"
    converted = eval(line.rstrip("."), {"picture": floats, "numpy": np})
    assert check_pixels(converted).min() == 0
    assert converted.max() == 255


@pytest.mark.parametrize(
    ("dtype", "full", "line"),
    [
        (np.bool_, True, "picture.astype(numpy.uint8) * 255"),
        (np.uint16, 65535, "(picture >> 8).astype(numpy.uint8)"),
        (np.int64, 255, "picture.astype(numpy.uint8)"),
    ],
)
def test_names_the_line_that_converts(dtype: type[np.generic], full: int, line: str) -> None:
    array = np.full((48, 64), full, dtype)
    with pytest.raises(PictureError) as refused:
        check_pixels(array)
    assert f"got {np.dtype(dtype)}; convert with {line}" in str(refused.value)
    assert (check_pixels(eval(line, {"picture": array, "numpy": np})) == 255).all()


@pytest.mark.parametrize("thing", [None, [[1, 2], [3, 4]], b"pixels", 7])
def test_refuses_what_is_no_array(thing: object) -> None:
    with pytest.raises(PictureError) as refused:
        check_pixels(thing)
    assert str(refused.value) == (
        f"A picture must be a numpy array of uint8, got {type(thing).__name__}; "
        "convert it with numpy.asarray(picture)."
    )


@given(
    shape=st.lists(st.integers(0, 40), max_size=4).map(tuple),
    dtype=st.sampled_from(["u1", "i1", "f2", "f8", "c8", "U3", "M8[s]", "O", "?"]),
)
def test_takes_or_refuses_in_one_line(shape: tuple[int, ...], dtype: str) -> None:
    array = np.zeros(shape, dtype)
    refusal = refusal_of(array)
    if refusal is None:
        taken = check_pixels(array)
        assert taken.dtype == np.uint8
        assert taken.ndim == 2 or taken.shape[2] in (3, 4)
        assert all(MIN_SIDE <= side <= MAX_SIDE for side in taken.shape[:2])
    else:
        assert "got" in refusal
        assert "\n" not in refusal


def refusal_of(array: object) -> str | None:
    try:
        check_pixels(array)
    except PictureError as refused:
        return str(refused)
    return None


def test_the_error_is_a_value_error_of_ours() -> None:
    assert issubclass(PictureError, ValueError)
    assert issubclass(PictureError, RtcCanvasError)


def test_a_picture_knows_its_sides() -> None:
    shown = picture(np.zeros((48, 64, 3), np.uint8))
    assert (shown.width, shown.height) == (64, 48)


def test_a_picture_has_a_content_of_its_own_unless_it_is_said() -> None:
    assert picture(np.zeros((48, 64), np.uint8), number=7).content == 7
