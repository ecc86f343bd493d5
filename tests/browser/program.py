"""The program's side of a test: a canvas that is served, and a record of what happens to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import numpy as np

from rtc_canvas import Canvas, Server

PATIENCE = 10.0
"""Seconds that anything may take before a test gives up on it."""

Color = tuple[int, int, int]


class Program:
    """Records every event of a canvas, in the order in which a handler gets them.

    server: set once the canvas is served.
    """

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.server: Server
        self.events: list[dict[str, Any]] = []
        self._read = 0
        self._news = asyncio.Event()
        loop = asyncio.get_running_loop()
        canvas.on("*")(lambda event: loop.call_soon_threadsafe(self._record, event))

    def _record(self, event: dict[str, Any]) -> None:
        self.events.append(event)
        self._news.set()

    @property
    def origin(self) -> str:
        """The server's address, without token or path."""
        return f"http://{self.server.host}:{self.server.port}"

    def show(self, color: Color) -> None:
        """Push a picture of one colour, of the size that the canvas has now."""
        width, height = self.canvas.physical_size
        self.canvas.push(flat(color, width, height))

    async def event(self, *types: str, **fields: Any) -> dict[str, Any]:
        """Wait for the next event of one of these types with these fields, after the one awaited before.

        Those in between are passed over, so that a second call tells that its event came after the first one's.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    while self._read < len(self.events):
                        event = self.events[self._read]
                        self._read += 1
                        if event["type"] in types and fields.items() <= event.items():
                            return event
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            came = "\n".join(map(str, self.events))
            raise AssertionError(f"No {types} with {fields} came. These came:\n{came}") from None

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something that no event tells of is true."""
        async with asyncio.timeout(PATIENCE):
            while not condition():  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    def types(self, *only: str) -> list[str]:
        """The types of all recorded events in order, or of those `only`."""
        return [event["type"] for event in self.events if not only or event["type"] in only]


def flat(color: Color, width: int, height: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """A picture of one colour, (height, width, 3)."""
    return np.full((height, width, 3), color, np.uint8)
