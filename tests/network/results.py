"""What was measured so far, kept in a file so that a run that was stopped goes on where it was."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from .figures import Figures


class ResultsFile:
    """JSON, a line for each row; the last one counts."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, Figures]:
        """All figures by their rows' names; none where there is no file yet."""
        if not self._path.exists():
            return {}
        lines = map(json.loads, self._path.read_text().splitlines())
        return {line.pop("row"): Figures(**line) for line in lines}

    def add(self, row: str, figures: Figures) -> None:
        """Append the figures of a row."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a") as file:
            file.write(json.dumps({"row": row, **asdict(figures)}) + "\n")

    def clear(self) -> None:
        """Forget all of them."""
        self._path.unlink(missing_ok=True)
