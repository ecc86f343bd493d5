"""The demo: a ringed planet between day and night. Drag to orbit it, turn the wheel to come closer.

numpy alone makes the picture, in a few milliseconds, because little is left to do for a frame:

- The sun stands still, so its light and the shadows are worked out once, into maps.
- The planet is seen from so far away that all lines of sight are parallel. What a pixel sees is then linear in
  its x and y, but for the one square root that makes a sphere.
- The four bytes of a pixel are worked on together, as one 32-bit word.
- The frame is finished band by band, so that what is being worked on stays in the processor's cache.

Lengths are radii of the planet. In its own axes z points to the north pole, the rings lie in z = 0 and the sun
shines from above the x axis. On the screen x points right, y up and z towards the viewer.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rtc_canvas import Canvas, DrawRequest, run

__all__ = ["Camera", "Orbit", "canvas", "picture_size", "prepare", "render"]

Floats: TypeAlias = NDArray[np.float32]
Words: TypeAlias = NDArray[np.uint32]
"""Pixels: red, green, blue and alpha from the lowest byte up, the colours premultiplied by alpha."""

SUN = np.array([math.cos(0.4), 0, math.sin(0.4)], np.float32)
TILT = 0.32
"""How far the north pole leans to the right on the screen, radians."""
RING_INNER, RING_OUTER = 1.27, 2.30
AIR_TOP = 1.07

MAX_PIXELS = 1280 * 720
"""A larger window gets a picture of this many pixels, scaled up: more would take too long for 60 a second."""
BAND = 64
"""Rows of the frame that are worked on at a time."""


# Where it is seen from


@dataclass(frozen=True, slots=True)
class Camera:
    """A view of the planet.

    yaw: angle around the pole, radians, from the sun's side. pitch: height above the rings, radians, 0.07 to 1.3,
    which is on their sunny side and never edge on. zoom: 0.5 to 1.8; 1 shows the rings whole.
    """

    yaw: float = 5.45
    pitch: float = 0.24
    zoom: float = 1.0

    def orbited(self, yaw: float, pitch: float) -> Camera:
        """The camera moved around the planet by these angles, radians, as far as the limits allow."""
        pitch = min(max(self.pitch + pitch, 0.07), 1.3)
        return replace(self, yaw=(self.yaw + yaw) % math.tau, pitch=pitch)

    def zoomed(self, factor: float) -> Camera:
        """The camera that sees everything `factor` times as large, as far as the limits allow."""
        return replace(self, zoom=min(max(self.zoom * factor, 0.5), 1.8))

    def axes(self) -> Floats:
        """The screen's x, y and z as unit vectors in the planet's axes, (3, 3), a vector a row."""
        yaw, pitch = self.yaw, self.pitch
        level = np.array([-math.sin(yaw), math.cos(yaw), 0])
        out = np.array(
            [math.cos(pitch) * math.cos(yaw), math.cos(pitch) * math.sin(yaw), math.sin(pitch)]
        )
        upright = np.cross(out, level)
        right = math.cos(TILT) * level + math.sin(TILT) * upright
        up = math.cos(TILT) * upright - math.sin(TILT) * level
        return np.array([right, up, out], np.float32)


class View:
    """What the pixels of one frame have in common.

    radius: the planet's, in pixels. axes: the camera's. x (w,), y (h, 1): the pixels' centres. sun: where it is, on the
    screen's axes. mirror: where water shows the sun. ring_blurs: as `_ring_blurs` gives them.
    """

    def __init__(self, width: int, height: int, camera: Camera) -> None:
        self.radius = camera.zoom * min(0.315 * height, 0.21 * width)
        self.axes = camera.axes()
        self.x = ((np.arange(width) + 0.5 - width / 2) / self.radius).astype(np.float32)
        self.y = ((height / 2 - np.arange(height) - 0.5) / self.radius).astype(np.float32)[:, None]
        self.sun = self.axes @ SUN
        halfway = self.sun + np.array([0, 0, 1], np.float32)
        self.mirror = halfway / np.linalg.norm(halfway)
        self.ring_blurs = _ring_blurs(self.radius, float(self.axes[2, 2]))


# Colours


def _rgb(red: float, green: float, blue: float) -> Floats:
    """A colour that mixes with fields (h, w)."""
    return np.array([red, green, blue], np.float32)[:, None, None]


def _ramp(low: float, high: float, value: Any) -> Any:
    """0 at `low`, 1 at `high`, smooth between them and level beyond."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def _mix(a: Any, b: Any, share_of_b: Any) -> Any:
    return a + (b - a) * share_of_b


def _packed(rgb: Any, alpha: Any) -> Words:
    """Words of colours (3, ...) and alpha (...), all 0 to 255."""
    words: Words = np.stack([*rgb, alpha], axis=-1).astype(np.uint8).view("<u4")[..., 0]
    return words


EVEN, BYTE = np.uint32(0x00FF00FF), np.uint32(8)


def _scaled(words: Words, factor: Words) -> Words:
    """Each byte times `factor`, 0 to 256, over 256. Every other byte has room above it for the product."""
    even = words & EVEN
    even *= factor
    even >>= BYTE
    even &= EVEN
    odd = words >> BYTE
    odd &= EVEN
    odd *= factor
    odd &= ~EVEN
    odd |= even
    return odd


# The rings

RING_STEPS, RING_LIGHTS, RING_BLURS = 2048, 8, 16
RING_LOW, RING_HIGH = RING_INNER - 0.05, RING_OUTER + 0.05
RING_STEPS_PER_RADIUS = RING_STEPS / (RING_HIGH - RING_LOW)


@lru_cache(maxsize=1)
def _ring_profile() -> tuple[Floats, Floats, Floats]:
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
    colour = _mix(_rgb(0.47, 0.42, 0.40), _rgb(1.0, 0.89, 0.74), warmth)[:, 0]
    return radius, colour.astype(np.float32), opacity.astype(np.float32)


@lru_cache(maxsize=1)
def _ring_words() -> Words:
    """By blur, light and radius. Blur b is the mean over 2 ** (b / 2) steps of the radius."""
    _, colour, opacity = _ring_profile()
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
        words[blur] = _packed([channel * light for channel in rgb], alpha * np.ones_like(light))
    return words.ravel()


def _ring_blurs(radius: float, sine: float) -> NDArray[np.int32]:
    """Where in `_ring_words` the blur of a pixel starts, by the share of depth in its distance, squared, in 32nds.

    radius: the planet's, in pixels. sine: that of the camera's pitch.
    """
    widths = np.sqrt(1 + (np.arange(33) + 0.5) / 32 / sine**2) * (RING_STEPS_PER_RADIUS / radius)
    blurs = np.rint(2 * np.log2(widths)).clip(0, RING_BLURS - 1)
    starts: NDArray[np.int32] = (blurs * (RING_LIGHTS * RING_STEPS)).astype(np.int32)
    return starts


def _draw_rings(band: Words, x: Floats, y: Floats, view: View) -> None:
    """Draw over what is in the band, and under it where the rings are behind the planet."""
    # A pixel at (x, y) sees the plane of the rings at the z where nothing is left along the pole.
    slope = -view.axes[:2, 2] / view.axes[2, 2]
    z, sunward = _linear(np.stack([slope, view.sun[:2] + slope * view.sun[2]]), x, y)
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
    above = _ring_words().take(index, mode="clip")
    behind = (z.view(np.int32) >> 31).view(np.uint32)
    swap = above ^ band
    swap &= behind
    above ^= swap
    swap ^= band
    below = _scaled(swap, 256 - (above >> 24))
    np.add(above, below, out=band)


# The map of the planet

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
    clouds = _swirls(points * _rgb(2.2, 2.2, 4.2) + winds + 2, 7, gain=0.57) + 0.3 * np.cos(6 * z)
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

    ashore = _ramp(-0.012, 0.012, height)
    sea = _mix(_rgb(0.005, 0.022, 0.085), _rgb(0.02, 0.2, 0.27), np.exp(9 * np.minimum(height, 0)))
    land = _mix(_rgb(0.035, 0.085, 0.022), _rgb(0.42, 0.26, 0.12), _ramp(-0.2, 0.6, dryness))
    land = _mix(land, _rgb(0.23, 0.18, 0.15), _ramp(0.5, 1.1, height)) * slopes
    ice = _ramp(0.84, 0.93, np.abs(z) + 0.05 * height)
    cover = _ramp(0.35, 1.7, clouds)
    ground = _mix(_mix(sea, land, ashore), _rgb(0.85, 0.9, 0.96) * slopes, ice)
    ground = _mix(ground, 0.92 * billows, cover)

    # Where the way from a point to the sun crosses the rings, light is lost.
    radius, _, opacity = _ring_profile()
    way = -z / SUN[2]
    shade = np.interp(np.hypot(x + way * SUN[0], y), radius, opacity) * (way > 0)
    day = _ramp(-0.12, 0.55, sun) * (1 - 0.85 * shade.astype(np.float32))
    dusk = _rgb(1.0, 0.52, 0.27) ** np.exp(-8 * np.maximum(sun + 0.04, 0))
    lamps = _ramp(1.7, 3.6, towns) * ashore * (1 - ice) * (1 - cover) * _ramp(0.05, -0.15, sun)
    light = 1.3 * ground * dusk * day + 0.3 * _rgb(1.0, 0.45, 0.12) * lamps
    rgb = 255 * (1 - np.exp(-1.6 * light)) ** np.float32(1 / 2.2)
    water = (1 - ashore) * (1 - ice) * (1 - cover) ** 2 * day
    return _packed(rgb, water * (255 - rgb.max(axis=0)))


def _doubled(field: Any) -> Any:
    """The field with two samples for each along its last axis, but none for the first and the last."""
    before, here, after = field[..., :-2], 0.75 * field[..., 1:-1], field[..., 2:]
    pairs = np.stack([here + 0.25 * before, here + 0.25 * after], axis=-1)
    return pairs.reshape(*here.shape[:-1], -1)


@lru_cache(maxsize=1)
def _maps() -> list[Words]:
    """The map, north beside south, (side, 2 * side), and below it the same at a half and a quarter ... of the side.

    Nature is worked out at half the side, for speed; the coasts are drawn at the whole, for sharpness.
    """
    words = np.empty((MAP_SIDE, 2, MAP_SIDE), np.uint32)
    half = MAP_SIDE // 2
    for column, hemisphere in enumerate((1, -1)):
        points = _points(hemisphere, half)
        nature = np.concatenate([_nature(points[:, rows]) for rows in _bands(half)], axis=1)
        slopes = _relief(np.maximum(nature[0], 0), points, 0.06)
        billows = _relief(_ramp(0.3, 1.5, nature[1]), points, 0.03)
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


# The planet

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
    outside = 0.7 * np.exp((1 - distance) / 0.016) * _ramp(AIR_TOP, 1.03, distance)
    haze = np.where(depth > 0, inside, outside) * _ramp(AIR_DARK, AIR_BRIGHT, sun)
    sky = _mix(_rgb(1.0, 0.42, 0.2), _rgb(0.36, 0.66, 1.0), _ramp(-0.12, 0.3, sun))
    glow = _packed(255 * haze * sky, 255 * np.maximum(cover, haze))
    return glow.ravel(), (256 * cover * (1 - haze)).astype(np.uint32).ravel()


def _linear(forms: Floats, *basis: Floats) -> Floats:
    """Sums of the basis, x (w,), y (h, 1) and whatever is (h, w), weighted by each row of `forms`: (forms, h, w).

    A product of matrices for each row of pixels: fast, and too small for BLAS to bother other cores with.
    """
    shape = len(basis[1]), len(basis[0])
    fields = np.empty((len(basis), *shape), np.float32)
    for place, field in zip(fields, basis, strict=True):
        place[...] = field
    sums = np.empty((len(forms), *shape), np.float32)
    np.matmul(forms, fields.swapaxes(0, 1), out=sums.swapaxes(0, 1))
    return sums


def _draw_planet(band: Words, x: Floats, y: Floats, view: View) -> None:
    """Draw the planet and its air into a band where nothing is yet."""
    depth = (1 - y * y) - x * x
    z = np.sqrt(np.maximum(depth, 0))
    per_light = (AIR_LIGHTS - 1) / (AIR_BRIGHT - AIR_DARK)
    px, py, pz, light = _linear(np.vstack([view.axes.T, view.sun * per_light]), x, y, z)

    # Where on the map this point is.
    level = round(min(max(math.log2(MAP_SIDE / 4 / view.radius), 0), 3))
    map_ = _maps()[level]
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
    np.add(_scaled(ground, left.take(index, mode="clip")), glow.take(index, mode="clip"), out=band)


def _add_glint(ground: Words, x: Floats, y: Floats, z: Floats, mirror: Floats) -> None:
    """Add the sun's mirror image in the water, and clear the byte that says where water is."""
    reach, sharpness = 0.38, 14
    columns = slice(*np.searchsorted(x, [mirror[0] - reach, mirror[0] + reach]))
    if columns.start < columns.stop and y[-1, 0] - reach < mirror[1] < y[0, 0] + reach:
        (towards,) = _linear(mirror[None] * sharpness, x[columns], y, z[:, columns])
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


# The stars


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


def _draw_stars(frame: Words, axes: Floats) -> None:
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


# The frame


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
            _draw_planet(frame[rows, planet], view.x[planet], view.y[rows], view)
        if rings.start < rings.stop:
            _draw_rings(frame[rows, rings], view.x[rings], view.y[rows], view)
    _draw_stars(frame, view.axes)
    frame |= 0xFF000000
    return frame.view(np.uint8).reshape(height, width, 4)


def prepare() -> None:
    """Make the maps, which takes a second or two. The first `render` does it otherwise."""
    _maps()


# The program


class Orbit:
    """A camera that follows the pointer, swings on when it is let go, and drifts when it is left alone.

    Times are in seconds on one clock, positions in logical pixels.
    """

    DRIFT = 0.06
    """How fast it moves when left alone, radians a second."""
    PER_PIXEL = 0.0042
    """Radians of orbit for a pixel of dragging, so that the point under the pointer stays there at zoom 1."""

    def __init__(self) -> None:
        self.camera = Camera()
        self._spin = self.DRIFT
        self._held: tuple[float, float, float] | None = None
        self._drawn: float | None = None

    def grab(self, x: float, y: float, time: float) -> None:
        self._held = x, y, time
        self._spin = 0.0

    def drag(self, x: float, y: float, time: float) -> None:
        """Follow the pointer; without a grab before it nothing happens."""
        if self._held is None:
            return
        last_x, last_y, last_time = self._held
        turn = (last_x - x) * self.PER_PIXEL / self.camera.zoom
        self.camera = self.camera.orbited(turn, (y - last_y) * self.PER_PIXEL / self.camera.zoom)
        # Half of the newest speed: one jittery move shall not decide how it swings on.
        self._spin += 0.5 * (turn / max(time - last_time, 0.004) - self._spin)
        self._held = x, y, time

    def release(self, time: float) -> None:
        if self._held is not None and time - self._held[2] > 0.1:
            self._spin = 0.0
        self._held = None

    def advance(self, time: float) -> Camera:
        """The camera for a picture that is drawn at this time."""
        passed = 0.0 if self._drawn is None else min(max(time - self._drawn, 0.0), 0.1)
        self._drawn = time
        if self._held is None:
            self._spin = self.DRIFT + (self._spin - self.DRIFT) * math.exp(-1.5 * passed)
            self.camera = self.camera.orbited(self._spin * passed, 0)
        return self.camera


canvas = Canvas(size=(1280, 720), fps=60, mode="continuous", title="A ringed planet")
canvas.cursor = "grab"
orbit = Orbit()


@canvas.draw
def draw(request: DrawRequest) -> NDArray[np.uint8]:
    return render(*request.size, orbit.advance(request.time))


@canvas.on("pointer_down", "pointer_move", "pointer_up")
def drag(event: dict[str, Any]) -> None:
    x, y, time = event["x"], event["y"], event["timestamp"]
    if event["type"] == "pointer_down":
        orbit.grab(x, y, time)
        canvas.cursor = "grabbing"
    elif event["type"] == "pointer_move":
        orbit.drag(x, y, time)
    else:
        orbit.release(time)
        canvas.cursor = "grab"


@canvas.on("wheel")
def zoom(event: dict[str, Any]) -> None:
    orbit.camera = orbit.camera.zoomed(math.exp(-0.0015 * event["dy"]))


@canvas.on("key_down")
def step(event: dict[str, Any]) -> None:
    turns = {
        "ArrowLeft": (-0.1, 0),
        "ArrowRight": (0.1, 0),
        "ArrowUp": (0, 0.1),
        "ArrowDown": (0, -0.1),
    }
    orbit.camera = orbit.camera.orbited(*turns.get(event["key"], (0, 0)))
    orbit.camera = orbit.camera.zoomed({"+": 1.1, "-": 1 / 1.1}.get(event["key"], 1.0))


@canvas.on("double_click")
def reset(event: dict[str, Any]) -> None:
    orbit.camera = Camera()


if __name__ == "__main__":
    prepare()
    run(canvas)
