"""The table of figures: a row for each, a column for each subject, and whether ours is what is asked."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from .figures import Figures

OURS, OURS_420, AIORTC, HTTP = "ours", "ours_420", "plain_aiortc", "rendercanvas_http"
TITLES = {
    OURS: "rtc_canvas",
    OURS_420: "the same in 4:2:0",
    AIORTC: "plain aiortc",
    HTTP: "rendercanvas.http",
}

Columns = Mapping[str, Figures]


@dataclass(frozen=True)
class Row:
    """One figure, and what is asked of ours.

    ``holds`` takes ours first, and raises KeyError where a subject that it compares with was not measured.
    """

    label: str
    value: Callable[[Figures], float]
    digits: int
    asked: str
    holds: Callable[[Figures, Columns], bool]


ROWS = (
    Row(
        "glass time at 29 fps, median, ms",
        lambda f: f.glass_median,
        1,
        "≤ 0.40 of each rival's",
        lambda ours, c: (
            ours.glass_median <= 0.4 * min(c[AIORTC].glass_median, c[HTTP].glass_median)
        ),
    ),
    Row(
        "glass time at 29 fps, 95th percentile, ms",
        lambda f: f.glass_p95,
        1,
        "≤ 0.50 of the better rival's",
        lambda ours, c: ours.glass_p95 <= 0.5 * min(c[AIORTC].glass_p95, c[HTTP].glass_p95),
    ),
    Row(
        "fidelity at 29 fps, RGB PSNR, dB",
        lambda f: f.psnr,
        1,
        "≥ plain aiortc's",
        lambda ours, c: ours.psnr >= c[AIORTC].psnr,
    ),
    Row(
        "pictures shown a second, of 59",
        lambda f: f.shown_fps,
        1,
        "≥ 54 and ≥ rendercanvas.http's",
        lambda ours, c: ours.shown_fps >= max(54, c[HTTP].shown_fps),
    ),
    Row(
        "server CPU for each viewer at 29 fps, % of a core",
        lambda f: f.cpu_per_viewer,
        1,
        "≤ 0.5 of plain aiortc's",
        lambda ours, c: ours.cpu_per_viewer <= 0.5 * c[AIORTC].cpu_per_viewer,
    ),
    Row(
        "navigation to first picture, warm, median, s",
        lambda f: f.first_picture,
        2,
        "≤ 0.5",
        lambda ours, c: ours.first_picture <= 0.5,
    ),
    Row(
        "still canvas, server CPU, % of a core",
        lambda f: f.idle_cpu,
        2,
        "≤ 1",
        lambda ours, c: ours.idle_cpu <= 1,
    ),
    Row(
        "still canvas, sent to a viewer, kbit/s",
        lambda f: f.idle_bitrate,
        2,
        "≤ 8",
        lambda ours, c: ours.idle_bitrate <= 8,
    ),
)


def markdown(columns: Columns) -> str:
    """The table; behind each figure of another subject stands ours divided by it."""
    titles = [TITLES[name] + (" (ours ÷ it)" if name != OURS else "") for name in columns]
    verdicts = [f"holds{' in 4:2:0' if name == OURS_420 else ''}" for name in _ours(columns)]
    lines = [
        _line(["figure", *titles, "asked of rtc_canvas", *verdicts]),
        _line(["---", *("---:" for _ in titles), "---", *("---" for _ in verdicts)]),
    ]
    lines += [_line(_cells(row, columns)) for row in ROWS]
    return "\n".join(lines)


def _ours(columns: Columns) -> list[str]:
    return [name for name in columns if name in (OURS, OURS_420)] or [OURS]


def _cells(row: Row, columns: Columns) -> Iterator[str]:
    ours = _value(row, columns, OURS)
    yield row.label
    for name in columns:
        value = _value(row, columns, name)
        if math.isnan(value):
            yield "—"
        elif name == OURS or math.isnan(ours):
            yield f"{value:.{row.digits}f}"
        else:
            yield f"{value:.{row.digits}f} ({ours / value:.2f})"
    yield row.asked
    for name in _ours(columns):
        yield _verdict(row, columns, name)


def _verdict(row: Row, columns: Columns, name: str) -> str:
    if math.isnan(_value(row, columns, name)):
        return "—"
    try:
        return "yes" if row.holds(columns[name], columns) else "**no**"
    except KeyError:
        return "—"


def _value(row: Row, columns: Columns, name: str) -> float:
    return row.value(columns[name]) if name in columns else math.nan


def _line(cells: list[str] | Iterator[str]) -> str:
    return f"| {' | '.join(cells)} |"
