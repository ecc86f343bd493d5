"""This project with a program that pushes moving pictures for a while, stops for a while, and so on.

``{"move": SECONDS, "stop": SECONDS}`` beside the settings of ``ours``. Where it stops its last picture stays.
"""

from __future__ import annotations

import time

from .contract import Metronome, Source, read_options
from .ours import make_canvas, serving


def main() -> None:
    options = read_options()
    source = Source(options)
    canvas = make_canvas(options)
    with serving(canvas, options):
        while True:
            metronome = Metronome(options.fps)
            for _ in range(round(options.settings["move"] * options.fps)):
                time.sleep(metronome.until_next())
                picture = source.next()
                source.handed_over()
                canvas.push(picture)
            time.sleep(options.settings["stop"])


if __name__ == "__main__":
    main()
