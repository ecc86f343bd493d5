"""``python -m tests.network``: try every way from a browser to the program, and print one table.

What was measured is kept, a line of JSON for each row, and not measured again until ``--fresh``. Ends with 1 where
something that is asked does not hold.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from playwright.sync_api import Error as PlaywrightError

from ..wan.network import unavailable
from .figures import Figures
from .results import ResultsFile
from .rows import ROWS
from .table import markdown
from .ways import RUNS

NAMES = [row.name for row in ROWS]


def main() -> None:
    arguments = _arguments()
    file = ResultsFile(arguments.results)
    if arguments.fresh:
        file.clear()
    if (obstacle := unavailable()) is not None:
        sys.exit(obstacle)
    wanted = set(arguments.only or NAMES)
    for names in RUNS:
        missing = wanted.intersection(names).difference(file.read())
        # What is compared has to be of one run.
        if missing:
            measure(names, file)
    results = file.read()
    print(markdown(ROWS, results))
    sys.exit(0 if all(row.holds(results) for row in ROWS if row.name in wanted) else 1)


def measure(names: tuple[str, ...], file: ResultsFile) -> None:
    """Do one run and keep its figures."""
    print(", ".join(names), file=sys.stderr)
    found: dict[str, Figures] = {}
    try:
        found.update(RUNS[names]())
    except PlaywrightError as error:
        # That no picture came is a result too.
        failure = f"no picture: {str(error).splitlines()[0]}"
        found = {name: Figures(failure=failure) for name in names} | found
    for name, figures in found.items():
        file.add(name, figures)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.network", description=__doc__)
    parser.add_argument(
        "--only", metavar="ROW", action="append", choices=NAMES, help=f"of {', '.join(NAMES)}"
    )
    parser.add_argument("--fresh", action="store_true", help="forget what was measured before")
    parser.add_argument(
        "--results",
        metavar="FILE",
        type=Path,
        default=Path("build/network.jsonl"),
        help="where it is kept",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
