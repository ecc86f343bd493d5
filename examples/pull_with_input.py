"""Paint with the pointer: handlers change what there is, draw() shows it.

The canvas draws when somebody looks and something happened: after a handled event, a resize or a join. Handlers and
draw() run on one thread, never at the same time, so they need no lock.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rtc_canvas import Canvas, DrawRequest, run

canvas = Canvas(size=(800, 600), title="Drag to paint, press any key to clear")
canvas.cursor = "crosshair"
strokes: list[tuple[float, float]] = []


@canvas.on("pointer_down", "pointer_move")
def paint(event: dict[str, Any]) -> None:
    if 1 in event["buttons"]:
        strokes.append((event["x"], event["y"]))


@canvas.on("key_down")
def clear(event: dict[str, Any]) -> None:
    strokes.clear()


@canvas.draw
def draw(request: DrawRequest) -> np.ndarray:
    width, height = request.size
    picture = np.full((height, width, 3), 250, np.uint8)
    # Events come in logical pixels; on a dense screen the picture has more of them.
    size = max(round(6 * request.pixel_ratio), 1)
    for x, y in strokes:
        left, top = (max(round(v * request.pixel_ratio), 0) for v in (x, y))
        picture[top : top + size, left : left + size] = (40, 90, 200)
    return picture


if __name__ == "__main__":
    run(canvas)
