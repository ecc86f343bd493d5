"""A cloud of small coloured points that turns, as scatter plots and scans have it."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from matplotlib import colormaps
from numpy.typing import NDArray

POINTS = 2500
SIDE = 2
"""Pixels that a point is wide and high."""
SWING = math.radians(12)
"""How far the cloud turns to either side."""
TILT = math.radians(25)
SCATTER = 0.03


def draw_cloud(ground: NDArray[np.uint8], turn: float) -> None:
    """Draw the cloud on ``ground``, (h, w, 3), in place, the nearest points last."""
    places, colours = _cloud()
    height, width = ground.shape[:2]
    angle = SWING * math.sin(turn)
    x = places[:, 0] * math.cos(angle) + places[:, 2] * math.sin(angle)
    depth = places[:, 2] * math.cos(angle) - places[:, 0] * math.sin(angle)
    y = places[:, 1] * math.cos(TILT) - depth * math.sin(TILT)
    order = np.argsort(depth)
    columns = np.rint(width / 2 + 0.3 * width * x).astype(int)[order]
    rows = np.rint(height / 2 + 0.3 * width * y).astype(int)[order]
    for down in range(SIDE):
        for right in range(SIDE):
            ground[rows + down, columns + right] = colours[order]


@cache
def _cloud() -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """A torus with some scatter: where its points are, (n, 3), within 1.5 of 0, and their colours, (n, 3)."""
    random = np.random.default_rng(3)
    around, about = 2 * math.pi * random.random((2, POINTS))
    radius = 1 + 0.35 * np.cos(about)
    places = np.stack(
        [radius * np.cos(around), 0.35 * np.sin(about), radius * np.sin(around)], axis=-1
    )
    places += random.normal(0, SCATTER, places.shape)
    colours = 255 * colormaps["turbo"](around / (2 * math.pi))[:, :3] + 0.5
    return places, colours.astype(np.uint8)
