"""Moving graphics at 4 Mbit/s beside the rivals: fidelity, and what it takes."""

from __future__ import annotations

import json
import statistics
import time
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from ..browser import Browser
from ..subject import Subject
from ..table import AIORTC, HTTP, OURS, TITLES
from .finding import Finding, Outcome
from .plan import Plan
from .quality import Shot, assess
from .watching import FPS, bitrate, read_pictures, told, watch

SETTINGS: dict[str, dict[str, Any]] = {
    OURS: {"video": {"max_bitrate": 4_000_000}},
    AIORTC: {"bitrate": 3_000_000},
    HTTP: {},
}
ABOVE_HTTP, SHARE_OF_HTTP, ABOVE_AIORTC = 3.0, 0.25, 10.0


@dataclass
class Seen:
    """What one subject did in all rounds."""

    shots: list[Shot] = field(default_factory=list)
    glass: list[float] = field(default_factory=list)
    bitrates: list[float] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)
    """What it last told of its viewer."""

    @property
    def bitrate(self) -> float:
        """Megabits a second that it sent."""
        return statistics.fmean(self.bitrates) / 1e6


def measure(browser: Browser, plan: Plan, content: str = "graphics") -> Outcome:
    """Measure ours and both rivals."""
    seen = {name: Seen() for name in SETTINGS}
    for _ in range(plan.rounds):
        for name, settings in SETTINGS.items():
            look(browser, plan, name, settings, seen[name], content)
    qualities = {f"{TITLES[name]}, moving": assess(each.shots) for name, each in seen.items()}
    psnr = {name: qualities[f"{TITLES[name]}, moving"].overall.psnr for name in seen}
    ours, http = seen[OURS], seen[HTTP]
    return Outcome(
        (
            beside_http(psnr[OURS], psnr[HTTP], ours.bitrate, http.bitrate),
            beside_aiortc(psnr[OURS], psnr[AIORTC], ours.bitrate, seen[AIORTC].bitrate),
        ),
        qualities,
        {
            name: {"bitrates": each.bitrates, "glass": each.glass, "told": each.told}
            for name, each in seen.items()
        },
    )


def look(
    browser: Browser,
    plan: Plan,
    name: str,
    settings: dict[str, Any],
    seen: Seen,
    content: str = "graphics",
) -> None:
    """Look at a subject for one round."""
    options = [f"--content={content}", "--set", json.dumps(settings), "--count"]
    with Subject(name, FPS, options) as subject, closing(browser.open(subject.url)) as viewer:
        viewer.set_reading("luma")
        viewer.wait(plan.warm_up)
        start = time.monotonic()
        seen.glass += watch(subject, viewer, plan.watch).glass
        seen.bitrates.append(bitrate(subject.sent, start))
        seen.shots += read_pictures(viewer, content, plan.pictures)
        seen.told = told(subject)


def beside_http(ours: float, http: float, our_rate: float, http_rate: float) -> Finding:
    """Ours beside rendercanvas.http, in dB and Mbit/s."""
    share = our_rate / http_rate
    return Finding(
        "moving graphics at 4 Mbit/s, RGB PSNR, against rendercanvas.http",
        f"{ours:.1f} dB at {our_rate:.1f} Mbit/s; {http:.1f} dB at {http_rate:.1f} Mbit/s "
        f"({ours - http:+.1f} dB, {share:.2f} of the bits)",
        "≥ + 3 dB, at ≤ 1/4 of the bits",
        ours >= http + ABOVE_HTTP and share <= SHARE_OF_HTTP,
    )


def beside_aiortc(ours: float, aiortc: float, our_rate: float, aiortc_rate: float) -> Finding:
    """Ours beside plain aiortc, in dB and Mbit/s."""
    return Finding(
        "the same against plain aiortc at 3 Mbit/s",
        f"{ours:.1f} dB at {our_rate:.1f} Mbit/s; {aiortc:.1f} dB at {aiortc_rate:.1f} Mbit/s "
        f"({ours - aiortc:+.1f} dB)",
        "≥ + 10 dB",
        ours >= aiortc + ABOVE_AIORTC,
    )
