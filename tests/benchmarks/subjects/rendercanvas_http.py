"""The rival from PyPI: ``rendercanvas.http``, JPEG pictures over a WebSocket.

Its server writes to sockets in C, where nobody can count: what is counted are the messages that it is given to send.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from .contract import Metronome, Source, read_options, report
from .counting import every_second

# Imported by name: the type check runs without it, and it has few types.
rendercanvas: Any = importlib.import_module("rendercanvas.http")

TICKS = 240
"""How often a second rendercanvas looks whether a draw was asked for: often enough not to limit 59 fps."""


class Count:
    """Counts what an ASGI application sends through WebSockets, without the headers of WebSocket, TCP and IP."""

    def __init__(self, application: Any) -> None:
        self.sent = 0
        self._call = application.__call__
        application.__call__ = self._counted(application.__call__)
        every_second(lambda: report(sent=self.sent, time=time.monotonic()))

    def _counted(self, call: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def counted(app: Any, scope: Any, receive: Any, send: Any) -> None:
            async def count(message: dict[str, Any]) -> None:
                self.sent += len(message.get("bytes") or message.get("text", "").encode())
                await send(message)

            await call(app, scope, receive, count)

        return counted


def main() -> None:
    options = read_options()
    if options.count:
        Count(type(rendercanvas.asgi))
    logging.getLogger("rendercanvas").setLevel(logging.ERROR)  # it announces its page as a warning
    source = Source(options, channels=4)
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
