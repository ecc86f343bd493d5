"""Rendercanvases for tests: classes and loops of their own, and what draws on them."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import wgpu
from rendercanvas.asyncio import AsyncioLoop

from rtc_canvas.rendercanvas import RtcLoop
from rtc_canvas.rendercanvas.canvas import RtcCanvasGroup, RtcRenderCanvas

from .room import Room, room_of


def backend() -> tuple[type[RtcRenderCanvas], RtcLoop]:
    """A class of canvases that nothing else uses, and the loop that serves them."""
    loop = RtcLoop()
    return canvas_class(loop), loop


def canvas_class(loop: Any) -> type[RtcRenderCanvas]:
    class RenderCanvas(RtcRenderCanvas):
        _rc_canvas_group = RtcCanvasGroup(loop)

    return RenderCanvas


def bitmaps(canvas: RtcRenderCanvas) -> Callable[[], None]:
    """A draw function that presents a bitmap, of another shade each time."""
    context = canvas.get_bitmap_context()
    shade = 0

    def draw() -> None:
        nonlocal shade
        shade += 1
        width, height = canvas.get_physical_size()
        context.set_bitmap(np.full((height, width, 4), shade, np.uint8))

    return draw


@functools.cache
def gpu_device() -> Any:
    """One for all tests: it has a thread, and stays."""
    return wgpu.gpu.request_adapter_sync().request_device_sync()


def orange_by_gpu(canvas: RtcRenderCanvas) -> Callable[[], None]:
    """A draw function that has the GPU fill the canvas with (1, 0.5, 0), which is linear: (255, 188, 0) in sRGB."""
    device = gpu_device()
    context = canvas.get_wgpu_context()
    context.configure(device=device, format=context.get_preferred_format(device.adapter))

    def draw() -> None:
        encoder = device.create_command_encoder()
        attachment = {
            "view": context.get_current_texture().create_view(),
            "resolve_target": None,
            "clear_value": (1, 0.5, 0, 1),
            "load_op": wgpu.LoadOp.clear,
            "store_op": wgpu.StoreOp.store,
        }
        encoder.begin_render_pass(color_attachments=[attachment]).end()
        device.queue.submit([encoder.finish()])

    return draw


class Program:
    """A canvas on the event loop that runs, which serves nothing, and a program that draws on it.

    way: makes what draws, `bitmaps` or another of that kind; the context that it took is `context`.

    drawn: how many draws there were. handled: the events that came to handlers, with the number of draws before each.
    answers: whether a handler asks for a draw.
    """

    def __init__(
        self,
        *,
        way: Callable[[RtcRenderCanvas], Callable[[], None]] = bitmaps,
        answers: bool = True,
        **settings: Any,
    ) -> None:
        self.loop = AsyncioLoop()
        self.canvas = canvas_class(self.loop)(**{"size": (64, 48), **settings})
        self._paint = way(self.canvas)
        self.context: Any = self.canvas._canvas_context
        self.drawn = 0
        self.handled: list[tuple[int, dict[str, Any]]] = []
        self.answers = answers
        self._news = asyncio.Event()
        self.canvas.add_event_handler(self._handle, "*")
        self.canvas.request_draw(self.draw)

    def draw(self) -> None:
        self.drawn += 1
        self._paint()
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


@asynccontextmanager
async def shown(**settings: Any) -> AsyncIterator[tuple[Program, Room]]:
    """A program whose loop runs, and the room in front of its canvas."""
    program = Program(**settings)
    async with room_of(program.canvas.rtc) as room:
        try:
            yield program, room
        finally:
            await program.end()
