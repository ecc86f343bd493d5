"""The rival from PyPI: ``rendercanvas.http``, JPEG pictures over a WebSocket."""

from __future__ import annotations

import asyncio
import importlib
import logging
from typing import Any

from .contract import Metronome, Source, read_options, report

# Imported by name: the type check runs without it, and it has few types.
rendercanvas: Any = importlib.import_module("rendercanvas.http")

TICKS = 240
"""How often a second rendercanvas looks whether a draw was asked for: often enough not to limit 59 fps."""


def main() -> None:
    options = read_options()
    logging.getLogger("rendercanvas").setLevel(logging.ERROR)  # it announces its page as a warning
    source = Source(channels=4, busy=options.busy)
    canvas = rendercanvas.RenderCanvas(size=(1280, 720), update_mode="ondemand", max_fps=TICKS)
    context = canvas.get_bitmap_context()

    def draw() -> None:
        context.set_bitmap(source.next())
        source.handed_over()

    async def ask_for_draws() -> None:
        report(ready=f"http://{options.host}:{options.port}/")
        metronome = Metronome(options.fps, options.rest)
        canvas.request_draw(draw)
        while True:
            await asyncio.sleep(metronome.until_next())
            canvas.request_draw()

    rendercanvas.loop.add_task(ask_for_draws)
    rendercanvas.loop.run(host=options.host, port=options.port)


if __name__ == "__main__":
    main()
