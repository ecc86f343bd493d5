"""Maps of the planet's two hemispheres, in the light of its sun and the shadow of its rings: worked out once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from .colours import mix, packed, ramp, tint
from .ring_tables import ring_profile
from .scene import SUN, Floats, Words

MAP_SIDE = 1536
MAP_REACH = 1.02
"""Each hemisphere is projected from the other pole (stereographically), this far, where 1 is the equator."""


_OCTAVE = 2.03 * np.array([[0, 0.8, 0.6], [-0.8, 0.36, -0.48], [-0.6, -0.48, 0.64]], np.float32)


def _swirls(points: Floats, octaves: int, gain: float = 0.52) -> Floats:
    """Fractal noise around 0 at points (3, ...): waves that bend each other, again and again turned and finer."""
    total, weight = np.zeros(points.shape[1:], np.float32), 1.0
    for _ in range(octaves):
        sin, cos = np.sin(points), np.cos(points)
        total += weight * (sin[0] * cos[1] + sin[1] * cos[2] + sin[2] * cos[0])
        points = np.tensordot(_OCTAVE, points + 0.35 * cos[[1, 2, 0]], 1) + np.float32(1.7)
        weight *= gain
    return total


def _bands(side: int, rows: int = 32) -> Iterator[slice]:
    return (slice(top, top + rows) for top in range(0, side, rows))


def _points(hemisphere: int, side: int) -> Floats:
    """The points of the sphere, (3, side, side), that a map shows. hemisphere: 1 is north, -1 south."""
    u = ((np.arange(side, dtype=np.float32) + 0.5) * (2 / side) - 1) * MAP_REACH
    bulge = 2 / (1 + u * u + (u * u)[:, None])
    return np.stack([u * bulge, u[:, None] * bulge, hemisphere * (bulge - 1)])


def _nature(points: Floats) -> Floats:
    """What there is at each point, (4, ...): height above the sea, clouds, dryness and towns."""
    z = points[2]
    height = _swirls(points * 2.1 + 1, 8) - 0.25
    winds = 0.3 * _swirls(points * 2.5 + 9, 4)
    clouds = _swirls(points * tint(2.2, 2.2, 4.2) + winds + 2, 7, gain=0.57) + 0.3 * np.cos(6 * z)
    dryness = _swirls(points * 3 + 1, 4) + 0.9 - 2.5 * np.abs(np.abs(z) - 0.35)
    towns = _swirls(points * 45, 4, gain=0.8) + 0.9 * _swirls(points * 7, 3)
    return np.stack([height, clouds, dryness, towns])


def _relief(height: Floats, points: Floats, steepness: float) -> Any:
    """How much brighter than level ground each slope is, as the sun shines on it."""
    downsun = np.gradient(np.tensordot(SUN, points, 1))
    texel = sum(np.gradient(axis, axis=1) ** 2 for axis in points)
    along = sum(a * b for a, b in zip(np.gradient(height), downsun, strict=True))
    return np.clip(1 - steepness * along / texel, 0.35, 1.7)


def _surface(points: Floats, nature: Floats) -> Words:
    """Words of the map; where others have alpha they say how much a glint of the sun may add."""
    height, clouds, dryness, towns, slopes, billows = nature
    x, y, z = points
    sun = np.tensordot(SUN, points, 1)

    ashore = ramp(-0.012, 0.012, height)
    sea = mix(tint(0.005, 0.022, 0.085), tint(0.02, 0.2, 0.27), np.exp(9 * np.minimum(height, 0)))
    land = mix(tint(0.035, 0.085, 0.022), tint(0.42, 0.26, 0.12), ramp(-0.2, 0.6, dryness))
    land = mix(land, tint(0.23, 0.18, 0.15), ramp(0.5, 1.1, height)) * slopes
    ice = ramp(0.84, 0.93, np.abs(z) + 0.05 * height)
    cover = ramp(0.35, 1.7, clouds)
    ground = mix(mix(sea, land, ashore), tint(0.85, 0.9, 0.96) * slopes, ice)
    ground = mix(ground, 0.92 * billows, cover)

    # Where the way from a point to the sun crosses the rings, light is lost.
    radius, _, opacity = ring_profile()
    way = -z / SUN[2]
    shade = np.interp(np.hypot(x + way * SUN[0], y), radius, opacity) * (way > 0)
    day = ramp(-0.12, 0.55, sun) * (1 - 0.85 * shade.astype(np.float32))
    dusk = tint(1.0, 0.52, 0.27) ** np.exp(-8 * np.maximum(sun + 0.04, 0))
    lamps = ramp(1.7, 3.6, towns) * ashore * (1 - ice) * (1 - cover) * ramp(0.05, -0.15, sun)
    light = 1.3 * ground * dusk * day + 0.3 * tint(1.0, 0.45, 0.12) * lamps
    rgb = 255 * (1 - np.exp(-1.6 * light)) ** np.float32(1 / 2.2)
    water = (1 - ashore) * (1 - ice) * (1 - cover) ** 2 * day
    return packed(rgb, water * (255 - rgb.max(axis=0)))


def _doubled(field: Any) -> Any:
    """The field with two samples for each along its last axis, but none for the first and the last."""
    before, here, after = field[..., :-2], 0.75 * field[..., 1:-1], field[..., 2:]
    pairs = np.stack([here + 0.25 * before, here + 0.25 * after], axis=-1)
    return pairs.reshape(*here.shape[:-1], -1)


@lru_cache(maxsize=1)
def maps() -> list[Words]:
    """The map, north beside south, (side, 2 * side), and below it the same at a half and a quarter ... of the side.

    Nature is worked out at half the side, for speed; the coasts are drawn at the whole, for sharpness.
    """
    words = np.empty((MAP_SIDE, 2, MAP_SIDE), np.uint32)
    half = MAP_SIDE // 2
    for column, hemisphere in enumerate((1, -1)):
        points = _points(hemisphere, half)
        nature = np.concatenate([_nature(points[:, rows]) for rows in _bands(half)], axis=1)
        slopes = _relief(np.maximum(nature[0], 0), points, 0.06)
        billows = _relief(ramp(0.3, 1.5, nature[1]), points, 0.03)
        coarse = np.pad(np.stack([*nature, slopes, billows]), ((0, 0), (1, 1), (1, 1)), "edge")
        points = _points(hemisphere, MAP_SIDE)
        for rows in _bands(half):
            fine = _doubled(_doubled(coarse[:, rows.start : rows.stop + 2]).swapaxes(1, 2))
            whole = slice(2 * rows.start, 2 * rows.stop)
            words[whole, column] = _surface(points[:, whole], fine.swapaxes(1, 2))
    maps = [words.reshape(MAP_SIDE, -1)]
    while len(maps) < 4:
        height, width = maps[-1].shape
        fours = maps[-1].view(np.uint8).reshape(height // 2, 2, width // 2, 2, 4)
        means = fours.mean(axis=(1, 3), dtype=np.float32).astype(np.uint8)
        maps.append(means.view(np.uint32)[..., 0])
    return maps
