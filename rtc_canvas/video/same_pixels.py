"""Whether two arrays hold the same picture, found out fast where they do not."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .picture import Pixels

_Numbers: TypeAlias = NDArray[np.unsignedinteger[Any]]

# Every so manieth row is compared first, a few and then more: what moves is nearly always as high as the last of these.
SAMPLED = (256, 16)

# Elements compared at once, at most 1 MB: the first difference ends it, and what is left in between stays in the cache.
BLOCK = 1 << 17

# What counts of four channels that are taken as one number: alpha does not.
COLOURS: np.uint32 = np.array([255, 255, 255, 0], np.uint8).view(np.uint32)[0]


def same_pixels(one: Pixels, other: Pixels) -> bool:
    """Whether two arrays have the same shape, the same layout in memory, and the same pixels but for their alpha.
    (Where channels do not lie side by side, alpha counts too: that is rare, and costs no more than an encoding.)

    Arrays that are the same memory are the same without being read.
    """
    if one.shape != other.shape or one.strides != other.strides:
        return False
    if _address(one) == _address(other):
        return True
    mine, others = _merged(one), _merged(other)
    for step in SAMPLED:
        sample = slice(step // 2, None, step)
        if not _same(mine[sample], others[sample]):
            return False
    if not mine.flags.c_contiguous:
        return _same(mine, others)
    mine, others = _flat(mine), _flat(others)
    return all(
        _same(mine[start : start + BLOCK], others[start : start + BLOCK])
        for start in range(0, len(mine), BLOCK)
    )


def _address(pixels: Pixels) -> int:
    address: int = pixels.__array_interface__["data"][0]
    return address


def _merged(pixels: Pixels) -> _Numbers:
    """Four channels as one number a pixel, where they lie side by side; all else as it is."""
    if pixels.ndim == 3 and pixels.shape[2] == 4 and pixels.strides[2] == 1:
        return pixels.view(np.uint32)[..., 0]
    return pixels


def _same(some: _Numbers, others: _Numbers) -> bool:
    # First, as nearly always that decides, and it is the faster one.
    if np.array_equal(some, others):
        return True
    return some.dtype == np.uint32 and not ((some ^ others) & COLOURS).any()


def _flat(numbers: _Numbers) -> _Numbers:
    """All of it in a row, single bytes eight at once where that comes out even."""
    flat = numbers.reshape(-1)
    return flat if flat.dtype == np.uint32 or flat.size % 8 else flat.view(np.uint64)
