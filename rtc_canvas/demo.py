"""The demo: a ringed planet at the edge of night. Drag to orbit it, turn the wheel to come closer.

The picture is made by numpy alone and takes a few milliseconds, because little is left to do for a frame:

- The sun stands still, so light and shadow are computed once, into a map of the planet and one of the rings.
- The planet is seen from so far away that all lines of sight are parallel. Where a pixel looks is then linear
  in its x and y, but for the one square root that makes a sphere.
- A pixel's four bytes are worked on together, as one 32-bit number.
- Bands of some ten thousand pixels are finished one after the other, so that they stay in the processor's cache.

Lengths are radii of the planet. `(x, y, z)` are its own axes: z is the north pole, the rings lie in z = 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]
Pixels: TypeAlias = NDArray[np.uint32]
"""Red, green, blue and alpha, from the lowest byte; the colours are premultiplied by alpha."""
Vector: TypeAlias = tuple[float, float, float]

SUN: Vector = (math.cos(0.40), 0.0, math.sin(0.40))

INNER, OUTER = 1.25, 2.3


@dataclass(frozen=True, slots=True)
class Camera:
    """Where the planet is seen from.

    yaw: angle around the pole from the sun's noon, radians. pitch: height above the rings, radians.
    zoom: 1 shows the rings whole.
    """

    yaw: float = 0.75
    pitch: float = 0.26
    zoom: float = 1.0

    def orbited(self, yaw: float, pitch: float) -> Camera:
        """The camera, turned. It stays on the sunny side of the rings and off the pole."""
        return replace(
            self, yaw=(self.yaw + yaw) % math.tau, pitch=min(max(self.pitch + pitch, 0.06), 1.35)
        )

    def zoomed(self, factor: float) -> Camera:
        """The camera, closer by `factor`, within 0.4 to 2.4."""
        return replace(self, zoom=min(max(self.zoom * factor, 0.4), 2.4))

    def axes(self) -> tuple[Vector, Vector, Vector]:
        """The unit vectors to the right, up and towards the viewer, in the planet's axes."""
        sy, cy, sp, cp = (
            math.sin(self.yaw),
            math.cos(self.yaw),
            math.sin(self.pitch),
            math.cos(self.pitch),
        )
        st, ct = math.sin(TILT), math.cos(TILT)
        right, up = (-sy, cy, 0.0), (-sp * cy, -sp * sy, cp)
        return (
            (ct * right[0] + st * up[0], ct * right[1] + st * up[1], ct * right[2] + st * up[2]),
            (ct * up[0] - st * right[0], ct * up[1] - st * right[1], ct * up[2] - st * right[2]),
            (cp * cy, cp * sy, sp),
        )


TILT = 0.3
MAP = 2048
EDGE = 1.02
BAND = 32 * 1024


# Surface

_TURN = np.array([[0.0, 0.8, 0.6], [-0.8, 0.36, -0.48], [-0.6, -0.48, 0.64]], np.float32)


def swirls(points: Floats, octaves: int, gain=0.52, warp=0.35) -> Floats:
    p = points.copy()
    total = np.zeros(points.shape[1:], np.float32)
    weight = 1.0
    for _ in range(octaves):
        s, c = np.sin(p), np.cos(p)
        total += weight * (s[0] * c[1] + s[1] * c[2] + s[2] * c[0])
        p += warp * c[[1, 2, 0]]
        p = np.tensordot(_TURN * 2.03, p, 1)
        p += np.float32(1.7)
        weight *= gain
    return total


def step(low, high, value):
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def mix(a, b, t):
    return a + (b - a) * t


def chart(hemisphere, rows):
    u = np.linspace(-EDGE, EDGE, MAP, dtype=np.float32)
    v = u[rows][:, None]
    k = 2 / (1 + u * u + v * v)
    return np.stack([u * k, v * k, hemisphere * (k - 1)]), k


def surface(hemisphere, rows):
    p, k = chart(hemisphere, rows)
    x, y, z = p
    mu = SUN[0] * x + SUN[1] * y + SUN[2] * z
    cell = 2 * EDGE / (MAP - 1) * k

    land = swirls(p * 1.6 + 4.0, 9)
    warp = 0.25 * swirls(p * 2.5 + 9, 4)
    q = p * np.array([2.2, 2.2, 4.5], np.float32)[:, None, None] + warp
    clouds = swirls(q + 2.0, 8, gain=0.56)
    height = land - 0.15

    def relief(h, strength):
        hv, hu = np.gradient(h)
        mv, mu_ = np.gradient(mu)
        return np.clip(1 - strength * (hu * mu_ + hv * mv) / (cell * cell), 0.3, 1.8)

    polar = step(0.80, 0.93, np.abs(z) + 0.06 * land)
    ashore = step(-0.01, 0.01, height)
    depth = np.exp(np.minimum(height, 0) * 4)

    def colour(*c):
        return np.array(c, np.float32)[:, None, None]

    sea = mix(colour(0.004, 0.018, 0.07), colour(0.02, 0.16, 0.24), depth**3)
    dry = step(-0.3, 0.5, swirls(p * 3 + 1, 5) + 0.5 - 2.0 * np.abs(np.abs(z) - 0.35))
    ground = mix(colour(0.035, 0.10, 0.025), colour(0.40, 0.25, 0.11), dry)
    ground = mix(ground, colour(0.25, 0.2, 0.17), step(0.5, 1.0, height))
    ground = ground * relief(np.maximum(height, 0), 0.05)
    rgb = mix(sea, ground, ashore)
    rgb = mix(rgb, colour(0.85, 0.9, 0.95), polar)
    cover = step(0.15, 1.1, clouds + 0.25 * np.cos(6 * z))
    rgb = mix(rgb, colour(0.9, 0.92, 0.95) * relief(cover, 0.02), cover * 0.95)
    # light
    day = step(-0.12, 0.5, mu)
    dusk = colour(1.0, 0.55, 0.3) ** (np.exp(-np.maximum(mu + 0.05, 0) * 9))
    reach = -z / SUN[2]
    radius = np.hypot(x + reach * SUN[0], y + reach * SUN[1])
    shade = np.where(reach > 0, np.interp(radius, RADII, OPACITY), 0).astype(np.float32)
    light = day * (1 - 0.9 * shade)
    night = step(0.1, -0.15, mu)
    lights = (
        step(0.9, 1.6, swirls(p * 60, 3))
        * step(0.5, -0.3, swirls(p * 9, 3))
        * ashore
        * (1 - polar)
        * (1 - cover)
        * step(0.5, 0, height)
    )
    rgb = rgb * light * dusk * 1.25 + colour(1.0, 0.55, 0.18) * lights * night * 0.5
    rgb = 1 - np.exp(-1.5 * rgb)
    rgb = np.clip(rgb, 0, 1) ** (1 / 2.2) * 255
    water = (1 - ashore) * (1 - polar) * (1 - cover) * step(0, 0.3, mu) * (1 - shade) * 255
    out = rgb[0].astype(np.uint32) | rgb[1].astype(np.uint32) << 8 | rgb[2].astype(np.uint32) << 16
    return out | water.astype(np.uint32) << 24


# Rings


def ring_profile():
    n = 4096
    r = np.linspace(INNER - 0.04, OUTER + 0.04, n)
    rng = np.random.default_rng(5)

    def bumps(k):
        return np.interp(r, np.linspace(r[0], r[-1], k), rng.random(k))

    fine = 0.40 * bumps(40) + 0.35 * bumps(120) + 0.25 * bumps(320)
    density = np.interp(
        r,
        [1.25, 1.26, 1.5, 1.52, 1.9, 1.92, 1.985, 1.99, 2.2, 2.21, 2.23, 2.235, 2.29, 2.3],
        [0, 0.25, 0.45, 0.8, 0.95, 0.0, 0.02, 0.75, 0.6, 0.05, 0.05, 0.5, 0.45, 0],
    )
    alpha = np.clip(density * (0.35 + 1.1 * fine), 0, 0.96)
    warm = np.clip(0.35 + 0.9 * bumps(24) * fine + 0.25 * (r < 1.95), 0, 1)[:, None]
    rgb = (1 - warm) * np.array([0.50, 0.42, 0.36]) + warm * np.array([1.0, 0.90, 0.74])
    return r, alpha, rgb


RADII, OPACITY, RING_RGB = ring_profile()
