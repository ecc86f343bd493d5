"""A thread renders at its own pace and pushes; whoever looks sees its newest picture.

push() may be called from any thread, never waits for a viewer, and copies the array, which can so be used again.
"""

from __future__ import annotations

import threading
import time

import numpy as np

from rtc_canvas import Canvas, run

canvas = Canvas(size=(640, 480), title="Waves")


def simulate() -> None:
    """The wave equation on a grid, with a drop falling into it now and then."""
    random = np.random.default_rng()
    height, before = np.zeros((480, 640), np.float32), np.zeros((480, 640), np.float32)
    picture = np.empty((480, 640, 3), np.uint8)
    while True:
        if random.random() < 0.05:
            y, x = random.integers(20, 460), random.integers(20, 620)
            height[y - 3 : y + 3, x - 3 : x + 3] -= 3
        around = sum(np.roll(height, shift, axis) for shift in (-1, 1) for axis in (0, 1))
        height, before = (0.5 * around - before) * 0.995, height
        slope = height - np.roll(height, 2, axis=1)
        for channel, level in enumerate((30, 100, 150)):
            picture[..., channel] = np.clip(level + 250 * slope, 0, 255)
        canvas.push(picture)
        time.sleep(1 / 60)


if __name__ == "__main__":
    threading.Thread(target=simulate, daemon=True).start()
    run(canvas)
