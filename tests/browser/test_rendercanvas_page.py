"""A page that was written for rendercanvas.http, unchanged."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeAlias

import pytest
from playwright.async_api import Page, ViewportSize, expect
from rendercanvas.http import HTML

from rtc_canvas.rendercanvas import resources

from ..rendercanvas_canvases import backend, bitmaps
from .conftest import NewContext
from .program import PATIENCE

BAR = 34
"""CSS pixels that the title bar is high."""
WITH_BAR = HTML.replace("is-resizable", "is-resizable has-titlebar")


async def until(condition: Any) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


Open: TypeAlias = Callable[..., AbstractAsyncContextManager[tuple[Any, Page]]]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, new_context: NewContext) -> Open:
    """Shows a canvas, made by these keywords, on its page: ours, or one of `html`, in a window of `viewport`."""
    monkeypatch.setenv("RTC_CANVAS_OPTIONS", "--port 0 --open-access")

    @contextlib.asynccontextmanager
    async def show(
        *, html: str | None = None, viewport: ViewportSize | None = None, **keywords: Any
    ) -> AsyncIterator[tuple[Any, Page]]:
        if html is not None:
            monkeypatch.setitem(resources, "index.html", ("text/html", html))
        kind, loop = backend()
        canvas = kind(**keywords)
        canvas.request_draw(bitmaps(canvas))
        await until(lambda: loop.server)
        assert loop.server is not None
        options: dict[str, Any] = {} if viewport is None else {"viewport": viewport}
        page = await (await new_context(**options)).new_page()
        await page.goto(loop.server.url)
        yield canvas, page
        canvas.close()
        await until(lambda: loop.server is None)
        await loop.ended()

    return show


async def test_its_own_page_shows_the_canvas_and_is_sized_by_css(opened: Open) -> None:
    async with opened(title="Its title", html=HTML) as (canvas, page):
        await expect(page.locator("#status")).to_have_text("Connected (active)")
        await expect(page).to_have_title("Its title")
        await until(lambda: canvas.get_logical_size() == (640, 480))
        canvas.set_css_width("50%")
        canvas.set_css_height("200px")
        # Half of the window but for the body's margins, within the frame.
        await until(lambda: canvas.get_logical_size() == (312, 200))
        await until(lambda: canvas.get_stats()["confirmed_frames"] > 1)


async def test_it_has_the_size_that_the_program_says_until_its_user_resizes_it(
    opened: Open,
) -> None:
    async with opened(size=(300, 200), html=HTML) as (canvas, page):
        wrapper = page.locator("#canvas")
        await expect(wrapper).to_have_css("width", "300px")
        await until(lambda: canvas.get_logical_size() == (300, 200))
        canvas.set_logical_size(320.5, 240)
        await expect(wrapper).to_have_css("width", "320.5px")
        await until(lambda: canvas.rtc.size == (320.5, 240))
        await wrapper.evaluate("(wrapper) => void (wrapper.style.width = '350px')")
        await until(lambda: canvas.rtc.size == (350, 240))
        canvas.set_title("Says nothing of its size")
        await expect(page).to_have_title("Says nothing of its size")
        assert canvas.rtc.size == (350, 240)
        canvas.set_logical_size(320.5, 240)
        await expect(wrapper).to_have_css("width", "320.5px")
        canvas.set_css_height("100px")
        await until(lambda: canvas.rtc.size == (320.5, 100))
        canvas.set_logical_size(320.5, 240)
        await until(lambda: canvas.rtc.size == (320.5, 240))
        await expect(wrapper).to_have_css("height", "240px")


async def test_on_our_own_page_the_window_decides(opened: Open) -> None:
    async with opened(size=(300, 200), viewport={"width": 500, "height": 400}) as (canvas, page):
        await until(lambda: canvas.get_logical_size() == (500, 400))
        canvas.set_logical_size(300, 200)
        await page.set_viewport_size({"width": 510, "height": 400})
        await until(lambda: canvas.get_logical_size() == (510, 400))


async def test_the_classes_of_its_wrapper_count(opened: Open) -> None:
    async with opened(title="Its title", html=WITH_BAR) as (canvas, page):
        await expect(page.locator(".title-bar .title")).to_have_text("Its title")
        await until(lambda: canvas.get_logical_size() == (640, 480 - BAR))
        wrapper = page.locator("#canvas")
        await page.get_by_role("button", name="Minimise").click()
        await expect(wrapper).to_have_class(
            "renderview-wrapper is-resizable has-titlebar is-minimized"
        )
        assert await wrapper.evaluate("(wrapper) => wrapper.clientHeight") == BAR
        await wrapper.evaluate("(wrapper) => void (wrapper.className = 'renderview-wrapper')")
        await until(lambda: canvas.get_logical_size() == (640, 480))
        await expect(page.locator(".title-bar")).to_be_hidden()


async def test_the_size_that_the_program_says_is_below_its_title_bar(opened: Open) -> None:
    async with opened(size=(300, 200), html=WITH_BAR) as (canvas, page):
        wrapper = page.locator("#canvas")
        await expect(wrapper).to_have_css("height", f"{200 + BAR}px")
        await until(lambda: canvas.get_logical_size() == (300, 200))
        canvas.set_logical_size(320, 240)
        await expect(wrapper).to_have_css("height", f"{240 + BAR}px")
        await until(lambda: canvas.rtc.size == (320, 240))
        canvas.set_css_height("150px")
        await until(lambda: canvas.rtc.size == (320, 150))
        await expect(wrapper).to_have_css("height", f"{150 + BAR}px")
        await wrapper.evaluate("(wrapper) => wrapper.classList.remove('has-titlebar')")
        await expect(wrapper).to_have_css("height", "150px")
        await until(lambda: canvas.rtc.size == (320, 150))
        # What its user has made of it stays, whatever comes above it.
        await wrapper.evaluate("(wrapper) => void (wrapper.style.height = '180px')")
        await until(lambda: canvas.rtc.size == (320, 180))
        await wrapper.evaluate("(wrapper) => wrapper.classList.add('has-titlebar')")
        await until(lambda: canvas.rtc.size == (320, 180 - BAR))
