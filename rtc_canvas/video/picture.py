"""What a program hands over: an array of pixels, checked, and the immutable picture made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from ..exceptions import PictureError

Pixels: TypeAlias = NDArray[np.uint8]
ChannelOrder: TypeAlias = Literal["rgb", "bgr"]

MIN_SIDE = 16
MAX_SIDE = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One picture of a canvas. Nobody writes to its array again.

    number: strictly rising per canvas, from 1.
    id: the program's own name for it, or None.
    pixels: (h, w), (h, w, 3) or (h, w, 4) uint8.
    order: the order of the colour channels.
    render_time: when it was handed over, seconds of `time.monotonic()`.
    logical_size: (width, height) of the coordinates that viewers point with.
    content: the number of the first picture of an unbroken run with the same pixels, order and logical size; 0 stands
        for the picture's own number, and becomes it.
    inputs: by the id of each peer, the `seq` of its newest event that the program had taken before this picture.
    """

    number: int
    pixels: Pixels
    order: ChannelOrder
    render_time: float
    logical_size: tuple[float, float]
    id: object = None
    content: int = 0
    inputs: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if not self.content:
            object.__setattr__(self, "content", self.number)

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])


def check_pixels(array: Any) -> Pixels:
    """Return `array` as (h, w), (h, w, 3) or (h, w, 4), a view where it is a view.

    Takes (h, w), (h, w, 1), (h, w, 3) and (h, w, 4) uint8, contiguous or not, with sides of 16 to 4096.

    Raises:
        PictureError: for anything else; says what was got, what is taken and, where one line mends it, that line.
    """
    if not isinstance(array, np.ndarray):
        raise PictureError(
            f"A picture must be a numpy array of uint8, got {type(array).__name__}; "
            "convert it with numpy.asarray(picture)."
        )
    if array.dtype != np.uint8:
        raise PictureError(_wrong_dtype(array.dtype))
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim != 2 and not (array.ndim == 3 and array.shape[2] in (3, 4)):
        raise PictureError(
            f"A picture must have the shape (h, w), (h, w, 1), (h, w, 3) or (h, w, 4), got {array.shape}."
        )
    height, width = array.shape[:2]
    if not (MIN_SIDE <= height <= MAX_SIDE and MIN_SIDE <= width <= MAX_SIDE):
        raise PictureError(
            f"A picture must be {MIN_SIDE} to {MAX_SIDE} pixels wide and high, got {width} wide and {height} high."
        )
    return cast(Pixels, array)


def _wrong_dtype(dtype: np.dtype[Any]) -> str:
    got = f"A picture must be uint8, got {dtype}"
    if dtype.kind == "f":
        return f"{got}; convert values of 0 to 1 with (picture.clip(0, 1) * 255 + 0.5).astype(numpy.uint8)."
    if dtype == np.bool_:
        return f"{got}; convert with picture.astype(numpy.uint8) * 255."
    if dtype == np.uint16:
        return f"{got}; convert with (picture >> 8).astype(numpy.uint8)."
    return f"{got}; convert with picture.astype(numpy.uint8) where its values are 0 to 255."
