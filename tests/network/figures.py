"""What one way gave, and what is asked of it; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Figures:
    """Of one way. None where there was nothing to measure."""

    way: str = ""
    """What carried the picture, as ``moments.js`` names it."""
    connected: float | None = None
    """Seconds from the navigation until the transport was up."""
    first_frame: float | None = None
    """Seconds from the navigation until the first picture was read."""
    glass_median: float | None = None
    """Milliseconds from the hand-over of a picture until it could be read."""
    fps: float | None = None
    """Different pictures read a second."""
    gap: float | None = None
    """Seconds without a picture, after what was done to the network."""
    pages: int | None = None
    """How many showed the picture at once."""
    failure: str | None = None
    """Why there are no figures."""


Results = Mapping[str, Figures]
"""By the names of the rows."""

TIMES, PLUS = 1.6, 10.0
"""A way may take so many times as long as the one beside it, or so many milliseconds more, whichever is more."""


@dataclass(frozen=True)
class Limit:
    """What a figure (a field of ``Figures``, in its unit) may be."""

    figure: str
    at_least: float | None = None
    at_most: float | None = None
    beside: str | None = None
    """The row beside whose same figure it is to be held."""

    def highest(self, results: Results) -> float | None:
        """The upper bound; None where there is none, or what it hangs on was not measured."""
        if self.beside is None:
            return self.at_most
        other = results.get(self.beside)
        value: float | None = getattr(other, self.figure, None)
        return None if value is None else max(TIMES * value, value + PLUS)

    def holds(self, results: Results, row: str) -> bool:
        """Whether the row keeps to it; what was not measured does not."""
        value: float | None = getattr(results.get(row), self.figure, None)
        highest = self.highest(results)
        if value is None or (self.beside is not None and highest is None):
            return False
        return not (
            (self.at_least is not None and value < self.at_least)
            or (highest is not None and value > highest)
        )


@dataclass(frozen=True)
class Row:
    """One way, and what is asked of it.

    way: by which the picture is to come.
    """

    name: str
    title: str
    way: str
    limits: tuple[Limit, ...] = ()

    def holds(self, results: Results) -> bool | None:
        """Whether all that is asked of it is so; None where it was not measured."""
        figures = results.get(self.name)
        if figures is None:
            return None
        return figures.way == self.way and all(
            each.holds(results, self.name) for each in self.limits
        )
