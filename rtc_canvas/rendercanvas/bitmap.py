"""From a bitmap that rendercanvas presents to a picture that a canvas takes."""

from __future__ import annotations

import numpy as np

from ..video.picture import MAX_SIDE, MIN_SIDE, Pixels


def fitted(bitmap: Pixels, size: tuple[int, int]) -> Pixels:
    """A bitmap that is smaller than `size`, (width, height), enlarged to it, and one too large for a picture reduced.

    By the nearest pixel, as rendercanvas's own backends do. All others stay as they are: the page scales them.
    """
    height, width = bitmap.shape[:2]
    if not bitmap.size:
        return bitmap  # refused where it is pushed
    if width < size[0] and height < size[1]:
        return _nearest(bitmap, *size)
    wanted = _within(width), _within(height)
    return bitmap if wanted == (width, height) else _nearest(bitmap, *wanted)


def _within(side: int) -> int:
    return min(max(side, MIN_SIDE), MAX_SIDE)


def _nearest(bitmap: Pixels, width: int, height: int) -> Pixels:
    rows = np.arange(height) * bitmap.shape[0] // height
    columns = np.arange(width) * bitmap.shape[1] // width
    enlarged: Pixels = bitmap[rows[:, None], columns]
    return enlarged
