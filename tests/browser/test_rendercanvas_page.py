"""A page that was written for rendercanvas.http, unchanged."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest
from playwright.async_api import expect
from rendercanvas.http import HTML

from rtc_canvas.rendercanvas import resources

from ..rendercanvas_canvases import backend
from .conftest import NewContext
from .program import PATIENCE

BAR = 34
"""CSS pixels that the title bar is high."""


async def until(condition: Any) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_its_own_page_shows_the_canvas_and_is_sized_by_the_program(
    monkeypatch: pytest.MonkeyPatch, new_context: NewContext
) -> None:
    monkeypatch.setenv("RTC_CANVAS_OPTIONS", "--port 0 --open-access")
    monkeypatch.setitem(resources, "index.html", ("text/html", HTML))
    kind, loop = backend()
    canvas = kind(size=(64, 48), title="Its title")
    context = canvas.get_bitmap_context()

    def draw() -> None:
        width, height = canvas.get_physical_size()
        context.set_bitmap(np.full((height, width, 4), 200, np.uint8))

    canvas.request_draw(draw)
    await until(lambda: loop.server)
    assert loop.server is not None
    page = await (await new_context()).new_page()
    await page.goto(loop.server.url)
    await expect(page.locator("#status")).to_have_text("Connected (active)")
    await expect(page).to_have_title("Its title")
    await until(lambda: canvas.get_logical_size() == (640, 480))
    canvas.set_css_width("50%")
    canvas.set_css_height("200px")
    # Half of the window but for the body's margins, within the frame.
    await until(lambda: canvas.get_logical_size() == (312, 200))
    await until(lambda: canvas.get_stats()["confirmed_frames"] > 1)
    canvas.close()
    await until(lambda: loop.server is None)
    await loop.ended()


async def test_the_classes_of_its_wrapper_count(
    monkeypatch: pytest.MonkeyPatch, new_context: NewContext
) -> None:
    monkeypatch.setenv("RTC_CANVAS_OPTIONS", "--port 0 --open-access")
    with_bar = HTML.replace("is-resizable", "is-resizable has-titlebar")
    monkeypatch.setitem(resources, "index.html", ("text/html", with_bar))
    kind, loop = backend()
    canvas = kind(size=(64, 48), title="Its title")
    await until(lambda: loop.server)
    assert loop.server is not None
    page = await (await new_context()).new_page()
    await page.goto(loop.server.url)
    await expect(page.locator(".title-bar .title")).to_have_text("Its title")
    await until(lambda: canvas.get_logical_size() == (640, 480 - BAR))
    wrapper = page.locator("#canvas")
    await page.get_by_role("button", name="Minimise").click()
    await expect(wrapper).to_have_class("renderview-wrapper is-resizable has-titlebar is-minimized")
    assert await wrapper.evaluate("(wrapper) => wrapper.clientHeight") == BAR
    await wrapper.evaluate("(wrapper) => void (wrapper.className = 'renderview-wrapper')")
    await until(lambda: canvas.get_logical_size() == (640, 480))
    await expect(page.locator(".title-bar")).to_be_hidden()
    canvas.close()
    await until(lambda: loop.server is None)
    await loop.ended()
