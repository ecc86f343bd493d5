"""A form of Dear ImGui's in a real browser: what is typed into the page is in the program."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from ..command import python
from .conftest import NewContext, need
from .test_rendercanvas import SOFTWARE_VULKAN
from .viewer import Viewer

PROGRAM = """
import wgpu
from imgui_bundle import imgui
from wgpu.utils.imgui import ImguiRenderer
from rtc_canvas.rendercanvas import RenderCanvas, loop

canvas = RenderCanvas(size=(400, 300), title="nobody", update_mode="continuous", max_fps=30)
device = wgpu.gpu.request_adapter_sync().request_device_sync()
gui = ImguiRenderer(device, canvas)
name = ""

def form():
    global name
    imgui.set_next_window_pos((0, 0))
    imgui.set_next_window_size((400, 300))
    imgui.begin("form")
    imgui.set_next_item_width(-1)
    changed, name = imgui.input_text("##name", name)
    if changed:
        canvas.set_title(name)
    imgui.end()

gui.set_gui(form)
canvas.request_draw(gui.render)
loop.run()
"""


@pytest_asyncio.fixture(loop_scope="session")
async def url(tmp_path: Path) -> AsyncIterator[str]:
    need(SOFTWARE_VULKAN, "apt-get install -y mesa-vulkan-drivers")
    (tmp_path / "program.py").write_text(PROGRAM)
    options = "--port 0 --open-access"
    async with python("program.py", folder=tmp_path, RTC_CANVAS_OPTIONS=options) as served:
        yield served.url
        await served.ends_well()


async def test_what_is_typed_into_a_form_arrives(url: str, new_context: NewContext) -> None:
    context = await new_context(viewport={"width": 400, "height": 300})
    viewer = Viewer(await context.new_page())
    page = viewer.page
    await page.goto(url)
    await viewer.is_live()
    await viewer.steers()
    await viewer.until("document.title.includes('nobody')")
    await page.mouse.click(200, 32)
    await page.keyboard.type("Zoë3")
    await viewer.until("document.title.includes('Zoë3')")
    await page.keyboard.press("Backspace")
    await page.keyboard.press("Home")
    await page.keyboard.type("A")
    await viewer.until("document.title.includes('AZoë')")
