"""How large and how often a picture is sent for the rate there is. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Preference: TypeAlias = Literal["sharpness", "motion"]


@dataclass(frozen=True, slots=True)
class Step:
    """bits: per pixel of the picture and second, from which on it is taken. scale: of both sides. fps: the most."""

    bits: float
    scale: float
    fps: float


# First the frame rate gives way, then the size, then both; what a page prefers gives way last.
_SHARPNESS = (
    Step(1.2, 1.0, 240),
    Step(0.85, 1.0, 24),
    Step(0.6, 0.75, 24),
    Step(0.4, 0.75, 20),
    Step(0.2, 0.5, 20),
    Step(0.0, 0.5, 15),
)
_MOTION = (
    Step(1.2, 1.0, 240),
    Step(0.6, 0.75, 240),
    Step(0.35, 0.5, 30),
    Step(0.2, 0.5, 24),
    Step(0.0, 0.5, 20),
)
_STEPS: dict[Preference, tuple[Step, ...]] = {"sharpness": _SHARPNESS, "motion": _MOTION}

# A step is taken back only when there is this much more than it asks for, for so many seconds: each change of size
# costs a key frame, one of the frame rate costs nothing.
MARGIN = 1.25
PATIENCE = 3.0
PATIENCE_OF_RATE = 0.5

# Nothing gains from being made smaller than this, pixels.
SMALLEST = 320 * 180


class Adaptation:
    """Chooses a step for one peer's rate and picture; down at once, up with patience.

    prefer: what gives way last. min_fps: frames per second that are kept where the canvas draws as many.
    """

    def __init__(self, prefer: Preference = "sharpness", min_fps: float = 12) -> None:
        self._steps = _STEPS[prefer]
        self._min_fps = min_fps
        self._index = 0
        self._better_since: float | None = None

    def choose(self, bitrate: float, size: tuple[int, int], now: float) -> Step:
        """The step for `bitrate` bits per second and a picture of `size`."""
        pixels = size[0] * size[1]
        density = bitrate / pixels
        wanted = self._fitting(density)
        if wanted > self._index:
            self._index, self._better_since = wanted, None
        elif self._fitting(density / MARGIN) < self._index:
            self._rise(pixels, now)
        else:
            self._better_since = None
        step = self._steps[self._index]
        return Step(step.bits, _scale(step, pixels), max(step.fps, self._min_fps))

    def _fitting(self, density: float) -> int:
        return next(index for index, step in enumerate(self._steps) if density >= step.bits)

    def _rise(self, pixels: int, now: float) -> None:
        now_scale, then = (_scale(self._steps[i], pixels) for i in (self._index, self._index - 1))
        patience = PATIENCE_OF_RATE if then == now_scale else PATIENCE
        if self._better_since is None:
            self._better_since = now
        elif now - self._better_since >= patience:
            self._index -= 1
            self._better_since = None


def _scale(step: Step, pixels: int) -> float:
    return 1.0 if pixels * step.scale**2 < SMALLEST else step.scale
