"""What was measured so far, kept in a file so that a run that was broken off goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from .figures import Figures, Second


@dataclass(frozen=True)
class Result:
    """What one subject's run through one scenario gave."""

    scenario: str
    subject: str
    figures: Figures | None
    failure: str | None = None
    """Why there are no figures."""


Results = Mapping[tuple[str, str], Result]
"""By the names of scenario and subject."""


class ResultsFile:
    """JSON, a line for each result; the last one counts."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[tuple[str, str], Result]:
        """All results; none where there is no file yet."""
        if not self._path.exists():
            return {}
        results = map(from_json, self._path.read_text().splitlines())
        return {(result.scenario, result.subject): result for result in results}

    def add(self, result: Result) -> None:
        """Append one result."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a") as file:
            file.write(json.dumps(asdict(result)) + "\n")

    def clear(self) -> None:
        """Forget all results."""
        self._path.unlink(missing_ok=True)


def from_json(line: str) -> Result:
    """Read one line of the file."""
    fields = json.loads(line)
    if (figures := fields.pop("figures")) is None:
        return Result(**fields, figures=None)
    timeline = tuple(Second(**second) for second in figures.pop("timeline"))
    regained = tuple(figures.pop("regained", ()))
    return Result(**fields, figures=Figures(**figures, regained=regained, timeline=timeline))
