"""What a scenario consists of. Times are seconds since the first picture was seen."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .link import Conditions

WARM_UP = 5.0
"""From when on figures count."""

Span = tuple[float, float]
"""From when until when."""


@dataclass(frozen=True)
class Limit:
    """What a figure (a field of ``figures.Figures``, in its unit) may be."""

    figure: str
    at_least: float | None = None
    at_most: float | None = None
    beside: tuple[str, str] | None = None
    """The scenario and the subject whose same figure the bound is to be multiplied with."""


@dataclass(frozen=True)
class Step:
    """From when on a link is like what."""

    at: float
    conditions: Conditions


@dataclass(frozen=True)
class Recovery:
    """When a link gets better, and at which rate, in bits a second, it counts as used again."""

    at: float
    rate: float


@dataclass(frozen=True)
class Scenario:
    """One course of events, the same for every subject."""

    name: str
    title: str
    links: tuple[tuple[Step, ...], ...]
    """One for each viewer; all figures are of the first."""
    duration: float
    limits: tuple[Limit, ...]
    rest: Span | None = None
    """When nothing moves, roughly: in the program's own time."""
    disturbance: Span | None = None
    """When the other viewer's link is bad."""
    recovery: Recovery | None = None
    download: bool = False
    """Whether a TCP download shares the first link."""
    noise: bool = False
    """Whether the processors are busy now and then."""
    key_frames: int = 0
    """How many key frames are lost whole, one after the other: for subjects that make them on demand."""
    fidelity: bool = False
    """Whether pictures are compared with those that were sent, at the end."""

    def losses(self) -> list[float]:
        """When a key frame is lost: as far from one another as the time allows."""
        pause = (self.duration - WARM_UP) / max(1, self.key_frames)
        return [WARM_UP + pause * number for number in range(self.key_frames)]

    def shortened(self, factor: float) -> Scenario:
        """The same course in less time."""
        return replace(
            self,
            links=tuple(
                tuple(Step(factor * step.at, step.conditions) for step in steps)
                for steps in self.links
            ),
            duration=factor * self.duration,
            rest=_scaled(self.rest, factor),
            disturbance=_scaled(self.disturbance, factor),
            recovery=self.recovery and Recovery(factor * self.recovery.at, self.recovery.rate),
            key_frames=round(factor * self.key_frames),
        )


def _scaled(span: Span | None, factor: float) -> Span | None:
    return span and (factor * span[0], factor * span[1])
