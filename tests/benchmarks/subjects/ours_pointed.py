"""This project with a program that answers each move of the pointer by the picture whose number is where it is.

The pointer's ``x`` is rounded to the number, so that a picture tells which move it includes.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtc_canvas import DrawRequest

from ..contents import CONTENTS, Ring
from .contract import read_options
from .ours import make_canvas, serving


def main() -> None:
    options = read_options()
    ring = Ring(CONTENTS[options.content])
    canvas = make_canvas(options, mode="ondemand", fps=options.fps)
    number = 0

    @canvas.on("pointer_move")
    def point(event: dict[str, Any]) -> None:
        nonlocal number
        number = round(event["x"])

    @canvas.draw
    def draw(request: DrawRequest) -> NDArray[np.uint8]:
        return ring[number]

    with serving(canvas, options):
        threading.Event().wait()


if __name__ == "__main__":
    main()
