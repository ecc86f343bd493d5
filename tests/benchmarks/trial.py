"""What is measured on one subject in one round."""

from __future__ import annotations

import time
from contextlib import ExitStack, closing
from dataclasses import dataclass

from . import scene
from .browser import Browser, Viewer
from .fidelity import page_psnr
from .number_blocks import read_number
from .subject import Subject

SLOW_FPS, FAST_FPS = 29, 59
"""Rates beside the display's 60 Hz and its half: the phase against it sweeps. A fixed phase would make a run's
median wander by 16 ms."""


@dataclass(frozen=True)
class Plan:
    """How long to look, in seconds, and how often."""

    rounds: int
    warm_up: float
    watch: float
    cost: float
    pictures: int
    loads: int
    idle: float


SUBJECTS = {"ours_420": ("ours", ['--set={"video": {"chroma": "420"}}'])}
"""Which module of ``subjects/`` is run, and with what, where that is not the one of the same name."""

FULL = Plan(rounds=3, warm_up=6, watch=10, cost=8, pictures=4, loads=4, idle=30)
QUICK = Plan(rounds=1, warm_up=4, watch=4, cost=3, pictures=3, loads=3, idle=6)


@dataclass(frozen=True)
class Cost:
    """What serving took, and what came of it."""

    cpu: float
    """Of a processor core."""
    pictures: float
    """A second, of all viewers together."""


@dataclass(frozen=True)
class Trial:
    """The raw figures of one round; times in seconds."""

    glass: list[float]
    """Of each picture seen at 29 fps: from its hand-over to the first animation frame that could read it."""
    unseen: int
    """How many pictures handed over at 29 fps were never read."""
    clock_error: float
    """Every glass time may be wrong by this, all by the same."""
    psnr: list[float]
    """RGB, in dB."""
    one_viewer: Cost
    """With one viewer, at 29 fps."""
    three_viewers: Cost
    """The same with three."""
    first_picture: list[float]
    """From the start of a navigation to the first picture read."""
    shown_fps: float
    """Different pictures read a second at 59 fps."""


@dataclass(frozen=True)
class IdleTrial:
    """What a viewer of a still canvas costs."""

    cpu: float
    """Of a processor core."""
    bitrate: float
    """Bits of payload a second that the server sends."""


def measure(name: str, browser: Browser, plan: Plan) -> Trial:
    """Run the subject twice, slow and fast, and take every figure once."""
    module, options = SUBJECTS.get(name, (name, []))
    with Subject(module, SLOW_FPS, options) as subject:
        with ExitStack() as tabs:
            viewer = tabs.enter_context(closing(browser.open(subject.url)))
            viewer.wait(plan.warm_up)
            glass, unseen, clock_error = glass_times(subject, viewer, plan.watch)
            psnr = [_psnr(viewer) for _ in range(plan.pictures)]
            one_viewer = cost_of(subject, [viewer], plan.cost)
            others = [tabs.enter_context(closing(browser.open(subject.url))) for _ in range(2)]
            three_viewers = cost_of(subject, [viewer, *others], plan.cost)
        first_picture = [_first_picture(subject, browser) for _ in range(plan.loads)]
    with (
        Subject(module, FAST_FPS, options) as subject,
        closing(browser.open(subject.url)) as viewer,
    ):
        viewer.wait(plan.warm_up)
        _, shown_fps = viewer.watch(plan.watch)
    return Trial(
        glass, unseen, clock_error, psnr, one_viewer, three_viewers, first_picture, shown_fps
    )


def measure_idle(name: str, browser: Browser, plan: Plan) -> IdleTrial:
    """Look at a still canvas from 5 s after it was last drawn."""
    with (
        Subject(name, SLOW_FPS, ["--count"]) as subject,
        closing(browser.open(subject.url)) as viewer,
    ):
        viewer.wait(5)
        start = time.monotonic()
        cost = cost_of(subject, [viewer], plan.idle)
        sent = [line for line in subject.sent if line[0] >= start]
    seconds, size = (last - first for first, last in zip(sent[0], sent[-1], strict=True))
    return IdleTrial(cost.cpu, 8 * size / seconds)


def glass_times(subject: Subject, viewer: Viewer, seconds: float) -> tuple[list[float], int, float]:
    """The glass times of a while, how many pictures were never read, and by how much all may be wrong; seconds."""
    before = viewer.clock()
    sightings = viewer.sightings(seconds)
    clock = min(before, viewer.clock(), key=lambda clock: clock.error)
    glass = [at + clock.offset - subject.handovers[number] for number, at in sightings]
    first, last = sightings[0][0], sightings[-1][0]
    return glass, last - first + 1 - len(sightings), clock.error


def _psnr(viewer: Viewer) -> float:
    # A video goes on while a script draws it: the picture that was read whole tells its own number.
    while (number := read_number(shown := viewer.picture())) is None:
        pass
    return page_psnr(shown, scene.render(number))


def cost_of(subject: Subject, viewers: list[Viewer], seconds: float) -> Cost:
    """What serving takes for a while in which nothing is read."""
    for viewer in viewers:
        viewer.set_reading(False)
    start, used, had = time.monotonic(), subject.cpu_time(), _pictures(viewers)
    viewers[0].wait(seconds)
    passed = time.monotonic() - start
    return Cost((subject.cpu_time() - used) / passed, (_pictures(viewers) - had) / passed)


def _pictures(viewers: list[Viewer]) -> int:
    return sum(viewer.pictures() for viewer in viewers)


def _first_picture(subject: Subject, browser: Browser) -> float:
    with closing(browser.open(subject.url)) as viewer:
        return viewer.first_sighting()
