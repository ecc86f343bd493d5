"""The viewer's side of a test: a page in a browser, and what can be seen in it."""

from __future__ import annotations

import asyncio
import base64
import io
from abc import ABC, abstractmethod
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from playwright.async_api import Page
from playwright.async_api import TimeoutError as PlaywrightTimeout

from .program import PATIENCE, Color

ROUGHLY = 14
"""Chromium without shaders converts with factors of seven bits, too few for BT.709's blue: that is off by up to 12."""


class Tab(ABC):
    """One tab with one <rtc-canvas> in it, of whatever browser."""

    @abstractmethod
    async def value(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page."""

    @abstractmethod
    async def becomes_true(self, condition: str) -> bool:
        """Wait until a JavaScript expression is true; whether it came to that in time."""

    async def until(self, condition: str) -> None:
        """Wait until a JavaScript expression is true."""
        if not await self.becomes_true(condition):
            said = await self.status()
            raise AssertionError(f"Never true: {condition}. The page says {said!r}.")

    async def sees(self, color: Color, *, within: int = ROUGHLY) -> None:
        """Wait until the middle of the picture has a colour, each channel within `within`."""
        if not await self.becomes_true(f"observer.sees({list(color)}, {within})"):
            seen = await self.value("observer.middle()")
            raise AssertionError(f"The page shows {seen}, not {list(color)}.")

    async def is_white_at(self, x: int, y: int) -> None:
        """Wait until a pixel of the video is white."""
        await self.until(f"observer.frame({x}, {y}, 1, 1).data.every((level) => level > 225)")

    async def is_live(self) -> None:
        """Wait until a picture is on the screen and the channels are open."""
        await self.until(
            "observer.element?.canvas?.size && observer.element.canvas.state === 'live'"
        )

    async def steers(self) -> None:
        """Wait until the page knows that its input steers the program."""
        await self.until("observer.element?.canvas?.steering")

    async def frame(self) -> NDArray[np.uint8]:
        """The newest frame as the video has it, (h, w, 3), with its padding."""
        return _pixels(await self.value("observer.encoded()"))[..., :3]

    async def exact(self) -> NDArray[np.uint8] | None:
        """The exact pixels that the page shows, (h, w, 4); None while it shows none."""
        shown = await self.value("observer.exact()")
        return None if shown is None else _pixels(shown)

    async def shows_exactly(self, pixels: NDArray[np.uint8]) -> None:
        """Wait until the page shows exact pixels, and check that they are these, opaque."""
        await self.until("observer.element.canvas.exactPixels")
        shown = await self.exact()
        assert shown is not None
        assert shown.shape == (*pixels.shape[:2], 4)
        assert np.array_equal(shown[..., :3], pixels)
        assert shown[..., 3].min() == 255

    async def status(self) -> str:
        """What the page says to screen readers about its state."""
        said: str = await self.value("observer.part('[role=status]')?.textContent ?? ''")
        return said

    async def says(self, *parts: str) -> None:
        """Wait until the status has all of these parts."""
        condition = " && ".join(
            f"observer.part('[role=status]')?.textContent.includes({part!r})" for part in parts
        )
        await self.until(condition)

    async def has_said(self, *parts: str) -> None:
        """Wait until the status has had all of these parts at once since the page was opened, if only for a moment."""
        condition = " && ".join(f"text.includes({part!r})" for part in parts)
        if not await self.becomes_true(f"observer.said.some((text) => {condition})"):
            said = await self.value("observer.said")
            raise AssertionError(f"The page has not said {parts}, but {said}.")


class Viewer(Tab):
    """One of Chromium, by playwright."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def value(self, expression: str) -> Any:
        return await self.page.evaluate(expression)

    async def becomes_true(self, condition: str) -> bool:
        try:
            await self.page.wait_for_function(f"() => {condition}")
        except PlaywrightTimeout:
            return False
        return True

    async def screenshot(self) -> NDArray[np.uint8]:
        """What a person sees of the page, (h, w, 3), without the bar at the bottom."""
        return decode_png(await self.page.screenshot(style=".bar { display: none !important }"))

    async def shows(self, place: tuple[int, int], color: tuple[int, int, int]) -> None:
        """Wait until a person sees about this colour at (x, y); a page's next screenshot shows its next frame."""
        x, y = place
        async with asyncio.timeout(PATIENCE):
            while abs((await self.screenshot())[y, x].astype(int) - color).max() > ROUGHLY:
                await self.page.evaluate("new Promise(requestAnimationFrame)")


def _pixels(shown: dict[str, Any]) -> NDArray[np.uint8]:
    """What the observer tells of pixels, (h, w, 4)."""
    rgba = np.frombuffer(base64.b64decode(shown["rgba"]), np.uint8)
    return rgba.reshape(shown["height"], shown["width"], 4)


def decode_png(png: bytes) -> NDArray[np.uint8]:
    """A PNG's pixels, (h, w, 3)."""
    with av.open(io.BytesIO(png), "r") as container:
        frame = next(container.decode(video=0))
        return np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
