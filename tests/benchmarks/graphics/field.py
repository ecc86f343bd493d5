"""A smooth field through the colour map viridis, as images of data have it."""

from __future__ import annotations

import math

import numpy as np
from matplotlib import colormaps
from numpy.typing import NDArray

LEVELS = (255 * colormaps["viridis"](np.arange(256))[:, :3] + 0.5).astype(np.uint8)


def draw_field(ground: NDArray[np.uint8], turn: float) -> None:
    """Fill ``ground``, (h, w, 3), with the field at one moment."""
    height, width = ground.shape[:2]
    x = np.linspace(0, 4 * width / height, width)
    y = np.linspace(0, 4, height)[:, None]
    ripples = np.sin(3.6 * np.hypot(x - 3 - 0.4 * math.cos(turn), y - 2))
    waves = np.sin(2.1 * x + 1.3 * y + turn) + np.sin(1.7 * y - turn) * np.cos(1.1 * x)
    ground[:] = LEVELS[np.rint((waves + ripples + 3) * 255 / 6).astype(int)]
