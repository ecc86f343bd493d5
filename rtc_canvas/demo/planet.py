"""The planet in a band of the frame: its ground, its air, and the sun in its water."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from .colours import mix, packed, ramp, scaled, tint
from .planet_maps import MAP_REACH, MAP_SIDE, maps
from .scene import AIR_TOP, Floats, Words
from .view import View, linear

AIR_DEPTHS, AIR_LIGHTS = 768, 64
AIR_DARK, AIR_BRIGHT = -0.3, 0.5
"""The sun's cosines at which all of the air is dark and bright."""


@lru_cache(maxsize=4)
def _air(radius: float) -> tuple[Words, Words]:
    """What the air adds, and how much it leaves of the ground, 0 to 256, by depth and light.

    The depth is what 1 - x * x - y * y goes through, from the top of the air to the middle of the planet. The edge
    of the planet is in here too, smoothed over a pixel, for which `radius` is the planet's in pixels.
    """
    depth = np.linspace(1 - AIR_TOP**2, 1, AIR_DEPTHS, dtype=np.float32)[:, None]
    sun = np.linspace(AIR_DARK, AIR_BRIGHT, AIR_LIGHTS, dtype=np.float32)
    distance = np.sqrt(1 - depth)
    cover = np.clip((1 - distance) * radius + 0.5, 0, 1)
    inside = 0.08 + 0.62 * (1 - np.sqrt(np.maximum(depth, 0))) ** 2.2
    outside = 0.7 * np.exp((1 - distance) / 0.016) * ramp(AIR_TOP, 1.03, distance)
    haze = np.where(depth > 0, inside, outside) * ramp(AIR_DARK, AIR_BRIGHT, sun)
    sky = mix(tint(1.0, 0.42, 0.2), tint(0.36, 0.66, 1.0), ramp(-0.12, 0.3, sun))
    glow = packed(255 * haze * sky, 255 * np.maximum(cover, haze))
    return glow.ravel(), (256 * cover * (1 - haze)).astype(np.uint32).ravel()


def draw_planet(band: Words, x: Floats, y: Floats, view: View) -> None:
    """Draw the planet and its air into a band where nothing is yet."""
    depth = (1 - y * y) - x * x
    z = np.sqrt(np.maximum(depth, 0))
    per_light = (AIR_LIGHTS - 1) / (AIR_BRIGHT - AIR_DARK)
    px, py, pz, light = linear(np.vstack([view.axes.T, view.sun * per_light]), x, y, z)

    # Where on the map this point is.
    level = round(min(max(math.log2(MAP_SIDE / 4 / view.radius), 0), 3))
    map_ = maps()[level]
    side = len(map_)
    scale = np.abs(pz)
    scale += 1
    np.divide(np.float32(side / 2 / MAP_REACH), scale, out=scale)
    px *= scale
    px += np.float32(side / 2)
    py *= scale
    py += np.float32(side / 2)
    index = py.astype(np.int32)
    index *= 2 * side
    index += px.astype(np.int32)
    south = pz.view(np.int32)  # negative where pz is
    south >>= 31
    south &= side
    index += south
    ground = map_.ravel().take(index, mode="clip")
    _add_glint(ground, x, y, z, view.mirror)

    # The air in front of it.
    depth -= np.float32(1 - AIR_TOP**2)
    depth *= np.float32((AIR_DEPTHS - 1) / AIR_TOP**2)
    index = np.maximum(depth, 0, out=depth).astype(np.int32)
    index *= AIR_LIGHTS
    light -= np.float32(AIR_DARK * per_light)
    index += np.clip(light, 0, AIR_LIGHTS - 1, out=light).astype(np.int32)
    glow, left = _air(view.radius)
    np.add(scaled(ground, left.take(index, mode="clip")), glow.take(index, mode="clip"), out=band)


def _add_glint(ground: Words, x: Floats, y: Floats, z: Floats, mirror: Floats) -> None:
    """Add the sun's mirror image in the water, and clear the byte that says where water is."""
    reach, sharpness = 0.38, 14
    columns = slice(*np.searchsorted(x, [mirror[0] - reach, mirror[0] + reach]))
    if columns.start < columns.stop and y[-1, 0] - reach < mirror[1] < y[0, 0] + reach:
        (towards,) = linear(mirror[None] * sharpness, x[columns], y, z[:, columns])
        towards -= np.float32(sharpness - 1)
        glint = np.maximum(towards, 0, out=towards)
        glint *= glint
        glint *= glint
        part = ground[:, columns]
        light = (glint * np.float32(170)).astype(np.uint32)
        light *= part >> 24
        light >>= 8
        part += light * 0x00010101
    ground &= 0x00FFFFFF
