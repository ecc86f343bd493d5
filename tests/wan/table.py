"""The table of results: a row for each scenario and subject, and whether ours is what is asked."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from enum import Enum

from .contenders import CONTENDERS, OURS
from .figures import Figures
from .results import Results
from .scenario import Limit, Scenario

LABELS = {
    "first_picture": ("first picture", " s"),
    "fps": ("fps", ""),
    "glass_median": ("glass median", " ms"),
    "glass_p95": ("glass 95 %", " ms"),
    "largest_gap": ("largest gap", " ms"),
    "received": ("received", " Mbit/s"),
    "media": ("media", " Mbit/s"),
    "rtx_share": ("RTX", " % of the bits"),
    "used": ("link used", " %"),
    "queue_p95": ("queue 95 %", " ms"),
    "width": ("width", ""),
    "height": ("height", ""),
    "psnr": ("PSNR", " dB"),
    "recovery": ("used again after", " s"),
    "still_cost": ("still", " kbit/s"),
    "resumed": ("rate after the rest", " % of before"),
    "seen_disturbed": ("seen while the other is bad", " % of its usual"),
    "glass_median_disturbed": ("glass median then", " of its usual"),
    "glass_p95_disturbed": ("glass 95 % then", " of its usual"),
    "regained_p95": ("back after a lost key frame, 95 %", " ms"),
    "regained_worst": ("the worst", " ms"),
}
"""What the figures that have limits are called, and their units."""

HEAD = (
    "scenario",
    "subject",
    "first picture, s",
    "fps",
    "seen, %",
    "glass 50 / 95 %, ms",
    "largest gap, ms",
    "frozen, s",
    "received, Mbit/s (media + RTX + FEC + padding)",
    "link used, %",
    "queue 50 / 95 %, ms",
    "dropped, lost",
    "video",
    "key frames",
    "further",
    "asked of rtc_canvas",
    "holds",
)

FURTHER = (
    "psnr",
    "recovery",
    "still_cost",
    "resumed",
    "seen_disturbed",
    "glass_median_disturbed",
    "glass_p95_disturbed",
    "regained_p95",
    "regained_worst",
)
"""Figures that only some scenarios have."""


class Verdict(Enum):
    """Whether a limit holds."""

    HOLDS = "holds"
    FAILS = "fails"
    OPEN = "open"
    """What it compares with was not measured."""


def markdown(scenarios: Sequence[Scenario], results: Results) -> str:
    """The table of what was measured of these scenarios."""
    lines = [_line(HEAD), _line(["---"] * len(HEAD))]
    for scenario in scenarios:
        lines += [_line(cells) for cells in _rows(scenario, results)]
    return "\n".join(lines)


def judge(limit: Limit, scenario: Scenario, results: Results) -> Verdict:
    """Whether ours keeps a limit."""
    result = results.get((scenario.name, OURS))
    if result is None:
        return Verdict.OPEN
    value: float | None = getattr(result.figures, limit.figure, None)
    if value is None:
        return Verdict.FAILS
    factor = 1.0
    if limit.beside is not None:
        beside = results.get(limit.beside)
        if beside is None or beside.figures is None:
            return Verdict.OPEN
        factor = getattr(beside.figures, limit.figure) or math.nan
    too_low = limit.at_least is not None and value < factor * limit.at_least
    too_high = limit.at_most is not None and value > factor * limit.at_most
    return Verdict.FAILS if too_low or too_high else Verdict.HOLDS


def _rows(scenario: Scenario, results: Results) -> Iterator[list[str]]:
    title = scenario.title
    for subject, contender in CONTENDERS.items():
        result = results.get((scenario.name, subject))
        if result is None:
            continue
        if result.figures is None:
            measured = ["—"] * (len(HEAD) - 5) + [str(result.failure)]
        else:
            measured = list(_measured(scenario, result.figures))
        asked = ["", ""]
        if subject == OURS:
            asked = ["; ".join(map(_asked, scenario.limits)), _verdict(scenario, results)]
        yield [title, contender.title, *measured, *asked]
        title = ""


def _measured(scenario: Scenario, figures: Figures) -> Iterator[str]:
    yield f"{figures.first_picture:.1f}"
    yield f"{figures.fps:.1f}"
    yield f"{figures.seen:.1f}"
    yield f"{_number(figures.glass_median)} / {_number(figures.glass_p95)}"
    yield f"{figures.largest_gap:.0f}"
    yield f"{figures.frozen:.1f}"
    parts = (figures.media, figures.rtx, figures.fec, figures.padding)
    yield f"{figures.received:.2f} ({' + '.join(f'{part:.2f}' for part in parts)})"
    yield f"{figures.used:.0f}"
    yield f"{_number(figures.queue_median)} / {_number(figures.queue_p95)}"
    yield f"{figures.dropped}, {figures.lost}"
    yield f"{figures.codec} {figures.width} x {figures.height}"
    yield f"{figures.key_frames}"
    yield "; ".join(_further(scenario, figures))


def _further(scenario: Scenario, figures: Figures) -> Iterator[str]:
    for name in FURTHER:
        value = getattr(figures, name)
        if value is not None:
            label, unit = LABELS[name]
            yield f"{label} {value:.4g}{unit}"
    if scenario.recovery is not None and figures.recovery is None:
        yield "never used again"
    if figures.regained:
        yield f"each: {', '.join(f'{wait:.0f}' for wait in figures.regained)}"
        yield f"{figures.nacks} NACKs, {figures.plis} PLIs"
    if figures.download is not None:
        yield f"TCP {figures.download:.2f} Mbit/s"


def _asked(limit: Limit) -> str:
    label, unit = LABELS[limit.figure]
    bounds = [("≥", limit.at_least), ("≤", limit.at_most)]
    text = " ".join(f"{sign} {bound:.4g}" for sign, bound in bounds if bound is not None)
    if limit.beside is not None:
        scenario, subject = limit.beside
        return f"{label} {text} of {CONTENDERS[subject].title}'s ({scenario})"
    return f"{label} {text}{unit}"


def _verdict(scenario: Scenario, results: Results) -> str:
    verdicts = {limit: judge(limit, scenario, results) for limit in scenario.limits}
    failing = [LABELS[each.figure][0] for each in verdicts if verdicts[each] is Verdict.FAILS]
    if failing:
        return f"**no**: {', '.join(failing)}"
    return "—" if Verdict.OPEN in verdicts.values() else "yes"


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:.0f}"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
