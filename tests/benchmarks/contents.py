"""What subjects can be asked to show, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from . import scene
from .graphics import page
from .number_blocks import write_number


@dataclass(frozen=True)
class Content:
    """Numbered pictures of 1280 x 720 that repeat, but for their number, without a seam."""

    render: Callable[[int], NDArray[np.uint8]]
    """Renders one from its number: (720, 1280, 3), the number in the top left corner."""
    period: int
    """Pictures until they repeat."""


CONTENTS = {
    "scene": Content(scene.render, scene.PERIOD),
    "busy": Content(partial(scene.render, busy=True), scene.PERIOD),
    "graphics": Content(page.render, page.PERIOD),
    "graphics_at_once": Content(partial(page.render, at_once=True), page.PERIOD),
}


class Ring:
    """The finished pictures of a content; only the number is written for each that is asked for.

    ``channels`` is 3 for RGB or 4 for RGBA. A picture handed out is written to again a period later.
    """

    def __init__(self, content: Content, channels: int = 3) -> None:
        self.period = content.period
        shape = (content.period, scene.HEIGHT, scene.WIDTH, channels)
        self._pictures = np.full(shape, 255, np.uint8)
        for number in range(content.period):
            self._pictures[number, ..., :3] = content.render(number)

    def __getitem__(self, number: int) -> NDArray[np.uint8]:
        picture: NDArray[np.uint8] = self._pictures[number % self.period]
        write_number(picture, number)
        return picture
