"""``python -m tests.benchmarks``: measure the subjects side by side and print one table.

The subjects take turns, round by round, so that what disturbs the machine disturbs them alike.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import sys
from dataclasses import asdict
from pathlib import Path

from .browser import launch
from .figures import pool
from .table import OURS, TITLES, markdown
from .trial import FULL, QUICK, IdleTrial, Plan, Trial, measure, measure_idle


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round, to try things out")
    parser.add_argument(
        "--only", metavar="NAME", action="append", choices=TITLES, help=f"of {', '.join(TITLES)}"
    )
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the raw figures too")
    arguments = parser.parse_args()
    plan = QUICK if arguments.quick else FULL
    names = [name for name in TITLES if name in (arguments.only or TITLES)]

    trials, idle, browser_version = run(names, plan)
    columns = {name: pool(trials[name], idle if name == OURS else None) for name in names}
    print(markdown(columns))
    if arguments.json:
        results = {
            "machine": platform.platform(),
            "browser": browser_version,
            "plan": asdict(plan),
            "figures": {name: _without_nan(asdict(column)) for name, column in columns.items()},
            "trials": {name: [asdict(trial) for trial in trials[name]] for name in names},
            "idle": idle and asdict(idle),
        }
        arguments.json.write_text(json.dumps(results, indent=1) + "\n")


def run(names: list[str], plan: Plan) -> tuple[dict[str, list[Trial]], IdleTrial | None, str]:
    """Measure the subjects in turns; what idling costs is measured once, for ours."""
    trials: dict[str, list[Trial]] = {name: [] for name in names}
    with launch() as browser:
        for number in range(1, plan.rounds + 1):
            for name in names:
                print(f"round {number} of {plan.rounds}: {TITLES[name]}", file=sys.stderr)
                trials[name].append(measure(name, browser, plan))
        idle = None
        if OURS in names:
            print("a still canvas", file=sys.stderr)
            idle = measure_idle("ours_still", browser, plan)
        return trials, idle, browser.version


def _without_nan(figures: dict[str, float]) -> dict[str, float | None]:
    # JSON has no nan.
    return {key: None if math.isnan(value) else value for key, value in figures.items()}


if __name__ == "__main__":
    main()
