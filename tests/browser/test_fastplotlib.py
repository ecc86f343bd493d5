"""A fastplotlib program, which knows nothing of us, in a real browser: being imported it asks rendercanvas.auto."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from numpy.typing import NDArray

from ..command import command, python
from .conftest import NewContext, need
from .test_rendercanvas import SOFTWARE_VULKAN
from .viewer import Viewer

PROGRAM = """
import numpy as np
import fastplotlib as fpl

figure = fpl.Figure(size=(400, 300))
ramp = np.linspace(0, 1, 100, dtype=np.float32)
figure[0, 0].add_image(np.outer(ramp, ramp), cmap="viridis")
figure.show()
fpl.loop.run()
"""


@pytest_asyncio.fixture(loop_scope="session", params=["no line changed", "one import"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The page of the program."""
    need(SOFTWARE_VULKAN, "apt-get install -y mesa-vulkan-drivers")
    options = "--port 0 --open-access"
    program = tmp_path / "program.py"
    if request.param == "one import":
        program.write_text("import rtc_canvas.auto\n" + PROGRAM)
        running = python("program.py", folder=tmp_path, RTC_CANVAS_OPTIONS=options)
    else:
        program.write_text(PROGRAM)
        running = command("run", "program.py", *options.split(), folder=tmp_path)
    async with running as served:
        yield served.url
        await served.ends_well()


async def test_a_plot_is_seen_and_zoomed(url: str, new_context: NewContext) -> None:
    context = await new_context(viewport={"width": 400, "height": 300})
    viewer = Viewer(await context.new_page())
    await viewer.page.goto(url)
    await viewer.is_live()
    await viewer.steers()
    await viewer.until("observer.element.canvas.exactPixels")
    whole = await viewer.exact()
    assert whole is not None
    assert whole.shape[:2] == (300, 400)
    # Viridis begins dark violet and ends yellow.
    assert shows(whole, (68, 1, 84))
    assert shows(whole, (253, 231, 37))

    await viewer.page.mouse.move(200, 150)
    await viewer.page.mouse.wheel(0, -400)
    async with asyncio.timeout(20):
        while (closer := await viewer.exact()) is None or np.array_equal(closer, whole):
            await viewer.until("observer.element.canvas.exactPixels")
    assert colored(closer) > 1.1 * colored(whole)


def colored(pixels: NDArray[np.uint8]) -> int:
    """How many pixels are the image's: all around it is gray."""
    rgb = pixels[..., :3]
    return int(np.count_nonzero(np.ptp(rgb, axis=-1) > 40))


def shows(pixels: NDArray[np.uint8], color: tuple[int, int, int]) -> bool:
    """Whether any pixel has nearly this colour."""
    return bool((np.abs(pixels[..., :3].astype(int) - color) <= 3).all(axis=-1).any())
