"""A program with exact pixels, for one viewer: it shows a page of text whenever a line comes on its standard input.

Writes JSON lines: ``{"ready": URL}`` once, then ``{"number": N, "shown": T}`` as a page is handed over, and
``{"number": N, "settled": T}`` as the viewer has acknowledged it, T on ``time.monotonic``'s clock. A page comes right
after half a second of motion.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np
from numpy.typing import NDArray

from rtc_canvas import Canvas, serve_in_thread

from .network import SERVER

SIZE = 1280, 720
LETTER = 8, 12


def page(number: int) -> NDArray[np.uint8]:
    """(720, 1280, 3): lines of small letters in a few colours, the same for each number."""
    random = np.random.default_rng(number)
    width, height = LETTER
    letters = np.random.default_rng(0).random((26, height, width)) < 0.4
    letters[:, -2:] = letters[:, :, -1:] = False
    text = random.integers(0, 26, (SIZE[1] // height, SIZE[0] // width))
    ink = letters[text].transpose(0, 2, 1, 3).reshape(SIZE[1], SIZE[0])
    colours = random.integers(0, 160, (SIZE[1] // height, 3), np.uint8)
    colours_of_rows = np.repeat(colours, height, axis=0)[:, None]
    return np.where(ink[..., None], colours_of_rows, 255).astype(np.uint8)


def report(**line: object) -> None:
    print(json.dumps(line), flush=True)


def main() -> None:
    canvas = Canvas(SIZE, resizable=False, exact=True)
    canvas.push(page(0))
    with serve_in_thread(canvas, host=SERVER, port=8000, open_access=True) as server:
        report(ready=server.url)
        for number, _ in enumerate(sys.stdin, 1):
            picture = page(number)
            for step in range(15):
                canvas.push(np.roll(picture, -12 * step, axis=0))
                time.sleep(1 / 30)
            canvas.push(picture)
            report(number=number, shown=time.monotonic())
            if canvas.settled().wait(20):
                report(number=number, settled=time.monotonic())


if __name__ == "__main__":
    main()
