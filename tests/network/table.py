"""The one table that ``make network`` prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .figures import Figures, Limit, Results, Row

HEAD = (
    "way",
    "carried by",
    "connected after, s",
    "first frame after, s",
    "glass median, ms",
    "fps",
    "asked",
    "holds",
)

LABELS = {
    "first_frame": ("first frame", " s"),
    "glass_median": ("glass", " ms"),
    "fps": ("fps", ""),
    "gap": ("gap", " s"),
    "pages": ("pages", ""),
}
"""What the figures that have limits are called, and their units."""


def markdown(rows: Sequence[Row], results: Results) -> str:
    """The table of what was measured of these rows."""
    lines = [_line(HEAD), _line(["---"] * len(HEAD))]
    lines += [_line(list(_cells(row, results))) for row in rows if row.name in results]
    return "\n".join(lines)


def _cells(row: Row, results: Results) -> Iterator[str]:
    figures = results[row.name]
    yield row.title
    yield figures.failure or figures.way
    yield _number(figures.connected, 2)
    yield _number(figures.first_frame, 2)
    yield _number(figures.glass_median, 0)
    yield _number(figures.fps, 1)
    yield "; ".join([f"by {row.way}", *(_asked(limit, figures, results) for limit in row.limits)])
    yield "yes" if row.holds(results) else "**no**"


def _asked(limit: Limit, figures: Figures, results: Results) -> str:
    label, unit = LABELS[limit.figure]
    highest = limit.highest(results)
    bounds = [("≥", limit.at_least), ("≤", highest)]
    asked = " ".join(f"{sign} {bound:.4g}{unit}" for sign, bound in bounds if bound is not None)
    value: float | None = getattr(figures, limit.figure)
    # What has no column of its own is told here.
    told = f", was {value:.4g}" if limit.figure in ("gap", "pages") and value is not None else ""
    return f"{label} {asked}{told}"


def _number(value: float | None, digits: int) -> str:
    return "—" if value is None else f"{value:.{digits}f}"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
