"""How sharp a page is one second after its last change, before its exact pixels come."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict

from ...wan.network import SERVER
from ..browser import Browser, Viewer
from ..subject import Subject
from .finding import Finding, Outcome
from .linked import LINK_NAME, on_link
from .plan import Plan
from .quality import Quality, Shot, assess, take_shot
from .stopping import MOVE, options
from .watching import FPS

SOON, VERY_SOON = 1.0, 0.5
"""Seconds after the last change."""
STOP = 2.5
SHARP = 46.0
LOSSLESS_TO_THE_EYE = 44.0
FLAT = 2


def measure(browser: Browser, plan: Plan) -> Outcome:
    """Look at a program each time that it stops."""
    with Subject("ours_stopping", FPS, options(STOP, {})) as subject:
        quality = assess(_shots(subject, browser, plan, SOON))
    return Outcome(
        judge(quality), {"rtc_canvas, 1 s after the last change": quality}, asdict(quality)
    )


def measure_link(browser: Browser, plan: Plan) -> Outcome:
    """The same over an emulated link, sooner; ``browser`` is not on it, so another one is started there."""

    def look(far_browser: Browser, inside: Sequence[str]) -> Outcome:
        command = [*options(STOP, {}), f"--host={SERVER}"]
        with Subject("ours_stopping", FPS, command, inside=inside) as subject:
            quality = assess(_shots(subject, far_browser, plan, VERY_SOON))
        return Outcome(
            (judge_link(quality),),
            {f"rtc_canvas, {VERY_SOON} s after it, {LINK_NAME}": quality},
            asdict(quality),
        )

    return on_link(look)


def _shots(subject: Subject, browser: Browser, plan: Plan, soon: float) -> list[Shot]:
    with closing(browser.open(subject.url)) as viewer:
        viewer.set_reading(False)
        shots = [next_stop(subject, viewer, soon) for _ in range(plan.stops + 1)]
    # The first time the connection was new.
    return shots[1:]


def next_stop(subject: Subject, viewer: Viewer, soon: float) -> Shot:
    """The picture that is shown ``soon`` seconds after the next stop's beginning."""
    before = len(subject.handovers)
    deadline = time.monotonic() + 10 * (MOVE + STOP)
    while time.monotonic() < deadline:
        last = max(subject.handovers.values())
        if len(subject.handovers) > before and time.monotonic() >= last + soon:
            shown = viewer.picture_now()
            if (shot := take_shot(shown)) is None:
                height, width = shown.shape[:2]
                raise RuntimeError(f"The picture of {width}×{height} that stood has no number.")
            return shot
        viewer.wait(0.01)
    raise RuntimeError("The program did not stop.")


def judge(quality: Quality) -> tuple[Finding, ...]:
    """The worst of all stops counts."""
    return (
        Finding(
            "still, 1 s after the last change, before exact pixels, RGB PSNR",
            f"{quality.worst:.1f} dB (mean {quality.overall.psnr:.1f} dB)",
            "≥ 46 dB",
            quality.worst >= SHARP,
        ),
        Finding(
            "the same, 12 flat colours, largest difference of a channel",
            f"{quality.flats}",
            "≤ 2",
            quality.flats <= FLAT,
        ),
    )


def judge_link(quality: Quality) -> Finding:
    """The mean of all stops counts: what moved last was not always as much."""
    return Finding(
        f"still, {VERY_SOON} s after the last change, {LINK_NAME}, RGB PSNR",
        f"{quality.overall.psnr:.1f} dB (worst {quality.worst:.1f} dB)",
        "≥ 44 dB",
        quality.overall.psnr >= LOSSLESS_TO_THE_EYE,
    )
