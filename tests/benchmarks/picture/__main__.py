"""``python -m tests.benchmarks.picture``: how faithful pictures are, and how soon, in one table.

Ends with 1 where something that is asked does not hold, or could not be measured.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import Error as PlaywrightError

from ..browser import Browser, launch
from . import chroma, exact, moving, phase, reported, resuming, still
from .finding import Outcome, findings_table, markdown
from .plan import FULL, QUICK, Plan
from .quality import Quality


@dataclass(frozen=True)
class Row:
    """A part of the table, of one line or several."""

    title: str
    measure: Callable[[Browser, Plan], Outcome]
    wanted: bool = True
    """Whether it is measured though nobody names it."""


ROWS = {
    "moving": Row("moving graphics beside the rivals", moving.measure),
    "chroma": Row("4:4:4 against 4:2:0", chroma.measure),
    "phase": Row("draws timed to the display", phase.measure),
    "still": Row("a page that stops", still.measure),
    "resuming": Row("the first picture after a stop", resuming.measure),
    "exact": Row("exact pixels", exact.measure),
    "still-link": Row("a page that stops, over a link", still.measure_link),
    "exact-link": Row("exact pixels over a link", exact.measure_link),
    "reported": Row("reported times", reported.measure),
    "at-once": Row(
        "harder: all graphics move at once",
        partial(moving.measure, content="graphics_at_once"),
        wanted=False,
    ),
}


def main() -> None:
    arguments = _arguments()
    plan = QUICK if arguments.quick else FULL
    names = arguments.only or [name for name, row in ROWS.items() if row.wanted]
    with launch() as browser:
        outcomes = measure([name for name in ROWS if name in names], browser, plan)
        version = browser.version
    print(report(outcomes))
    if arguments.json:
        results = {
            "machine": platform.platform(),
            "browser": version,
            "plan": asdict(plan),
            "rows": {name: asdict(outcome) for name, outcome in outcomes.items()},
        }
        arguments.json.write_text(json.dumps(results, indent=1) + "\n")
    hold = all(finding.holds for outcome in outcomes.values() for finding in outcome.findings)
    sys.exit(0 if hold and len(outcomes) == len(names) else 1)


def measure(names: list[str], browser: Browser, plan: Plan) -> dict[str, Outcome]:
    """Measure some rows; one that cannot be measured says why, and is left out."""
    outcomes = {}
    for name in names:
        print(ROWS[name].title, file=sys.stderr)
        try:
            outcomes[name] = ROWS[name].measure(browser, plan)
        except (RuntimeError, PlaywrightError) as error:
            print(f"{ROWS[name].title} could not be measured: {error}", file=sys.stderr)
    return outcomes


def report(outcomes: Mapping[str, Outcome]) -> str:
    """Both tables: what is asked, and how like their sources pictures were."""
    findings = [finding for outcome in outcomes.values() for finding in outcome.findings]
    qualities = {
        title: quality
        for outcome in outcomes.values()
        for title, quality in outcome.qualities.items()
    }
    parts = [findings_table(findings)]
    return "\n\n".join(parts + ([_quality_table(qualities)] if qualities else []))


def _quality_table(qualities: Mapping[str, Quality]) -> str:
    kinds = list(next(iter(qualities.values())).kinds)
    rows = [("RGB PSNR, dB (SSIM)", "overall", *kinds)]
    for title, quality in qualities.items():
        cells = [quality.overall, *(quality.kinds[kind] for kind in kinds)]
        rows.append((title, *(f"{each.psnr:.1f} ({each.ssim:.3f})" for each in cells)))
    return markdown(rows)


def _arguments() -> Any:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.picture", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round, to try things out")
    parser.add_argument(
        "--only", metavar="ROW", action="append", choices=ROWS, help=f"of {', '.join(ROWS)}"
    )
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the raw figures too")
    return parser.parse_args()


if __name__ == "__main__":
    main()
