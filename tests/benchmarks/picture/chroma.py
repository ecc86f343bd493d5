"""What full chroma costs in time: glass times of moving graphics in 4:4:4 and in 4:2:0."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from ..browser import Browser
from ..table import OURS
from .finding import Finding, Outcome
from .moving import Seen, look
from .plan import Plan
from .quality import assess

LONGER = 1.25


def measure(browser: Browser, plan: Plan) -> Outcome:
    """Measure both in turns."""
    seen = {chroma: Seen() for chroma in ("444", "420")}
    for _ in range(plan.rounds):
        for chroma, each in seen.items():
            video = {"max_bitrate": 4_000_000, "chroma": chroma}
            look(browser, plan, OURS, {"video": video}, each)
            if each.told.get("chroma") != chroma:
                raise RuntimeError(f"The chroma was to be {chroma}, but the peer says {each.told}.")
    return Outcome(
        (judge(seen["444"].glass, seen["420"].glass),),
        {f"rtc_canvas, moving, {chroma}": assess(each.shots) for chroma, each in seen.items()},
        {chroma: {"glass": each.glass, "bitrates": each.bitrates} for chroma, each in seen.items()},
    )


def judge(full: Sequence[float], half: Sequence[float]) -> Finding:
    """From the glass times in seconds of both."""
    full_median, half_median = 1000 * statistics.median(full), 1000 * statistics.median(half)
    ratio = full_median / half_median
    return Finding(
        "glass median, 4:4:4 against 4:2:0, 30 fps",
        f"{full_median:.1f} ms; {half_median:.1f} ms ({ratio:.2f} ×)",
        "≤ 1.25 ×",
        ratio <= LONGER,
    )
