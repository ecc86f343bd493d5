"""All kinds of graphics on one page of 1280 x 720.

The kinds move in turns, each for a second, as one hand moves them: print scrolls, lines and a cloud of points turn, a
field changes. The page repeats after :data:`PERIOD` pictures without a seam. A still page is one of them.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..number_blocks import write_number
from ..scene import HEIGHT, WIDTH
from .field import draw_field
from .lines import draw_fan, draw_plot
from .points import draw_cloud
from .prints import LEADING, strip

MOVE = 30
"""Pictures in which one kind moves: a second at 30 a second."""
MOVING = ("print", "lines", "points", "field")
"""The kinds that move, in the order of their turns."""
PERIOD = MOVE * len(MOVING)

SCROLL = 8 * LEADING
"""Pixels that the print moves in its turn."""
DARK, LIGHT = (20, 22, 28), (255, 255, 255)
FLATS = (
    (0, 0, 0), (255, 255, 255), (128, 128, 128), (255, 0, 0), (0, 255, 0), (0, 0, 255),
    (255, 255, 0), (0, 255, 255), (255, 0, 255), (200, 100, 50), (30, 60, 120), (90, 160, 40),
)  # fmt: skip
"""The flat colours, from left to right."""

Part = tuple[slice, slice]
"""Rows and columns of the page."""

KINDS: dict[str, tuple[Part, ...]] = {
    "print": (np.s_[40:380, 0:480], np.s_[380:720, 0:480]),
    "lines": (np.s_[40:360, 480:880], np.s_[360:640, 880:1280]),
    "points": (np.s_[40:360, 880:1280],),
    "field": (np.s_[360:640, 480:880],),
    "flat colours": (np.s_[640:720, 480:1280],),
}
"""Where each kind of graphics is."""


def render(number: int, at_once: bool = False) -> NDArray[np.uint8]:
    """Render picture ``number``: (720, 1280, 3) uint8, its number in the top left corner.

    ``at_once``: everything moves all the time, four times as slowly.
    """
    picture = np.full((HEIGHT, WIDTH, 3), DARK, np.uint8)
    progress = {kind: _progress(number, kind, at_once) for kind in MOVING}
    turn = {kind: 2 * math.pi * share for kind, share in progress.items()}
    for part, dark in zip(KINDS["print"], (True, False), strict=True):
        _scroll(picture[part], round(SCROLL * progress["print"]), dark)
    fan, plot = (picture[part] for part in KINDS["lines"])
    draw_fan(fan, turn["lines"])
    plot[:] = LIGHT
    draw_plot(plot, turn["lines"])
    draw_cloud(picture[KINDS["points"][0]], turn["points"])
    draw_field(picture[KINDS["field"][0]], turn["field"])
    for index, colour in enumerate(FLATS):
        picture[flat(index)] = colour
    write_number(picture, number)
    return picture


def flat(index: int) -> Part:
    """Where the flat colour of an index is."""
    rows, columns = KINDS["flat colours"][0]
    width = (columns.stop - columns.start) / len(FLATS)
    left, right = (columns.start + round(width * place) for place in (index, index + 1))
    return rows, slice(left, right)


def _progress(number: int, kind: str, at_once: bool) -> float:
    """How much of its motion a kind has behind it, from 0 to 1: it begins and ends gently."""
    place = number % PERIOD
    if at_once:
        return place / PERIOD
    share = min(max(place / MOVE - MOVING.index(kind), 0.0), 1.0)
    return share - math.sin(2 * math.pi * share) / (2 * math.pi)


def _scroll(ground: NDArray[np.uint8], offset: int, dark: bool) -> None:
    height, width = ground.shape[:2]
    print_ = strip(width, SCROLL, dark)
    ground[:] = print_[(np.arange(height) + offset) % SCROLL]
