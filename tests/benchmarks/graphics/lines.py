"""Lines of one pixel in many colours and directions, without smoothing: a fan that turns, and a plot that slides."""

from __future__ import annotations

import math

import numpy as np
from matplotlib import colormaps
from numpy.typing import NDArray

LINES = 32
SWING = math.radians(8)
"""How far the fan turns to either side."""
CURVES = 6
GRID = 40
"""Pixels from one line of the plot's grid to the next."""


def draw_fan(ground: NDArray[np.uint8], turn: float) -> None:
    """Draw lines from the middle of ``ground``, (h, w, 3), in all directions, in place."""
    height, width = ground.shape[:2]
    angles = 2 * math.pi * np.arange(LINES) / LINES + SWING * math.sin(turn)
    along = np.arange(0.1, 0.96, 1 / max(ground.shape))[:, None]
    x = np.rint(width / 2 * (1 + along * np.cos(angles))).astype(int)
    y = np.rint(height / 2 * (1 + along * np.sin(angles))).astype(int)
    ground[y, x] = _colours("hsv", LINES)


def draw_plot(ground: NDArray[np.uint8], turn: float) -> None:
    """Draw curves over a grid on ``ground``, (h, w, 3), in place."""
    height, width = ground.shape[:2]
    ground[::GRID] = ground[:, ::GRID] = 220
    x, rows = np.arange(width), np.arange(height)[:, None]
    for index, colour in enumerate(_colours("Dark2", CURVES)):
        wave = np.sin(x / (18 + 5 * index) + turn) * np.cos(x / 130 + index)
        y = np.rint(height * (0.5 + 0.4 * wave * (1 - 0.08 * index))).astype(int)
        # Each column's pixels reach to the next one's, so that steep parts have no gaps.
        following = np.append(y[1:], y[-1])
        ground[(rows >= np.minimum(y, following)) & (rows <= np.maximum(y, following))] = colour


def _colours(name: str, count: int) -> NDArray[np.uint8]:
    """So many colours of a colour map, (count, 3)."""
    rgba = colormaps[name](np.arange(count) / count)
    return (255 * rgba[:, :3] + 0.5).astype(np.uint8)
