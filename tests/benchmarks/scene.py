"""The content that every subject shows: a moving scene, the same for all, rendered ahead of time.

It has what rendered pictures have: smooth shading, a moving outline, thin coloured lines and small coloured
print. Where it is to be busy, fine grain shimmers all over it, which no codec can predict.
The scene repeats after :data:`PERIOD` pictures without a seam, so that finished pictures play for ever and rendering
costs the server under test nothing.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .number_blocks import write_number

WIDTH, HEIGHT = 1280, 720
PERIOD = 60
GRAIN = 0.02
"""How strong each layer of grain is, of the full range."""
GRAIN_SIDE = 240
"""Pixels after which the grain repeats: a multiple of the period, so that it slides by whole pixels."""


def render(number: int, busy: bool = False) -> NDArray[np.uint8]:
    """Render picture ``number``: (720, 1280, 3) uint8, its number in the top left corner."""
    turn = 2 * math.pi * (number % PERIOD) / PERIOD
    picture = _background(turn)
    _draw_ball(picture, 640 + 90 * math.cos(turn), 330 + 60 * math.sin(turn), 190, (1.0, 0.55, 0.2))
    _draw_ball(picture, 1010 - 50 * math.sin(turn), 250 + 80 * math.cos(turn), 110, (0.3, 0.7, 1.0))
    _draw_curves(picture, turn)
    _draw_print(picture, top=80, left=60)
    _draw_print(picture, top=600, left=60 + round(8 * math.sin(turn)))
    if busy:
        _draw_grain(picture, number)
    finished = (picture * 255 + 0.5).astype(np.uint8)
    write_number(finished, number)
    return finished


def _background(turn: float) -> NDArray[np.float32]:
    x = np.linspace(0, 1, WIDTH, dtype=np.float32)[None, :]
    y = np.linspace(0, 1, HEIGHT, dtype=np.float32)[:, None]
    middle = 0.5 + 0.1 * math.sin(turn)
    glow = np.exp(-6 * (y - middle) ** 2) * np.exp(-6 * (x - 0.5) ** 2)
    red, green, blue = (
        0.10 + 0.25 * glow,
        0.12 + 0.15 * glow + 0.1 * y,
        0.25 + 0.2 * (1 - y) + 0 * glow,
    )
    return np.stack([red, green, blue], axis=-1)


def _draw_ball(
    picture: NDArray[np.float32],
    x: float,
    y: float,
    radius: float,
    colour: tuple[float, float, float],
) -> None:
    """Draw a lit sphere with an antialiased rim and meridians as its texture."""
    left, top = int(x - radius) - 2, int(y - radius) - 2
    side = int(2 * radius) + 5
    patch = picture[top : top + side, left : left + side]
    u = ((np.arange(side) + left - x) / radius).astype(np.float32)[None, :]
    v = ((np.arange(side) + top - y) / radius).astype(np.float32)[:, None]
    depth = np.sqrt(np.clip(1 - u**2 - v**2, 0, 1))
    light = np.clip(0.5 * depth - 0.45 * u - 0.55 * v, 0.06, 1)
    stripes = 0.85 + 0.15 * np.tanh(6 * np.sin(9 * np.arctan2(u, depth + 1e-3)))
    shade = (light * stripes)[..., None] * np.array(colour, np.float32)
    shade += (np.clip(light, 0, 1) ** 24)[..., None] * 0.6
    cover = np.clip((1 - np.sqrt(u**2 + v**2)) * radius + 0.5, 0, 1)[..., None]
    patch += cover * (np.clip(shade, 0, 1) - patch)


def _draw_curves(picture: NDArray[np.float32], turn: float) -> None:
    """Draw three thin curves, as a plot has them."""
    x = np.arange(WIDTH, dtype=np.float32)
    top, bottom = 490, 590
    rows, band = np.arange(top, bottom, dtype=np.float32)[:, None], picture[top:bottom]
    for index, colour in enumerate(((1, 0.2, 0.3), (0.2, 1, 0.4), (1, 0.9, 0.2))):
        y = 540 + 40 * np.sin(x / 90 + turn + 2 * index) * np.cos(x / 300 + index)
        cover = np.clip(1.6 - np.abs(rows - y), 0, 1)[..., None]
        band += cover * (np.array(colour, np.float32) - band)


def _draw_print(picture: NDArray[np.float32], top: int, left: int) -> None:
    """Draw four lines of made-up 5 x 7 glyphs in colours, two pixels a dot."""
    random = np.random.default_rng(7)
    for line in range(4):
        colour = 0.35 + 0.65 * random.random(3, dtype=np.float32)
        glyphs = random.random((7, 40, 6)) < 0.5
        glyphs[:, :, 5] = False
        dots = np.kron(glyphs.reshape(7, -1), np.ones((2, 2), bool))
        y = top + 20 * line
        picture[y : y + dots.shape[0], left : left + dots.shape[1]][dots] = colour


def _draw_grain(picture: NDArray[np.float32], number: int) -> None:
    """Slide two layers of fine grain over each other: their sum is like no shifted part of the picture before."""
    random = np.random.default_rng(11)
    stride = GRAIN_SIDE // PERIOD
    for step in ((0, stride), (stride, 0)):
        noise = random.random((GRAIN_SIDE, GRAIN_SIDE), np.float32) - 0.5
        smooth = noise + np.roll(noise, 1, 0) + np.roll(noise, 1, 1) + np.roll(noise, 1, (0, 1))
        tile = np.roll(smooth, (step[0] * number, step[1] * number), (0, 1))
        repeats = (math.ceil(HEIGHT / GRAIN_SIDE), math.ceil(WIDTH / GRAIN_SIDE))
        picture += GRAIN * np.tile(tile, repeats)[:HEIGHT, :WIDTH, None]
    np.clip(picture, 0, 1, out=picture)
