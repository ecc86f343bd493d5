"""What the rings look like, worked out once: by their radius, the light on them, and how far a pixel blurs them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .colours import mix, packed, tint
from .scene import RING_INNER, RING_OUTER, Floats, Words

RING_STEPS, RING_LIGHTS, RING_BLURS = 2048, 8, 16
RING_LOW, RING_HIGH = RING_INNER - 0.05, RING_OUTER + 0.05
RING_STEPS_PER_RADIUS = RING_STEPS / (RING_HIGH - RING_LOW)


@lru_cache(maxsize=1)
def ring_profile() -> tuple[Floats, Floats, Floats]:
    """By rising radius: the radius (n,), the colour (3, n), 0 to 1, and the opacity (n,)."""
    radius = np.linspace(RING_LOW, RING_HIGH, RING_STEPS, dtype=np.float32)
    random = np.random.default_rng(5)

    def ringlets(count: int) -> Any:
        return np.interp(radius, np.linspace(RING_LOW, RING_HIGH, count), random.random(count))

    edges = [1.27, 1.275, 1.5, 1.515, 1.9, 1.91, 1.985, 1.99, 2.2, 2.205, 2.225, 2.23, 2.295, 2.3]
    dense = [0.0, 0.16, 0.4, 0.85, 0.95, 0.04, 0.02, 0.75, 0.62, 0.03, 0.03, 0.5, 0.45, 0.0]
    fine = 0.4 * ringlets(40) + 0.35 * ringlets(110) + 0.25 * ringlets(280)
    opacity = np.clip(np.interp(radius, edges, dense) * (0.3 + 1.2 * fine), 0, 0.97)
    warmth = np.clip(0.2 + 1.1 * ringlets(24) * fine + 0.3 * (radius < 1.95), 0, 1)
    colour = mix(tint(0.47, 0.42, 0.40), tint(1.0, 0.89, 0.74), warmth)[:, 0]
    return radius, colour.astype(np.float32), opacity.astype(np.float32)


@lru_cache(maxsize=1)
def ring_words() -> Words:
    """By blur, light and radius. Blur b is the mean over 2 ** (b / 2) steps of the radius."""
    _, colour, opacity = ring_profile()
    sums = np.cumsum(np.concatenate([colour * opacity, opacity[None]]), axis=1, dtype=np.float64)
    light = np.linspace(0.06, 1, RING_LIGHTS)[:, None]
    here = np.arange(RING_STEPS)
    words = np.empty((RING_BLURS, RING_LIGHTS, RING_STEPS), np.uint32)
    for blur in range(RING_BLURS):
        width = 2 ** (blur / 2)
        low, high = (
            np.stack([np.interp(here + shift, here, channel) for channel in sums])
            for shift in (-width / 2, width / 2)
        )
        *rgb, alpha = 255 * (high - low) / width
        words[blur] = packed([channel * light for channel in rgb], alpha * np.ones_like(light))
    return words.ravel()


def ring_blurs(radius: float, sine: float) -> NDArray[np.int32]:
    """Where in `ring_words` the blur of a pixel starts, by the share of depth in its distance, squared, in 32nds.

    radius: the planet's, in pixels. sine: that of the camera's pitch.
    """
    widths = np.sqrt(1 + (np.arange(33) + 0.5) / 32 / sine**2) * (RING_STEPS_PER_RADIUS / radius)
    blurs = np.rint(2 * np.log2(widths)).clip(0, RING_BLURS - 1)
    starts: NDArray[np.int32] = (blurs * (RING_LIGHTS * RING_STEPS)).astype(np.int32)
    return starts
