"""Real headless Chromium, and what its pages show by their own pixels."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import BrowserContext, Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox"]
OBSERVER = Path(__file__).with_name("observer.js")
PATIENCE = 20_000
"""Milliseconds that a page may take to show its first picture."""


@dataclass(frozen=True)
class Clock:
    """A page's clock (seconds of ``performance.now``) as seen from ``time.monotonic``."""

    offset: float
    """Seconds to add to the page's time."""

    error: float
    """The offset is wrong by at most this, in seconds."""

    @classmethod
    def read(cls, asked: float, there: float, answered: float) -> Self:
        """From one question: when it was asked, what the page's clock was, and when the answer was here."""
        return cls((asked + answered) / 2 - there, (answered - asked) / 2)


class Viewer:
    """One tab that looks at a subject."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def clock(self, samples: int = 30) -> Clock:
        """Compare clocks: of several questions the one answered fastest bounds the error best."""
        trips = []
        for _ in range(samples):
            asked = time.monotonic()
            there = self._page.evaluate("glassObserver.now()")
            trips.append(Clock.read(asked, there, time.monotonic()))
        return min(trips, key=lambda trip: trip.error)

    def sightings(self, seconds: float) -> list[tuple[int, float]]:
        """Watch for ``seconds``: (number, page's time) of each picture as it was first read."""
        return self.watch(seconds)[0]

    def watch(self, seconds: float) -> tuple[list[tuple[int, float]], float]:
        """The same, and how many a second that was by the page's own clock: asking for them takes time, too."""
        _, began = self._take()
        self.wait(seconds)
        sightings, ended = self._take()
        return sightings, len(sightings) / (ended - began)

    def take_sightings(self) -> list[tuple[int, float]]:
        """All that was read since they were last taken, or since the tab was opened."""
        return self._take()[0]

    def _take(self) -> tuple[list[tuple[int, float]], float]:
        seen, now = self._page.evaluate("[glassObserver.takeSightings(), glassObserver.now()]")
        return [(number, at) for number, at in seen], now

    def first_sighting(self) -> float:
        """Seconds from the start of the navigation to the first picture read."""
        at: float = self._page.evaluate("glassObserver.takeSightings()[0][1]")
        return at

    def picture(self) -> NDArray[np.uint8]:
        """The pixels of the next picture shown, (h, w, 3)."""
        return decode_picture(self._page.evaluate("glassObserver.nextPicture()"))

    def picture_now(self) -> NDArray[np.uint8]:
        """The pixels of the picture that is shown, (h, w, 3)."""
        return decode_picture(self._page.evaluate("glassObserver.picture()"))

    def pictures(self) -> int:
        """How many pictures came so far, by the browser's own count."""
        count: int = self._page.evaluate("glassObserver.pictures()")
        return count

    def move_pointer(self, x: float, y: float) -> None:
        """Move the pointer to a place of the window, in CSS pixels."""
        self._page.mouse.move(x, y)

    def click(self, x: float, y: float) -> None:
        """Press and release at a place of the window, in CSS pixels."""
        self._page.mouse.click(x, y)

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, awaited if it is a promise."""
        return self._page.evaluate(expression)

    def set_reading(self, on: bool | Literal["luma", "decoded"]) -> None:
        """Whether the page reads its pixels, which costs the machine time that others may need.

        "luma": only the brightness of a video's, which costs next to nothing and says nothing of an image's.
        "decoded": the same of each frame as it is decoded, before a refresh shows it, and for good. All else reads once
        per animation frame; a page that asks for none is another one to Chromium.
        """
        self._page.evaluate("on => glassObserver.setReading(on)", on)

    def next_refresh(self) -> float:
        """When the display's next refresh begins, by the page's clock; the page asks for that one animation frame."""
        at: float = self._page.evaluate("glassObserver.nextRefresh()")
        return at

    def wait(self, seconds: float) -> None:
        """Let ``seconds`` pass while the browser's messages are handled."""
        self._page.wait_for_timeout(1000 * seconds)

    def close(self) -> None:
        """Close the tab."""
        self._page.close()


def decode_picture(shown: dict[str, Any]) -> NDArray[np.uint8]:
    """A picture's pixels, (h, w, 3), from what a page tells of it: its width, its height, and RGBA in base64."""
    rgba = np.frombuffer(base64.b64decode(shown["rgba"]), np.uint8)
    return rgba.reshape(shown["height"], shown["width"], 4)[..., :3]


class Browser:
    """One Chromium with one profile: what it has cached stays from tab to tab."""

    def __init__(self, context: BrowserContext, version: str) -> None:
        self._context = context
        self.version = version

    def open(self, url: str, scripts: Sequence[Path] = ()) -> Viewer:
        """Open a tab at ``url`` and wait until its first picture is read.

        ``scripts`` run in it after those of all tabs and before the page's own.
        """
        page = self._context.new_page()
        for script in scripts:
            page.add_init_script(path=script)
        page.goto(url, wait_until="commit")
        page.wait_for_function("glassObserver.lastNumber() !== null", timeout=PATIENCE)
        return Viewer(page)


@contextmanager
def launch() -> Iterator[Browser]:
    """Start headless Chromium, with a window as large as the scene."""
    with launch_each([CHROMIUM]) as (browser,):
        yield browser


@contextmanager
def launch_each(
    executables: Sequence[Path], scripts: Sequence[Path] = ()
) -> Iterator[list[Browser]]:
    """Start several; ``scripts`` run in each page after the observer and before the page's own."""
    with sync_playwright() as playwright, ExitStack() as started:
        browsers = []
        for executable in executables:
            chromium = playwright.chromium.launch(executable_path=executable, args=FLAGS)
            started.callback(chromium.close)
            context = chromium.new_context(viewport={"width": 1280, "height": 720})
            for script in (OBSERVER, *scripts):
                context.add_init_script(path=script)
            browsers.append(Browser(context, chromium.version))
        yield browsers
