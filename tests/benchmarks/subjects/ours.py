"""This project as shipped: arrays pushed from a thread, every setting left alone."""

from __future__ import annotations

import time

from rtc_canvas import Canvas, serve_in_thread

from .contract import Metronome, Source, read_options, report


def main() -> None:
    options = read_options()
    source = Source(busy=options.busy)
    canvas = Canvas(size=(1280, 720))
    with serve_in_thread(canvas, host=options.host, port=options.port) as server:
        report(ready=server.url)
        metronome = Metronome(options.fps, options.rest)
        while True:
            time.sleep(metronome.until_next())
            picture = source.next()
            source.handed_over()
            canvas.push(picture)


if __name__ == "__main__":
    main()
