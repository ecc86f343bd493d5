"""``python -m tests.wan``: put all through the scenarios, and print one table.

What was measured is kept, and not measured again until ``--fresh``. ``QUICK=1`` in the environment takes half of the
time for each scenario; its results are kept apart. Ends with 1 where something asked of rtc_canvas does not hold.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from playwright.sync_api import TimeoutError as PlaywrightTimeout

from .contenders import CONTENDERS
from .figures import figures
from .network import unavailable
from .results import Result, ResultsFile
from .scenario import Scenario
from .scenarios import SCENARIOS
from .table import Verdict, judge, markdown
from .trial import observe

QUICK = 0.5


def main() -> None:
    arguments = _arguments()
    quick = os.environ.get("QUICK", "0") != "0"
    file = ResultsFile(arguments.results / ("quick.jsonl" if quick else "full.jsonl"))
    if arguments.fresh:
        file.clear()
    scenarios = [
        scenario.shortened(QUICK) if quick else scenario
        for scenario in SCENARIOS
        if scenario.name in (arguments.only or (scenario.name,))
    ]
    if (obstacle := unavailable()) is not None:
        sys.exit(obstacle)
    for scenario in scenarios:
        for subject in CONTENDERS:
            wanted = subject in (arguments.subject or (subject,))
            possible = not scenario.key_frames or CONTENDERS[subject].on_demand is not None
            if wanted and possible and (scenario.name, subject) not in file.read():
                print(f"{scenario.title}: {CONTENDERS[subject].title}", file=sys.stderr)
                file.add(measure(scenario, subject))
    results = file.read()
    print(markdown(scenarios, results))
    verdicts = [judge(limit, each, results) for each in scenarios for limit in each.limits]
    sys.exit(1 if Verdict.FAILS in verdicts else 0)


def measure(scenario: Scenario, subject: str) -> Result:
    """Put one subject through one scenario."""
    try:
        seen = observe(scenario, CONTENDERS[subject])
    except PlaywrightTimeout:
        # That is a result too.
        return Result(scenario.name, subject, None, failure="no picture came")
    return Result(scenario.name, subject, figures(scenario, seen))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.wan", description=__doc__)
    names = [scenario.name for scenario in SCENARIOS]
    parser.add_argument(
        "--only", metavar="SCENARIO", action="append", choices=names, help=f"of {', '.join(names)}"
    )
    parser.add_argument(
        "--subject",
        metavar="NAME",
        action="append",
        choices=CONTENDERS,
        help=f"of {', '.join(CONTENDERS)}",
    )
    parser.add_argument("--fresh", action="store_true", help="forget what was measured before")
    parser.add_argument(
        "--results", metavar="FOLDER", type=Path, default=Path("build/wan"), help="where it is kept"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
