"""The stars behind all of it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from .scene import Floats, Words


@lru_cache(maxsize=1)
def _stars() -> tuple[Floats, Floats]:
    """Directions (n, 3) and colours (n, 3), 0 to 255."""
    random = np.random.default_rng(3)
    directions = random.normal(size=(7000, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    brightness = 40 + 215 * random.random((7000, 1)) ** 7
    tints = np.array([[1.0, 0.82, 0.62], [1.0, 0.96, 0.9], [0.72, 0.84, 1.0]])
    colours = brightness * tints[random.integers(3, size=7000)]
    return directions.astype(np.float32), colours.astype(np.float32)


def draw_stars(frame: Words, axes: Floats) -> None:
    """Behind everything else. They are too far away to come closer with the zoom."""
    height, width = frame.shape
    directions, colours = _stars()
    ahead = directions @ axes[2] < -0.3
    x, y, z = (directions[ahead] @ axes.T).T
    x, y = width / 2 - 1.1 * height * x / z, height / 2 + 1.1 * height * y / z
    shown = (x > 2) & (x < width - 2) & (y > 2) & (y < height - 2)
    x, y, colours = x[shown], y[shown], colours[ahead][shown]

    # A star is a small hill of light over four by four pixels, so that it glides and does not hop.
    across, down = (np.floor(v - 1.5).astype(np.int32)[:, None] + np.arange(4) for v in (x, y))
    hills = np.exp(-1.4 * (down + 0.5 - y[:, None]) ** 2)[:, :, None]
    hills = hills * np.exp(-1.4 * (across + 0.5 - x[:, None]) ** 2)[:, None, :]
    index = down[:, :, None] * width + across[:, None, :]
    behind = frame.ravel()[index]
    hills *= 1 - (behind >> 24) / 255
    light = (hills[..., None] * colours[:, None, None]).astype(np.uint8)
    bytes_ = behind.view(np.uint8).reshape(*behind.shape, 4)
    bytes_[..., :3] += np.minimum(light, 255 - bytes_[..., :3])
    frame.ravel()[index] = behind
