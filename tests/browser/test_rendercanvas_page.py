"""A page that was written for rendercanvas.http, unchanged."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from playwright.async_api import expect
from rendercanvas.http import HTML

from rtc_canvas.rendercanvas import resources

from ..rendercanvas_canvases import backend, bitmaps
from .conftest import NewContext
from .program import PATIENCE

BAR = 34
"""CSS pixels that the title bar is high."""


async def until(condition: Any) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_its_own_page_shows_the_canvas_and_is_sized_by_css(
    monkeypatch: pytest.MonkeyPatch, new_context: NewContext
) -> None:
    monkeypatch.setenv("RTC_CANVAS_OPTIONS", "--port 0 --open-access")
    monkeypatch.setitem(resources, "index.html", ("text/html", HTML))
    kind, loop = backend()
    canvas = kind(title="Its title")
    canvas.request_draw(bitmaps(canvas))
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


async def test_it_has_the_size_that_the_program_says_until_its_user_resizes_it(
    monkeypatch: pytest.MonkeyPatch, new_context: NewContext
) -> None:
    monkeypatch.setenv("RTC_CANVAS_OPTIONS", "--port 0 --open-access")
    monkeypatch.setitem(resources, "index.html", ("text/html", HTML))
    kind, loop = backend()
    canvas = kind(size=(300, 200))
    canvas.request_draw(bitmaps(canvas))
    await until(lambda: loop.server)
    assert loop.server is not None
    page = await (await new_context()).new_page()
    await page.goto(loop.server.url)
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
    canvas.close()
    await until(lambda: loop.server is None)
    await loop.ended()


async def test_on_our_own_page_the_window_decides(
    monkeypatch: pytest.MonkeyPatch, new_context: NewContext
) -> None:
    monkeypatch.setenv("RTC_CANVAS_OPTIONS", "--port 0 --open-access")
    kind, loop = backend()
    canvas = kind(size=(300, 200))
    canvas.request_draw(bitmaps(canvas))
    await until(lambda: loop.server)
    assert loop.server is not None
    page = await (await new_context(viewport={"width": 500, "height": 400})).new_page()
    await page.goto(loop.server.url)
    await until(lambda: canvas.get_logical_size() == (500, 400))
    canvas.set_logical_size(300, 200)
    await page.set_viewport_size({"width": 510, "height": 400})
    await until(lambda: canvas.get_logical_size() == (510, 400))
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
    canvas = kind(title="Its title")
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


async def test_the_size_that_the_program_says_is_below_its_title_bar(
    monkeypatch: pytest.MonkeyPatch, new_context: NewContext
) -> None:
    monkeypatch.setenv("RTC_CANVAS_OPTIONS", "--port 0 --open-access")
    with_bar = HTML.replace("is-resizable", "is-resizable has-titlebar")
    monkeypatch.setitem(resources, "index.html", ("text/html", with_bar))
    kind, loop = backend()
    canvas = kind(size=(300, 200))
    await until(lambda: loop.server)
    assert loop.server is not None
    page = await (await new_context()).new_page()
    await page.goto(loop.server.url)
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
    canvas.close()
    await until(lambda: loop.server is None)
    await loop.ended()
