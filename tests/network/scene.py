"""The program of docs/deploy.md: numbered pictures, a few a second."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rtc_canvas import Canvas, DrawRequest
from tests.benchmarks.number_blocks import NUMBERS, write_number

canvas = Canvas(size=(1280, 720), mode="continuous", fps=10)
picture = np.full((720, 1280, 3), 90, np.uint8)


@canvas.draw
def draw(request: DrawRequest) -> NDArray[np.uint8]:
    write_number(picture, request.index % NUMBERS)
    return picture
