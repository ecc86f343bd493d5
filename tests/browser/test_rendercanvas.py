"""A pygfx scene in a real browser: what it shows, and that a mouse orbits it."""

from __future__ import annotations

import asyncio
import runpy
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from numpy.typing import NDArray
from pygfx.renderers.wgpu import get_shared

from .conftest import NewContext, need
from .viewer import Viewer, decode_png

EXAMPLE = Path(__file__).parents[2] / "examples" / "with_pygfx.py"
SOFTWARE_VULKAN = Path("/usr/share/vulkan/icd.d")
PATIENCE = 20.0


@pytest.fixture(scope="session")
def gpu() -> None:
    """pygfx's device, which has a thread and stays."""
    need(SOFTWARE_VULKAN, "apt-get install -y mesa-vulkan-drivers")
    get_shared()


@pytest_asyncio.fixture(loop_scope="session")
async def scene(gpu: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[dict[str, Any]]:
    """The example, served on the loop of the tests."""
    monkeypatch.setenv("RTC_CANVAS_OPTIONS", "--port 0 --open-access")
    names = runpy.run_path(str(EXAMPLE))
    loop = names["loop"]
    await until(lambda: loop.server is not None)
    names["url"] = loop.server.url
    yield names
    names["canvas"].close()
    await until(lambda: loop.server is None)
    await loop.ended()


async def until(condition: Any) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def likeness(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """PSNR in dB."""
    return float(10 * np.log10(255**2 / ((one.astype(float) - other) ** 2).mean()))


async def test_a_mouse_orbits_a_scene(scene: dict[str, Any], new_context: NewContext) -> None:
    canvas, camera = scene["canvas"], scene["camera"]
    context = await new_context(viewport={"width": 400, "height": 300})
    viewer = Viewer(await context.new_page())
    await viewer.page.goto(scene["url"])
    await viewer.is_live()
    await viewer.steers()
    await until(lambda: canvas.get_physical_size() == (400, 300))
    before, seen_before = np.array(camera.local.position), await viewer.screenshot()
    told: list[dict[str, Any]] = []
    canvas.add_event_handler(told.append, "*")

    mouse = viewer.page.mouse
    await mouse.move(200, 150)
    await mouse.down()
    await mouse.move(280, 170, steps=10)
    # pygfx turns nothing for a drag that begins and ends between two draws, which this one may on a busy machine.
    try:
        await until(lambda: not np.allclose(camera.local.position, before, atol=0.2))
    except TimeoutError:
        pytest.fail(f"Nothing turns; the program was told {told}, and has {canvas.get_stats()}.")
    await mouse.up()
    distance = np.linalg.norm(camera.local.position)
    assert distance == pytest.approx(np.linalg.norm(before), rel=0.01)

    await mouse.wheel(0, -200)
    await until(lambda: np.linalg.norm(camera.local.position) < 0.95 * distance)

    async with asyncio.timeout(PATIENCE):
        await canvas.rtc.settled()
    snapshot = await viewer.page.request.get(f"{scene['url']}snapshot/main.png")
    drawn, seen = decode_png(await snapshot.body()), await viewer.frame()
    assert likeness(seen, drawn) > 35
    assert likeness(await viewer.screenshot(), seen_before) < 30
