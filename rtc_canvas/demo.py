"""The demo: a ringed planet at the edge of night. Drag to orbit it, turn the wheel to come closer.

numpy alone makes the picture, in a few milliseconds, because little is left to do for each frame:

- The sun stands still, so light and shadow are worked out once, into a map of the planet.
- The planet is seen from so far away that all lines of sight are parallel. What a pixel sees is then linear in
  its x and y, but for the one square root that makes a sphere.
- The four bytes of a pixel are worked on together, as one 32-bit number.
- Bands of some ten thousand pixels are finished one after the other, so that they stay in the processor's cache.

Lengths are radii of the planet. Its own axes: z points to the north pole, the rings lie in z = 0, the sun shines
from above the x axis. On the screen x points right and y up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rtc_canvas import Canvas, run

Floats: TypeAlias = NDArray[np.float32]
Words: TypeAlias = NDArray[np.uint32]
"""Pixels: red, green, blue and alpha from the lowest byte up, the colours premultiplied by alpha."""
Vector: TypeAlias = tuple[float, float, float]

SUN: Vector = (math.cos(0.40), 0.0, math.sin(0.40))
TILT = 0.32
"""How far the pole leans to the left on the screen, radians."""
RING_INNER, RING_OUTER = 1.27, 2.30

MAX_PIXELS = 1280 * 720
"""More would cost more than a sixtieth of a second: larger windows get a smaller picture, scaled up."""
BAND_PIXELS = 24 * 1024


# The camera


@dataclass(frozen=True, slots=True)
class Camera:
    """Where the planet is seen from.

    yaw: angle around the pole, radians, from where the sun is. pitch: height above the rings, radians, 0.07 to
    1.3: on their sunny side and never edge on. zoom: 0.5 to 2.5; 1 shows the rings whole.
    """

    yaw: float = 5.45
    pitch: float = 0.24
    zoom: float = 1.0

    def orbited(self, yaw: float, pitch: float) -> Camera:
        """The camera moved around the planet by these angles, radians, as far as its limits allow."""
        pitch = min(max(self.pitch + pitch, 0.07), 1.3)
        return replace(self, yaw=(self.yaw + yaw) % math.tau, pitch=pitch)

    def zoomed(self, factor: float) -> Camera:
        """The camera with everything `factor` times as large, as far as its limits allow."""
        return replace(self, zoom=min(max(self.zoom * factor, 0.5), 2.5))

    def axes(self) -> tuple[Vector, Vector, Vector]:
        """The unit vectors right, up and towards the viewer, in the planet's axes."""
        sin_yaw, cos_yaw = math.sin(self.yaw), math.cos(self.yaw)
        sin_pitch, cos_pitch = math.sin(self.pitch), math.cos(self.pitch)
        level = (-sin_yaw, cos_yaw, 0.0)
        upright = (-sin_pitch * cos_yaw, -sin_pitch * sin_yaw, cos_pitch)
        viewer = (cos_pitch * cos_yaw, cos_pitch * sin_yaw, sin_pitch)
        sin, cos = math.sin(TILT), math.cos(TILT)
        right = tuple(cos * a + sin * b for a, b in zip(level, upright, strict=True))
        up = tuple(cos * b - sin * a for a, b in zip(level, upright, strict=True))
        return right, up, viewer  # type: ignore[return-value]


# Colours


def _rgb(red: float, green: float, blue: float) -> Floats:
    return np.array([red, green, blue], np.float32)[:, None, None]


def _ramp(low: float, high: float, value: Any) -> Any:
    """0 below `low`, 1 above `high`, smooth between."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def _mix(a: Any, b: Any, share_of_b: Any) -> Any:
    return a + (b - a) * share_of_b


def _packed(rgb: Any, alpha: Any) -> Words:
    """Colours (3, ...) and alpha (...), 0 to 255, as words."""
    red, green, blue, alpha = (np.asarray(c).astype(np.uint32) for c in (*rgb, alpha))
    return red | green << 8 | blue << 16 | alpha << 24


def _scaled(words: Words, factor: Words) -> Words:
    """All four bytes of each word times `factor`, 0 to 256, over 256: two bytes a multiplication."""
    even = words & 0x00FF00FF
    even *= factor
    even >>= 8
    even &= 0x00FF00FF
    odd = words >> 8
    odd &= 0x00FF00FF
    odd *= factor
    odd &= 0xFF00FF00
    odd |= even
    return odd


# The rings


@lru_cache(maxsize=1)
def _ring_profile() -> tuple[Floats, Floats, Floats]:
    """Radii (n,), and what is there: colour (3, n), 0 to 1, and opacity (n,)."""
    radius = np.linspace(RING_INNER - 0.05, RING_OUTER + 0.05, RING_STEPS, dtype=np.float32)
    random = np.random.default_rng(5)

    def ringlets(count: int) -> Any:
        return np.interp(radius, np.linspace(radius[0], radius[-1], count), random.random(count))

    outline = [(1.27, 0), (1.275, 0.16), (1.5, 0.4), (1.515, 0.85), (1.9, 0.95), (1.91, 0.04), (1.985, 0.02),
               (1.99, 0.75), (2.2, 0.62), (2.205, 0.03), (2.225, 0.03), (2.23, 0.5), (2.295, 0.45), (2.3, 0)]  # fmt: skip
    fine = 0.4 * ringlets(40) + 0.35 * ringlets(110) + 0.25 * ringlets(280)
    opacity = np.clip(np.interp(radius, *zip(*outline, strict=True)) * (0.3 + 1.2 * fine), 0, 0.97)
    warmth = np.clip(0.2 + 1.1 * ringlets(24) * fine + 0.3 * (radius < 1.95), 0, 1)
    colour = _mix(_rgb(0.47, 0.42, 0.40), _rgb(1.0, 0.89, 0.74), warmth)[:, 0]
    return radius, colour.astype(np.float32), opacity.astype(np.float32)


RING_STEPS = 2048
RING_BLURS = 16
RING_LIGHTS = 8


@lru_cache(maxsize=1)
def _ring_table() -> Words:
    """The rings' words by blur, light and radius. Blur b averages over 2 ** (b / 2) steps of the radius."""
    _, colour, opacity = _ring_profile()
    layers = np.concatenate([colour * opacity, opacity[None]])
    sums = np.concatenate([np.zeros((4, 1)), np.cumsum(layers, axis=1, dtype=np.float64)], axis=1)
    steps, light = np.arange(RING_STEPS), np.linspace(0.06, 1, RING_LIGHTS)[:, None]
    table = np.empty((RING_BLURS, RING_LIGHTS, RING_STEPS), np.uint32)
    for blur in range(RING_BLURS):
        width = 2 ** (blur / 2)
        ends = (np.clip(steps + 0.5 + side * width / 2, 0, RING_STEPS) for side in (-1, 1))
        low, high = (np.stack([np.interp(e, np.arange(RING_STEPS + 1), s) for s in sums]) for e in ends)
        *rgb, alpha = 255 * (high - low) / width
        table[blur] = _packed([c * light for c in rgb], alpha * np.ones_like(light))
    return table.ravel()


# The map of the planet

MAP_SIDE = 2048
MAP_REACH = 1.02
"""Each hemisphere is mapped from its pole (stereographically), this far, where 1 is the equator."""

_OCTAVE = 2.03 * np.array([[0.0, 0.8, 0.6], [-0.8, 0.36, -0.48], [-0.6, -0.48, 0.64]], np.float32)


def _swirls(points: Floats, octaves: int, gain: float = 0.52) -> Floats:
    """Fractal noise around 0 at points (3, ...): waves, turned, bent by each other and made finer again and again."""
    total, weight = np.zeros(points.shape[1:], np.float32), 1.0
    for _ in range(octaves):
        sin, cos = np.sin(points), np.cos(points)
        total += weight * (sin[0] * cos[1] + sin[1] * cos[2] + sin[2] * cos[0])
        points = np.tensordot(_OCTAVE, points + 0.35 * cos[[1, 2, 0]], 1) + np.float32(1.7)
        weight *= gain
    return total


def _points(hemisphere: int, side: int, rows: slice = slice(None)) -> Floats:
    """The points of the sphere (3, rows, side) that a map of `side` texels shows. hemisphere: 1 north, -1 south."""
    u = ((np.arange(side, dtype=np.float32) + 0.5) * (2 / side) - 1) * MAP_REACH
    v = u[rows, None]
    bulge = 2 / (1 + u * u + v * v)
    return np.stack([u * bulge, v * bulge, hemisphere * (bulge - 1)])


def _sunlight(points: Floats) -> Floats:
    """The cosine of the angle between the sun and the zenith."""
    x, y, z = points
    return SUN[0] * x + SUN[2] * z


def _terrain(points: Floats) -> Floats:
    """Height above the sea, clouds, dryness, towns, and the light of slopes on land and in clouds, (6, h, w)."""
    x, y, z = points
    height = _swirls(points * 2.1 + 1.0, 8) - 0.25
    bent = points * _rgb(2.2, 2.2, 4.2) + 0.3 * _swirls(points * 2.5 + 9, 4)
    clouds = _swirls(bent + 2.0, 7, gain=0.57) + 0.3 * np.cos(6 * z)
    dryness = _swirls(points * 3 + 1, 4) + 0.9 - 2.5 * np.abs(np.abs(z) - 0.35)
    towns = _swirls(points * 55, 3) + 0.6 * _swirls(points * 8, 2)
    sun = np.gradient(_sunlight(points))
    texel = sum(np.gradient(c, axis=1) ** 2 for c in points)

    def slopes(of: Floats, steepness: float) -> Any:
        along = sum(a * b for a, b in zip(np.gradient(of), sun, strict=True))
        return np.clip(1 - steepness * along / texel, 0.35, 1.7)

    return np.stack([height, clouds, dryness, towns, slopes(np.maximum(height, 0), 0.06), slopes(_ramp(0.3, 1.5, clouds), 0.03)])


def _surface(hemisphere: int, rows: slice, terrain: Floats) -> Words:
    """Words of the map; in alpha how much a glint of the sun may add."""
    height, clouds, dryness, towns, slopes, billows = terrain
    points = _points(hemisphere, MAP_SIDE, rows)
    x, y, z = points
    sun = _sunlight(points)

    ashore = _ramp(-0.012, 0.012, height)
    sea = _mix(_rgb(0.005, 0.022, 0.085), _rgb(0.02, 0.20, 0.27), np.exp(9 * np.minimum(height, 0)))
    land = _mix(_rgb(0.035, 0.085, 0.022), _rgb(0.42, 0.26, 0.12), _ramp(-0.2, 0.6, dryness))
    land = _mix(land, _rgb(0.23, 0.18, 0.15), _ramp(0.5, 1.1, height)) * slopes
    ice = _ramp(0.84, 0.93, np.abs(z) + 0.05 * height)
    ground = _mix(_mix(sea, land, ashore), _rgb(0.85, 0.90, 0.96) * slopes, ice)
    cover = _ramp(0.35, 1.7, clouds)
    ground = _mix(ground, 0.92 * billows, cover)

    # Where the ray from a point to the sun crosses the rings it loses what they hold back.
    radius, _, opacity = _ring_profile()
    up = -z / SUN[2]
    crossing = np.hypot(x + up * SUN[0], y)
    shade = np.interp(crossing, radius, opacity).astype(np.float32) * (up > 0)
    day = _ramp(-0.12, 0.55, sun) * (1 - 0.85 * shade)
    dusk = _rgb(1.0, 0.52, 0.27) ** np.exp(-8 * np.maximum(sun + 0.04, 0))
    lamps = _ramp(1.0, 1.7, towns) * ashore * (1 - ice) * (1 - cover) * _ramp(0.7, 0.1, height)
    light = ground * dusk * (1.3 * day) + _rgb(1.0, 0.5, 0.16) * (lamps * _ramp(0.08, -0.12, sun))
    rgb = 255 * (1 - np.exp(-1.6 * light)) ** np.float32(1 / 2.2)
    water = (1 - ashore) * (1 - ice) * (1 - cover) ** 2 * day
    return _packed(rgb, water * (255 - rgb.max(axis=0)))


def _doubled(field: Floats) -> Floats:
    """The field with twice as many samples along its last axis, between the old ones."""
    padded = np.concatenate([field[..., :1], field, field[..., -1:]], axis=-1)
    near = 0.75 * field
    pair = np.stack([near + 0.25 * padded[..., :-2], near + 0.25 * padded[..., 2:]], axis=-1)
    return pair.reshape(*field.shape[:-1], -1)


@lru_cache(maxsize=1)
def _maps() -> list[Words]:
    maps = np.empty((MAP_SIDE, 2, MAP_SIDE), np.uint32)
    step = 16
    for column, hemisphere in enumerate((1, -1)):
        points = _points(hemisphere, MAP_SIDE // 2)
        terrain = np.empty((6, MAP_SIDE // 2, MAP_SIDE // 2), np.float32)
        for top in range(0, MAP_SIDE // 2, step):
            first = max(top - 1, 0)
            t = _terrain(points[:, first : top + step + 1])
            terrain[:, top : top + step] = t[:, top - first : top - first + step]
        for top in range(0, MAP_SIDE, step):
            # the low-res rows needed with margin
            low = slice(max(top // 2 - 1, 0), (top + step) // 2 + 1)
            t = _doubled(_doubled(terrain[:, low]).swapaxes(1, 2)).swapaxes(1, 2)
            off = top - 2 * low.start
            maps[top : top + step, column] = _surface(hemisphere, slice(top, top + step), t[:, off : off + step])
    levels = [maps.reshape(MAP_SIDE, -1)]
    while len(levels) < 4:
        w = levels[-1]
        b = w.view(np.uint8).reshape(w.shape[0] // 2, 2, w.shape[1] // 2, 2, 4)
        m = b.mean(axis=(1, 3), dtype=np.float32).astype(np.uint8)
        levels.append(np.ascontiguousarray(m).view(np.uint32)[..., 0])
    return levels


# Air

AIR_DEPTHS, AIR_LIGHTS = 192, 256
AIR_TOP = 1.10
_Q0 = -math.sqrt(AIR_TOP ** 2 - 1)


@lru_cache(maxsize=4)
def _air(radius: float) -> tuple[Words, Words]:
    q = np.linspace(_Q0, 1, AIR_DEPTHS, dtype=np.float32)[:, None]
    sun = np.linspace(-1, 1, AIR_LIGHTS, dtype=np.float32)[None]
    r = np.sqrt(1 - q * np.abs(q))
    cover = np.clip((1 - r) * radius + 0.5, 0, 1)
    haze = np.where(q > 0, 0.08+0.62 * (1 - q) ** 2.2, 0.7 * np.exp(-(r - 1) / 0.016) * (1 - _ramp(1.06, AIR_TOP, r)))
    day = _ramp(-0.30, 0.5, sun)
    haze = haze * day
    sky = _mix(_rgb(1.0, 0.42, 0.2), _rgb(0.36, 0.66, 1.0), _ramp(-0.12, 0.3, sun))
    glow = haze * sky * 255
    return _packed(glow, 255 * np.maximum(cover, haze)).ravel(), (256 * cover * (1 - haze)).astype(np.uint32).ravel()


# Stars

@lru_cache(maxsize=1)
def _stars():
    random = np.random.default_rng(3)
    n = 6000
    d = random.normal(size=(n, 3)).astype(np.float32)
    d /= np.linalg.norm(d, axis=1, keepdims=True)
    bright = 0.12 + 0.9 * random.random(n) ** 8
    tint = random.random(n)
    colour = np.stack([_ramp(-.3, .6, tint), 0.75 + 0.2 * np.sin(3 * tint), _ramp(1.3, .4, tint)], 1) * bright[:, None]
    return d, (colour * 255).astype(np.float32)


# View

@dataclass
class View:
    right: Vector
    up: Vector
    viewer: Vector
    radius: float


def _linear(x, y, a, b, c=0.0):
    return np.float32(a) * x + np.float32(b) * y + np.float32(c) if False else np.add(np.float32(a) * x, np.float32(b) * y + np.float32(c))


def dot(a, b):
    return sum(p * q for p, q in zip(a, b))


def _planet(x, y, radius, axes) -> Words:
    right, up, viewer = axes
    f = np.float32
    e = np.subtract(1 - y * y, x * x)
    z = np.sqrt(np.abs(e))
    np.copysign(z, e, out=z)
    depth = z - f(_Q0)
    depth *= f((AIR_DEPTHS - 1) / (1 - _Q0))
    np.maximum(depth, 0, out=depth)
    depth = depth.astype(np.int32)
    np.maximum(z, 0, out=z)

    def along(v, scale=1.0, offset=0.0):
        r = _linear(x, y, scale * dot(v, right), scale * dot(v, up), offset)
        r += f(scale * dot(v, viewer)) * z
        return r

    bx, by, bz = along((1, 0, 0)), along((0, 1, 0)), along((0, 0, 1))
    levels = _maps()
    level = min(max(int(math.log2(MAP_SIDE / 4 / radius) + .5), 0), 3)
    m = levels[level]
    side = m.shape[0]
    s = np.abs(bz)
    s += 1
    np.divide(f(side / 2 / MAP_REACH), s, out=s)
    bx *= s
    by *= s
    by += f(side / 2)
    bx += f(side)
    bx -= np.copysign(f(side / 2), bz)
    index = by.astype(np.int32)
    index *= 2 * side
    index += bx.astype(np.int32)
    ground = m.ravel().take(index, mode="clip")
    # glint
    half = [a + b for a, b in zip(SUN, viewer)]
    n = math.sqrt(dot(half, half))
    half = [h / n for h in half]
    glint = along(half, 45.0, 1 - 45.0)
    np.maximum(glint, 0, out=glint)
    glint *= glint
    glint *= f(200)
    g = glint.astype(np.uint32)
    g *= ground >> 24
    g >>= 8
    g *= 0x010101
    ground &= 0x00FFFFFF
    ground += g
    light = along(SUN, (AIR_LIGHTS - 1) / 2, AIR_LIGHTS / 2)
    light = np.clip(light, 0, AIR_LIGHTS-1).astype(np.int32)
    depth *= AIR_LIGHTS
    depth += light
    air, keep = _air(radius)
    out = _scaled(ground, keep.take(depth, mode="clip"))
    out += air.take(depth, mode="clip")
    return out


def _rings(x, y, radius, axes):
    right, up, viewer = axes
    f = np.float32
    t = _linear(x, y, -right[2] / viewer[2], -up[2] / viewer[2])
    tt = t * t
    rr = np.add(x * x, y * y)
    rr += tt
    # footprint
    tt /= rr
    tt *= 31
    first = math.log2(max((RING_STEPS / (RING_OUTER - RING_INNER + .1)) / radius, 1e-9)) * 2
    g = (np.arange(32) + .5) / 31
    blurs = first + np.log2(1 + g / viewer[2] ** 2)
    offsets = np.clip(np.rint(blurs), 0, RING_BLURS - 1).astype(np.int32) * (RING_LIGHTS * RING_STEPS)
    index = offsets.take(tt.astype(np.int32), mode="clip")
    sx = dot(SUN, right); sy = dot(SUN, up); sz = dot(SUN, viewer)
    behind = _linear(x, y, sx - sz * right[2] / viewer[2], sy - sz * up[2] / viewer[2])
    np.minimum(behind, 0, out=behind)
    behind *= behind
    np.subtract(rr, behind, out=behind)
    behind -= f(0.97)
    behind *= f(RING_LIGHTS / 0.06)
    np.clip(behind, 0, RING_LIGHTS - 1, out=behind)
    light = behind.astype(np.int32)
    light *= RING_STEPS
    index += light
    r = np.sqrt(rr, out=rr)
    r -= f(RING_INNER - .05)
    r *= f((RING_STEPS - 1) / (RING_OUTER - RING_INNER + .1))
    np.clip(r, 0, RING_STEPS - 1, out=r)
    index += r.astype(np.int32)
    words = _ring_table().take(index, mode="clip")
    return words, t


def _span(outline, low, high, x):
    xs, ys = outline
    inside = xs[(ys >= low) & (ys <= high)]
    if not inside.size:
        return slice(0, 0)
    pixel = x[1] - x[0]
    return slice(*np.searchsorted(x, [inside.min() - pixel, inside.max() + pixel]))


def picture_size(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, math.sqrt(MAX_PIXELS / (width * height)))
    return max(int(width * scale), 1), max(int(height * scale), 1)


def render(width: int, height: int, camera: Camera):
    width, height = picture_size(width, height)
    radius = camera.zoom * min(0.34 * height, 0.225 * width)
    axes = right, up, viewer = camera.axes()
    x = ((np.arange(width) + 0.5 - width / 2) / radius).astype(np.float32)
    y = ((height / 2 - 0.5 - np.arange(height)) / radius).astype(np.float32)
    angle = np.linspace(0, math.tau, 1024)
    c, s = np.cos(angle), np.sin(angle)
    disc = AIR_TOP * c, AIR_TOP * s
    o = RING_OUTER + .02
    ellipse = o * (c * right[0] + s * right[1]), o * (c * up[0] + s * up[1])
    frame = np.zeros((height, width), np.uint32)
    rows = max(BAND_PIXELS // width, 1)
    margin = 0.015
    for top in range(0, height, rows):
        band = frame[top : top + rows]
        yy = y[top : top + rows, None]
        low, high = yy[-1, 0] - margin, yy[0, 0] + margin
        cols = _span(disc, low, high, x)
        if cols.start < cols.stop:
            band[:, cols] = _planet(x[cols], yy, radius, axes)
        cols = _span(ellipse, low, high, x)
        if cols.start < cols.stop:
            ring, t = _rings(x[cols], yy, radius, axes)
            below = band[:, cols]
            swap = t.view(np.int32) >> 31
            swap = swap.view(np.uint32)
            # ring is above where t > 0
            d = ring ^ below
            d &= swap
            ring ^= d          # ring := top
            d ^= below         # bottom
            # swap==0 (near): ring=ring, d=below. swap==-1: ring=below, d = ring
            k = ring >> 24
            np.subtract(256, k, out=k)
            d = _scaled(d, k)
            d += ring
            band[:, cols] = d
    _draw_stars(frame, axes)
    frame |= 0xFF000000
    return frame.view(np.uint8).reshape(height, width, 4)


def _draw_stars(frame, axes):
    h, w = frame.shape
    d, colour = _stars()
    right, up, viewer = (np.array(a, np.float32) for a in axes)
    depth = -(d @ viewer)
    with np.errstate(divide="ignore"):
        k = h * 1.1 / depth
    px = d @ right * k + w / 2
    py = h / 2 - d @ up * k
    seen = (depth > 0.1) & (px > 2) & (px < w - 3) & (py > 2) & (py < h - 3)
    px, py, colour = px[seen], py[seen], colour[seen]
    ix, iy = np.floor(px).astype(np.int32), np.floor(py).astype(np.int32)
    o = np.arange(-1, 3)
    gx = np.exp(-((ix[:, None] + o + .5 - px[:, None] -.0) ** 2) / 0.7)
    gy = np.exp(-((iy[:, None] + o + .5 - py[:, None]) ** 2) / 0.7)
    weight = gy[:, :, None] * gx[:, None, :]
    index = (iy[:, None, None] + o[:, None]) * w + ix[:, None, None] + o
    flat = frame.reshape(-1)
    below = flat[index]
    weight *= 1 - (below >> 24) / 255
    add = _packed([np.minimum(weight * c[:, None, None], 255) for c in colour.T], 0 * weight)
    # saturate
    b = below.view(np.uint8).reshape(*below.shape, 4); a = add.view(np.uint8).reshape(*below.shape, 4)
    flat[index] = (b + np.minimum(a, 255 - b)).view(np.uint32)[..., 0]
