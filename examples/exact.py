"""Exact pixels: a chart of stripes a pixel wide, which no video shows as they are, changes once everybody has seen it.

While nothing moves, the page's pixels are the array's, byte for byte. The page's save button gives the same as a file.
"""

from __future__ import annotations

import threading
import time

import numpy as np
from numpy.typing import NDArray

from rtc_canvas import Canvas, run

canvas = Canvas(size=(512, 384), resizable=False, exact=True, title="Stripes")


def chart(step: int) -> NDArray[np.uint8]:
    """Stripes of two strong colours, each turned a little further."""
    y, x = np.mgrid[:384, :512]
    angle = step * np.pi / 12
    stripe = np.floor(x * np.cos(angle) + y * np.sin(angle)).astype(int) % 2
    colours = np.array([(230, 30, 60), (20, 90, 240)], np.uint8)
    return colours[stripe]


def change() -> None:
    step = 0
    while True:
        canvas.push(chart(step))
        began = time.monotonic()
        if canvas.has_viewers and canvas.settled().wait(timeout=10):
            print(f"Chart {step} was exact after {time.monotonic() - began:.2f} s.", flush=True)
            step += 1
        time.sleep(1)


if __name__ == "__main__":
    threading.Thread(target=change, daemon=True).start()
    run(canvas)
