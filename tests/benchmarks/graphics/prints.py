"""Small print in many colours, on a dark ground and on a light one, as terminals, tables and labels have it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

DPI = 72
"""At which a point is a pixel."""
SIZES = (8, 9, 10, 11)
"""Of the letters, in pixels, from line to line."""
LEADING = 15
"""Pixels from one line to the next."""
COLUMN = 70
"""Pixels from the beginning of one word to that of the next."""
FILLED = 0.6
"""Share of the places that have a word."""

TEXT = (
    "velocity 0.37 m/s pressure 101.3 kPa density = 1.204 x[17] -0.0042 residual 3.1e-07 epoch 48/120 loss nan "
    "layer_3.weight (64, 128) float32 Temperature θ₁ λ=532 nm ∂u/∂t σ² ≈ 1.96 n=4096 iter WARNING ok cell face"
)


@dataclass(frozen=True)
class Word:
    """A word, where it begins (its baseline's left end, in pixels from the top left), its size and colour."""

    text: str
    x: int
    y: int
    size: int
    colour: tuple[float, ...]


@cache
def strip(width: int, height: int, dark: bool) -> NDArray[np.uint8]:
    """A strip of print, (height, width, 3), on a dark ground or a white one.

    Its last line is followed by its first without a seam if ``height`` is a multiple of :data:`LEADING`.
    """
    ground = "#14161c" if dark else "white"
    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor=ground)
    for word in _words(width, height, dark):
        place = (word.x / width, 1 - word.y / height)
        figure.text(*place, word.text, size=word.size, color=word.colour, va="baseline")
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    return np.array(canvas.buffer_rgba(), np.uint8)[..., :3]


def _words(width: int, height: int, dark: bool) -> Iterator[Word]:
    random, words = np.random.default_rng(5), TEXT.split()
    for line in range(height // LEADING):
        for x in range(6, width - COLUMN // 2, COLUMN):
            text, hue = words[random.integers(len(words))], random.random()
            if random.random() < FILLED:
                red, green, blue, _ = colormaps["hsv"](hue)
                light = (0.3, 0.7) if dark else (0.0, 0.75)
                colour = tuple(light[0] + light[1] * level for level in (red, green, blue))
                yield Word(text, x, LEADING * line + 11, SIZES[line % len(SIZES)], colour)
