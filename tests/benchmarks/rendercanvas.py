"""``python -m tests.benchmarks.rendercanvas``: one pygfx program on our backend and on ``rendercanvas.http``.

Both render in software here (Debian's mesa-vulkan-drivers), on the processors that encode and show too.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from statistics import median

import numpy as np

from .browser import Browser, launch
from .subject import Subject

# Software on two cores renders 30 pictures of 1280 x 720 a second only where nothing else runs.
FPS = 15
BACKENDS = ("rtc", "http")
LISTEN = """(() => {
  window.presses = []
  addEventListener('pointerdown', () => presses.push(performance.now() / 1000), true)
})()"""


@dataclass
class Figures:
    """Of one backend, over all rounds; seconds."""

    render: list[float] = field(default_factory=list)
    glass: list[float] = field(default_factory=list)
    fps: list[float] = field(default_factory=list)
    bitrate: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.rendercanvas", description=__doc__
    )
    parser.add_argument("--quick", action="store_true", help="one short round, to try things out")
    rounds, seconds, presses = (1, 4, 10) if parser.parse_args().quick else (3, 10, 30)
    figures = {name: Figures() for name in BACKENDS}
    with launch() as browser:
        for number in range(1, rounds + 1):
            for name in BACKENDS:
                print(f"round {number} of {rounds}: {name}", file=sys.stderr)
                watch(name, browser, seconds, figures[name])
                press(name, browser, presses, figures[name])
    print(table(figures))


def options(name: str, mode: str) -> list[str]:
    return ["--set", json.dumps({"backend": name, "mode": mode}), "--count"]


def watch(name: str, browser: Browser, seconds: float, figures: Figures) -> None:
    """What an animation's pictures take to the screen."""
    with (
        Subject("pygfx_scene", FPS, options(name, "continuous")) as subject,
        closing(browser.open(subject.url)) as viewer,
    ):
        viewer.wait(6)
        subject.renders.clear()
        before, began = viewer.clock(), time.monotonic()
        sightings = viewer.sightings(seconds)
        clock = min(before, viewer.clock(), key=lambda clock: clock.error)
        figures.glass += [at + clock.offset - subject.handovers[number] for number, at in sightings]
        figures.fps.append(len(sightings) / seconds)
        figures.render += subject.renders
        sent = [line for line in subject.sent if line[0] >= began]
        if len(sent) > 1:
            spent, size = (last - first for first, last in zip(sent[0], sent[-1], strict=True))
            figures.bitrate.append(8 * size / spent)


def press(name: str, browser: Browser, presses: int, figures: Figures) -> None:
    """What a press takes until the picture that it draws is on the screen."""
    with (
        Subject("pygfx_scene", 60, options(name, "ondemand")) as subject,
        closing(browser.open(subject.url)) as viewer,
    ):
        viewer.wait(4)
        viewer.evaluate(LISTEN)
        viewer.take_sightings()
        for number in range(presses):
            viewer.click(600 + number, 300)
            # Not in step with any display.
            viewer.wait(0.4 + 0.011 * (number % 7))
        pressed = viewer.evaluate("presses")
        seen = [at for _, at in viewer.take_sightings()]
        later = ([at for at in seen if at > moment] for moment in pressed)
        figures.answers += [
            min(times) - moment
            for times, moment in zip(later, pressed, strict=True)
            if times and min(times) - moment < 0.4
        ]


def table(figures: dict[str, Figures]) -> str:
    ours, http = figures["rtc"], figures["http"]
    rows = [
        row(
            "the scene's own render time, median, ms", ms(ours.render), ms(http.render), "as it is"
        ),
        row("glass, median, ms", ms(ours.glass), ms(http.glass), "≤ 0.5 ×"),
        row("glass, 95 %, ms", ms(ours.glass, 95), ms(http.glass, 95), "≤ 0.6 ×"),
        row(f"pictures shown a second, of {FPS}", median(ours.fps), median(http.fps), "no fewer"),
        row("Mbit/s", megabits(ours.bitrate), megabits(http.bitrate), "≤ 1/4"),
        row(
            "pointer_down to the picture that answers it, median, ms",
            ms(ours.answers),
            ms(http.answers),
            f"≤ 30 + {ms(ours.render):.0f}",
        ),
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
