"""``python -m tests.benchmarks.rendercanvas``: one pygfx program on our backend and on ``rendercanvas.http``.

Both render in software here (Debian's mesa-vulkan-drivers), on the processors that encode and show too.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median
from typing import Any

import numpy as np
from rendercanvas.offscreen import RenderCanvas as OffscreenCanvas

from ..wan.link import Conditions
from ..wan.network import SERVER, network
from .browser import CHROMIUM, Browser, Viewer, launch, launch_each
from .fidelity import page_psnr
from .number_blocks import read_number
from .subject import Subject
from .subjects.pygfx_scene import make_scene

FPS = 30
BACKENDS = ("rtc", "http")
FAR = Conditions(rate=50e6, delay=0.05, queue=0.2)
"""100 ms there and back."""
PICTURES = 4
"""How many are compared with their source in each round."""
LISTEN = """(() => {
  window.presses = []
  addEventListener('pointerdown', () => presses.push(performance.now() / 1000), true)
})()"""
# Moves of the page's own making, 500 a second whatever the display does, and a press or a release after each 50.
FLOOD = """seconds => new Promise((resolve) => {
  let surface = document.elementFromPoint(600, 300)
  while (surface.shadowRoot?.elementFromPoint(600, 300)) {
    const inner = surface.shadowRoot.elementFromPoint(600, 300)
    if (inner === surface) break
    surface = inner
  }
  const began = performance.now()
  const told = { moves: 0, edges: 0 }
  let down = false
  const send = (type) => surface.dispatchEvent(new PointerEvent(type, {
    bubbles: true, cancelable: true, composed: true, pointerId: 1, isPrimary: true, pointerType: 'mouse',
    clientX: 500 + told.moves % 200, clientY: 300, button: type === 'pointermove' ? -1 : 0, buttons: down ? 1 : 0,
  }))
  const timer = setInterval(() => {
    const passed = (performance.now() - began) / 1000
    while (told.moves < Math.min(passed, seconds) * 500) {
      send('pointermove')
      if (++told.moves % 50 === 0) {
        down = !down
        told.edges++
        send(down ? 'pointerdown' : 'pointerup')
      }
    }
    if (passed >= seconds && !down) {
      clearInterval(timer)
      resolve(told)
    }
  }, 2)
})"""


@dataclass
class Figures:
    """Of one backend, over all rounds; seconds."""

    render: list[float] = field(default_factory=list)
    glass: list[float] = field(default_factory=list)
    fps: list[float] = field(default_factory=list)
    bitrate: list[float] = field(default_factory=list)
    psnr: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    answer_render: list[float] = field(default_factory=list)
    far_glass: list[float] = field(default_factory=list)
    far_fps: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Flood:
    """500 moves a second on our backend: how many were sent, handled and drawn."""

    moves: int
    edges: int
    handled: dict[str, int]
    drawn: int
    shown: int
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.rendercanvas", description=__doc__
    )
    parser.add_argument("--quick", action="store_true", help="one short round, to try things out")
    rounds, seconds, presses = (1, 6, 12) if parser.parse_args().quick else (3, 10, 30)
    figures = {name: Figures() for name in BACKENDS}
    sources = Sources()
    with launch() as browser:
        for number in range(1, rounds + 1):
            for name in BACKENDS:
                print(f"round {number} of {rounds}: {name}", file=sys.stderr)
                watch(name, browser, seconds, figures[name], sources)
                press(name, browser, presses, figures[name])
        flooded = flood(browser, seconds)
    for _ in range(rounds):
        for name in BACKENDS:
            print(f"100 ms there and back: {name}", file=sys.stderr)
            watch_from_afar(name, seconds, figures[name])
    print(table(figures))
    print(flooded)


class Sources:
    """The pictures themselves, rendered once more."""

    def __init__(self) -> None:
        self._canvas = OffscreenCanvas(size=(1280, 720), pixel_ratio=1)
        self._render = make_scene(self._canvas)

    def picture(self, number: int) -> Any:
        """(720, 1280, 3)."""
        self._canvas.request_draw(lambda: self._render(number))
        return np.asarray(self._canvas.draw())[..., :3]


def options(name: str, mode: str) -> list[str]:
    return ["--set", json.dumps({"backend": name, "mode": mode}), "--count"]


def watch(name: str, browser: Browser, seconds: float, figures: Figures, sources: Sources) -> None:
    """What an animation's pictures take to the screen, and what they look like there."""
    with (
        Subject("pygfx_scene", FPS, options(name, "continuous")) as subject,
        closing(browser.open(subject.url)) as viewer,
    ):
        began = settle(subject, viewer)
        glass, fps = seen(subject, viewer, seconds)
        figures.glass += glass
        figures.fps.append(fps)
        figures.render += subject.renders
        sent = [line for line in subject.sent if line[0] >= began]
        if len(sent) > 1:
            spent, size = (last - first for first, last in zip(sent[0], sent[-1], strict=True))
            figures.bitrate.append(8 * size / spent)
        for _ in range(PICTURES):
            while (number := read_number(shown := viewer.picture())) is None:
                pass
            figures.psnr.append(page_psnr(shown, sources.picture(number)))


def settle(subject: Subject, viewer: Viewer) -> float:
    """Let the first seconds pass; returns when they had."""
    # All that is read of a video is its number, and an image is read once: where there is no GPU, more of that would
    # take the machine what rendering and showing need.
    viewer.set_reading("luma")
    viewer.wait(6)
    subject.renders.clear()
    return time.monotonic()


def seen(subject: Subject, viewer: Viewer, seconds: float) -> tuple[list[float], float]:
    """The glass times of a while, and the pictures shown a second."""
    before = viewer.clock()
    sightings, fps = viewer.watch(seconds)
    clock = min(before, viewer.clock(), key=lambda clock: clock.error)
    glass = [at + clock.offset - subject.handovers[number] for number, at in sightings]
    return glass, fps


def watch_from_afar(name: str, seconds: float, figures: Figures) -> None:
    """The same over a link of 50 Mbit/s and 100 ms there and back."""
    with network(links=1) as made, distant_browser(made.viewers[0]) as browser:
        made.play(0, [(time.monotonic(), FAR)])
        settings = [f"--host={SERVER}", *options(name, "continuous")]
        with (
            Subject("pygfx_scene", FPS, settings, inside=made.server.inside) as subject,
            closing(browser.open(subject.url)) as viewer,
        ):
            settle(subject, viewer)
            glass, fps = seen(subject, viewer, seconds)
            figures.far_glass += glass
            figures.far_fps.append(fps)


@contextmanager
def distant_browser(namespace: Any) -> Iterator[Browser]:
    with (
        tempfile.TemporaryDirectory() as folder,
        launch_each([namespace.wrap(CHROMIUM, Path(folder))]) as (browser,),
    ):
        yield browser


def press(name: str, browser: Browser, presses: int, figures: Figures) -> None:
    """What a press takes until the picture that it draws is on the screen."""
    with (
        Subject("pygfx_scene", 60, options(name, "ondemand")) as subject,
        closing(browser.open(subject.url)) as viewer,
    ):
        viewer.set_reading("luma")
        viewer.wait(4)
        viewer.evaluate(LISTEN)
        viewer.take_sightings()
        subject.renders.clear()
        for number in range(presses):
            viewer.click(600 + number, 300)
            # Not in step with any display.
            viewer.wait(0.4 + 0.011 * (number % 7))
        pressed = viewer.evaluate("presses")
        shown = [at for _, at in viewer.take_sightings()]
        figures.answer_render += subject.renders
        later = ([at for at in shown if at > moment] for moment in pressed)
        figures.answers += [
            min(times) - moment
            for times, moment in zip(later, pressed, strict=True)
            if times and min(times) - moment < 0.4
        ]


def flood(browser: Browser, seconds: float) -> Flood:
    """Send 500 moves a second from the page."""
    with (
        Subject("pygfx_scene", FPS, options("rtc", "moved")) as subject,
        closing(browser.open(subject.url)) as viewer,
    ):
        viewer.set_reading("luma")
        viewer.wait(3)
        viewer.take_sightings()
        before, began = len(subject.handovers), time.monotonic()
        sent = viewer.evaluate(f"({FLOOD})({seconds})")
        passed = time.monotonic() - began
        drawn, shown = len(subject.handovers) - before, len(viewer.take_sightings())
        viewer.wait(2)
        return Flood(sent["moves"], sent["edges"], subject.handled, drawn, shown, passed)


def table(figures: dict[str, Figures]) -> str:
    ours, http = figures["rtc"], figures["http"]
    rows = [
        row(
            "the scene's own render time, median, ms", ms(ours.render), ms(http.render), "as it is"
        ),
        row("glass, median, ms", ms(ours.glass), ms(http.glass), "≤ 0.5 ×"),
        row("glass, 95 %, ms", ms(ours.glass, 95), ms(http.glass, 95), "≤ 0.6 ×"),
        row(f"pictures shown a second, of {FPS}", median(ours.fps), median(http.fps), "no fewer"),
        row("RGB PSNR while it moves, dB", mean(ours.psnr), mean(http.psnr), "no lower"),
        row("Mbit/s", megabits(ours.bitrate), megabits(http.bitrate), "≤ 1/4"),
        row(
            "the scene's own render time on demand, median, ms",
            ms(ours.answer_render),
            ms(http.answer_render),
            "as it is",
        ),
        row(
            "pointer_down to the picture that answers it, median, ms",
            ms(ours.answers),
            ms(http.answers),
            f"≤ {30 + ms(ours.answer_render):.1f}",
        ),
        row(
            f"at 100 ms there and back: pictures shown a second, of {FPS}",
            median(ours.far_fps),
            median(http.far_fps),
            "≥ 29",
        ),
        row("the same: glass, median, ms", ms(ours.far_glass), ms(http.far_glass), "≤ 100"),
    ]
    head = "| figure | rtc_canvas | rendercanvas.http (ours ÷ it) | asked of rtc_canvas |"
    return "\n".join([head, "|---|---|---|---|", *rows])


def row(figure: str, ours: float, http: float, asked: str) -> str:
    return f"| {figure} | {ours:.1f} | {http:.1f} ({ours / http:.2f}) | {asked} |"


def ms(values: list[float], share: float = 50) -> float:
    return 1000 * float(np.percentile(values, share)) if values else float("nan")


def megabits(values: list[float]) -> float:
    return median(values) / 1e6 if values else float("nan")


if __name__ == "__main__":
    main()
