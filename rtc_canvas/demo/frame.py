"""A frame, band by band."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .planet import draw_planet
from .planet_maps import maps
from .rings import draw_rings
from .scene import AIR_TOP, RING_OUTER, Floats
from .stars import draw_stars
from .view import Camera, View

MAX_PIXELS = 1280 * 720
"""A larger window gets a picture of this many pixels, scaled up: more would take too long for 60 a second."""
BAND = 64
"""Rows of the frame that are worked on at a time."""


def picture_size(width: int, height: int) -> tuple[int, int]:
    """The (width, height) that is drawn for a window: its own, or smaller in the same shape where that is large."""
    scale = min(1.0, math.sqrt(MAX_PIXELS / (width * height)))
    return max(round(width * scale), 1), max(round(height * scale), 1)


def _spans(outline: Floats, view: View) -> list[slice]:
    """For each band the columns that a convex outline, points (2, n) close together, has in it."""
    across, down = outline * np.float32(view.radius)
    width, height = len(view.x), len(view.y)
    band = np.floor((height / 2 - down) / BAND).astype(np.int32)
    left, right = np.full(-(-height // BAND), width), np.zeros(-(-height // BAND), np.int64)
    shown = (band >= 0) & (band < len(left))
    columns = (across[shown] + width / 2).clip(0, width).astype(np.int64)
    # The points miss the outline's very ends in a band, by less than two pixels.
    np.minimum.at(left, band[shown], (columns - 2).clip(0, width))
    np.maximum.at(right, band[shown], (columns + 3).clip(0, width))
    return [slice(a, b) for a, b in zip(left, right, strict=True)]


def render(width: int, height: int, camera: Camera) -> NDArray[np.uint8]:
    """The planet, as an array (h, w, 4) uint8 of the `picture_size` for this window; alpha is 255.

    The same camera always gives the same picture.
    """
    width, height = picture_size(width, height)
    view = View(width, height, camera)
    angles = np.linspace(0, math.tau, 2048, dtype=np.float32)
    circle: Floats = np.stack([np.cos(angles), np.sin(angles)])
    planet_spans = _spans(np.float32(AIR_TOP) * circle, view)
    ring_spans = _spans(view.axes[:2, :2] @ (np.float32(RING_OUTER) * circle), view)
    frame = np.zeros((height, width), np.uint32)
    for band, planet, rings in zip(range(0, height, BAND), planet_spans, ring_spans, strict=True):
        rows = slice(band, band + BAND)
        if planet.start < planet.stop:
            draw_planet(frame[rows, planet], view.x[planet], view.y[rows], view)
        if rings.start < rings.stop:
            draw_rings(frame[rows, rings], view.x[rings], view.y[rows], view)
    draw_stars(frame, view.axes)
    frame |= 0xFF000000
    return frame.view(np.uint8).reshape(height, width, 4)


def prepare() -> None:
    """Make the maps, which takes a second or two. The first `render` does it otherwise."""
    maps()
