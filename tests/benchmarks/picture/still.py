"""How sharp a page is one second after its last change, before its exact pixels come."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import asdict

from ..browser import Browser, Viewer
from ..subject import Subject
from .finding import Finding, Outcome
from .plan import Plan
from .quality import Quality, Shot, assess, take_shot
from .stopping import MOVE, options
from .watching import FPS

SOON = 1.0
"""Seconds after the last change."""
STOP = 2.5
SHARP = 46.0
FLAT = 2


def measure(browser: Browser, plan: Plan) -> Outcome:
    """Look at a program each time that it stops."""
    with (
        Subject("ours_stopping", FPS, options(STOP, {})) as subject,
        closing(browser.open(subject.url)) as viewer,
    ):
        viewer.set_reading(False)
        shots = [next_stop(subject, viewer) for _ in range(plan.stops + 1)]
    # The first time the connection was new.
    quality = assess(shots[1:])
    return Outcome(
        judge(quality), {"rtc_canvas, 1 s after the last change": quality}, asdict(quality)
    )


def next_stop(subject: Subject, viewer: Viewer) -> Shot:
    """The picture that is shown :data:`SOON` after the next stop's beginning."""
    before = len(subject.handovers)
    deadline = time.monotonic() + 10 * (MOVE + STOP)
    while time.monotonic() < deadline:
        last = max(subject.handovers.values())
        if len(subject.handovers) > before and time.monotonic() >= last + SOON:
            shot = take_shot(viewer.picture_now())
            if shot is None:
                break
            return shot
        viewer.wait(0.01)
    raise RuntimeError("The program did not stop, or its picture has no number.")


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
