"""The rings in a band of the frame."""

from __future__ import annotations

import numpy as np

from .colours import scaled
from .ring_tables import RING_LIGHTS, RING_LOW, RING_STEPS, RING_STEPS_PER_RADIUS, ring_words
from .scene import Floats, Words
from .view import View, linear


def draw_rings(band: Words, x: Floats, y: Floats, view: View) -> None:
    """Draw over what is in the band, and under it where the rings are behind the planet."""
    # A pixel at (x, y) sees the plane of the rings at the z where nothing is left along the pole.
    slope = -view.axes[:2, 2] / view.axes[2, 2]
    z, sunward = linear(np.stack([slope, view.sun[:2] + slope * view.sun[2]]), x, y)
    steep = z * z
    square = x * x + y * y
    square += steep

    # Where the radius runs away from the viewer, a pixel covers more of it.
    steep /= square + np.float32(1e-9)
    steep *= 32
    index = view.ring_blurs.take(steep.astype(np.int32), mode="clip")

    # The planet's shadow is a cylinder behind it.
    np.minimum(sunward, 0, out=sunward)
    sunward *= sunward
    light = square - sunward
    light -= np.float32(0.97)
    light *= np.float32(RING_LIGHTS / 0.06)
    np.clip(light, 0, RING_LIGHTS - 1, out=light)
    step = light.astype(np.int32)
    step *= RING_STEPS
    index += step

    np.sqrt(square, out=square)
    square -= np.float32(RING_LOW)
    square *= np.float32(RING_STEPS_PER_RADIUS)
    np.clip(square, 0, RING_STEPS - 1, out=square)
    index += square.astype(np.int32)

    # Where z is negative the rings are behind: ring and band change places.
    above = ring_words().take(index, mode="clip")
    behind = (z.view(np.int32) >> 31).view(np.uint32)
    swap = above ^ band
    swap &= behind
    above ^= swap
    swap ^= band
    below = scaled(swap, 256 - (above >> 24))
    np.add(above, below, out=band)
