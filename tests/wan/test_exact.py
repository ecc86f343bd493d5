"""Exact pixels over a narrow link, in a real browser."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import sync_playwright

from ..benchmarks.browser import CHROMIUM
from .exact_program import page
from .link import Conditions
from .network import Network, network

pytestmark = [pytest.mark.laboratory, pytest.mark.usefixtures("_laboratory")]

OBSERVER = Path(__file__).parents[1] / "browser/observer.js"

LINK = Conditions(rate=5e6, delay=0.020, queue=0.300)
LIMIT = 2.5
"""Seconds from the last change until the page has exactly the program's pixels, and has said so."""


@contextmanager
def program(made: Network) -> Iterator[subprocess.Popen[str]]:
    command = [*made.server.inside, sys.executable, "-m", f"{__package__}.exact_program"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:  # type: ignore[call-overload]
        yield process
        process.stdin.close()


def line(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    told: dict[str, Any] = json.loads(process.stdout.readline())
    return told


def test_a_page_of_text_is_exact_soon_after_its_last_change() -> None:
    with network(1) as made, tempfile.TemporaryDirectory() as folder:
        made.play(0, [(time.monotonic(), LINK)])
        executable = made.viewers[0].wrap(CHROMIUM, Path(folder))
        with program(made) as process, sync_playwright() as playwright:
            url = line(process)["ready"]
            browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
            tab = browser.new_page(viewport={"width": 1280, "height": 720})
            tab.add_init_script(path=OBSERVER)
            tab.goto(url)
            tab.wait_for_function("observer.element?.canvas?.exactPixels")
            for number in (1, 2, 3):
                assert process.stdin is not None
                process.stdin.write("\n")
                process.stdin.flush()
                shown, settled = line(process), line(process)
                assert settled["settled"] - shown["shown"] < LIMIT
                exact = tab.evaluate("observer.exact()")
                pixels = np.frombuffer(base64.b64decode(exact["rgba"]), np.uint8)
                assert np.array_equal(pixels.reshape(720, 1280, 4)[..., :3], page(number))
            browser.close()
