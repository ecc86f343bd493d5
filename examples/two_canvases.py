"""Two canvases on one server: each has its own page, its own viewers and its own control.

Their names are parts of the URL; the page at / lists them.
"""

from __future__ import annotations

import numpy as np

from rtc_canvas import Canvas, DrawRequest, run

rings = Canvas(size=(640, 480), fps=30, mode="continuous", title="Rings")
stripes = Canvas(size=(640, 480), fps=30, mode="continuous", title="Stripes")


def shaded(wave: np.ndarray) -> np.ndarray:
    """A gray picture (h, w) of values from -1 to 1."""
    return (127.5 + 127.5 * wave).astype(np.uint8)


@rings.draw
def draw_rings(request: DrawRequest) -> np.ndarray:
    width, height = request.size
    y, x = np.ogrid[-height / 2 : height / 2 : height * 1j, -width / 2 : width / 2 : width * 1j]
    return shaded(np.sin(np.hypot(x, y) / 12 - 3 * request.time))


@stripes.draw
def draw_stripes(request: DrawRequest) -> np.ndarray:
    width, height = request.size
    y, x = np.ogrid[:height, :width]
    return shaded(np.sin((x + y) / 20 - 2 * request.time))


if __name__ == "__main__":
    run({"rings": rings, "stripes": stripes})
