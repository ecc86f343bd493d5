"""What a row of the table says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .quality import Quality


@dataclass(frozen=True)
class Finding:
    """One figure, and what is asked of it."""

    figure: str
    measured: str
    asked: str
    holds: bool


@dataclass(frozen=True)
class Outcome:
    """All that one measurement found."""

    findings: tuple[Finding, ...]
    qualities: Mapping[str, Quality] = field(default_factory=dict)
    """How like their sources pictures were, by what they are pictures of."""
    samples: Mapping[str, object] = field(default_factory=dict)
    """The raw figures, as JSON takes them."""


def markdown(rows: list[tuple[str, ...]]) -> str:
    """A table of rows, the first of which is its head."""
    head, *body = rows
    lines = [head, ("---",) * len(head), *body]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def findings_table(findings: list[Finding]) -> str:
    """The findings, one a row."""
    rows = [(each.figure, each.measured, each.asked, _verdict(each)) for each in findings]
    return markdown([("figure", "measured", "must be", "holds"), *rows])


def _verdict(finding: Finding) -> str:
    return "yes" if finding.holds else "**no**"
