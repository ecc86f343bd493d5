"""This project as shipped: a draw function that is called at a steady rate, every setting left alone."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

from rtc_canvas import Canvas, DrawRequest, VideoConfig, serve_in_thread

from .contract import Rest, Source, read_options, report


def main() -> None:
    options = read_options()
    source = Source(busy=options.busy)
    rest = Rest(options.rest)
    canvas = Canvas(size=(1280, 720), fps=options.fps, mode="continuous")

    @canvas.draw
    def draw(request: DrawRequest) -> NDArray[np.uint8] | None:
        if rest.remaining(request.time):
            return None
        picture = source.next()
        source.handed_over()
        return picture

    with serve_in_thread(
        canvas, host=options.host, port=options.port, video=VideoConfig(chroma="420")
    ) as server:
        report(ready=server.url)
        threading.Event().wait()


if __name__ == "__main__":
    main()
