"""This project with an on-demand canvas on which nothing changes after the first draw: what idling costs."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

from rtc_canvas import DrawRequest

from ..scene import render
from .contract import read_options
from .ours import make_canvas, serving


def main() -> None:
    options = read_options()
    picture = render(1)
    canvas = make_canvas(options, mode="ondemand")

    @canvas.draw
    def draw(request: DrawRequest) -> NDArray[np.uint8]:
        return picture

    with serving(canvas, options):
        threading.Event().wait()


if __name__ == "__main__":
    main()
