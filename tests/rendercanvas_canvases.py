"""Rendercanvases for tests: classes and loops of their own, and what draws on them."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
from rendercanvas.asyncio import AsyncioLoop

from rtc_canvas.rendercanvas import RtcLoop
from rtc_canvas.rendercanvas.canvas import RtcCanvasGroup, RtcRenderCanvas


def backend() -> tuple[type[RtcRenderCanvas], RtcLoop]:
    """A class of canvases that nothing else uses, and the loop that serves them."""
    loop = RtcLoop()
    return canvas_class(loop), loop


def canvas_class(loop: Any) -> type[RtcRenderCanvas]:
    class RenderCanvas(RtcRenderCanvas):
        _rc_canvas_group = RtcCanvasGroup(loop)

    return RenderCanvas


class Program:
    """A canvas on the event loop that runs, which serves nothing, and a program that draws bitmaps on it.

    drawn: how many draws there were. handled: the events that came to handlers, with the number of draws before each.
    answers: whether a handler asks for a draw.
    """

    def __init__(self, *, answers: bool = True, **settings: Any) -> None:
        self.loop = AsyncioLoop()
        self.canvas = canvas_class(self.loop)(size=(64, 48), **settings)
        self.context = self.canvas.get_bitmap_context()
        self.drawn = 0
        self.handled: list[tuple[int, dict[str, Any]]] = []
        self.answers = answers
        self._news = asyncio.Event()
        self.canvas.add_event_handler(self._handle, "*")
        self.canvas.request_draw(self._draw)

    def _draw(self) -> None:
        self.drawn += 1
        width, height = self.canvas.get_physical_size()
        self.context.set_bitmap(np.full((height, width, 4), self.drawn, np.uint8))
        self._news.set()

    def _handle(self, event: dict[str, Any]) -> None:
        if event["event_type"] == "before_draw":
            return
        self.handled.append((self.drawn, event))
        if self.answers:
            self.canvas.request_draw()
        self._news.set()

    def first(self, type_: str) -> tuple[int, dict[str, Any]]:
        """The first event of a type that was handled, with the number of draws before."""
        return next(handled for handled in self.handled if handled[1]["event_type"] == type_)

    def types(self) -> list[str]:
        """Those of the events that were handled."""
        return [event["event_type"] for _, event in self.handled]

    async def until(self, condition: Any) -> None:
        """Wait until something is true that a draw or an event changes."""
        async with asyncio.timeout(5):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def end(self) -> None:
        self.canvas.close()
        self.loop.stop(force=True)
        await asyncio.sleep(0)
