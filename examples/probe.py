"""Read values off a picture: press Ctrl+Alt+P and point at it.

A picture shows 256 colours where the data has floats. The probe tells the float itself, and that of the picture which
the viewer sees: by the time the question is here, newer ones have been drawn.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rtc_canvas import Canvas, DrawRequest, ProbeRequest, run

canvas = Canvas(
    size=(800, 600),
    mode="continuous",
    fps=30,
    title="Ctrl+Alt+P: the temperature under the pointer",
)
canvas.cursor = "crosshair"

# Of the last second or two, by the index of the draw: that is the picture's id.
fields: dict[int, NDArray[np.float32]] = {}

COLDEST, WARMEST = 280.0, 320.0

# Some colours of viridis, and the 256 between them.
SOME = [(68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37)]
COLOURS = np.array(
    [np.interp(np.linspace(0, 4, 256), range(5), channel) for channel in zip(*SOME, strict=True)]
).T.astype(np.uint8)


def temperature(width: int, height: int, time: float) -> NDArray[np.float32]:
    """(height, width) in kelvin: two sources that wander."""
    x = np.linspace(-1.5, 1.5, width, dtype=np.float32)
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    warm = np.exp(-((x - np.sin(time)) ** 2 + (y - 0.5 * np.cos(time)) ** 2) / 0.3)
    cold = np.exp(-((x + np.cos(time / 2)) ** 2 + (y - 0.4 * np.sin(time)) ** 2) / 0.2)
    return (300 + 20 * (warm - cold)).astype(np.float32)


@canvas.draw
def draw(request: DrawRequest) -> np.ndarray:
    field = temperature(*request.size, request.time / 4)
    fields[request.index] = field
    fields.pop(request.index - 50, None)
    shade = (field - COLDEST) / (WARMEST - COLDEST) * 255
    return COLOURS[shade.astype(np.uint8)]


@canvas.probe
def probe(request: ProbeRequest) -> np.float32:
    column, row = request.pixel
    return fields[request.id][row, column]


if __name__ == "__main__":
    run(canvas)
