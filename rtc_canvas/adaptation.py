"""How large and how often a picture is sent for the rate there is. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Preference: TypeAlias = Literal["sharpness", "motion"]


@dataclass(frozen=True, slots=True)
class Step:
    """bits: per pixel of the picture and second, from which on it is taken, see `_weight`. scale: of both sides. fps:
    the most.
    """

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

# Up to this size each pixel wants its bits. Beyond, pixels get finer rather than more is shown: of four times the
# pixels each wants 0.7 of them.
FULL_WEIGHT = 1280 * 720
FINER = 0.75


class Adaptation:
    """Chooses a step for one peer's rate and picture; down at once, up with patience.

    prefer: what gives way last. min_fps: frames per second that are kept where the canvas draws as many.
    hunger: how many times the bits of H.264 the codec needs.
    """

    def __init__(
        self, prefer: Preference = "sharpness", min_fps: float = 12, hunger: float = 1.0
    ) -> None:
        self._hunger = hunger
        self._steps = _STEPS[prefer]
        self._min_fps = min_fps
        self._index = 0
        # Since when there has been more than enough for each step; None where there is not.
        self._roomy_since: list[float | None] = [None] * len(self._steps)

    def choose(self, bitrate: float, size: tuple[int, int], now: float) -> Step:
        """The step for `bitrate` bits per second and a picture of `size`."""
        pixels = size[0] * size[1]
        density = bitrate / self._hunger / _weight(pixels)
        roomy = self._fitting(density / MARGIN)
        self._roomy_since = [
            None if index < roomy else now if since is None else since
            for index, since in enumerate(self._roomy_since)
        ]
        self._index = max(self._fitting(density), self._risen(pixels, now))
        step = self._steps[self._index]
        return Step(step.bits, _scale(step, pixels), max(step.fps, self._min_fps))

    def affords_whole(self, bitrate: float, size: tuple[int, int]) -> bool:
        """Whether a picture that stays may have all of its size: it needs no patience, as it is made larger only."""
        pixels = size[0] * size[1]
        roomy = self._fitting(bitrate / self._hunger / _weight(pixels) / MARGIN)
        return _scale(self._steps[min(roomy, self._index)], pixels) == 1.0

    def _fitting(self, density: float) -> int:
        return next(index for index, step in enumerate(self._steps) if density >= step.bits)

    def _risen(self, pixels: int, now: float) -> int:
        """The best of the steps that have been waited for, and the one that is taken now."""
        scale = _scale(self._steps[self._index], pixels)
        for index, since in enumerate(self._roomy_since[: self._index]):
            same = _scale(self._steps[index], pixels) == scale
            if since is not None and now - since >= (PATIENCE_OF_RATE if same else PATIENCE):
                return index
        return self._index


def _scale(step: Step, pixels: int) -> float:
    return 1.0 if pixels * step.scale**2 < SMALLEST else step.scale


def _weight(pixels: int) -> float:
    """How many pixels those of a picture count as."""
    return pixels if pixels <= FULL_WEIGHT else FULL_WEIGHT * (pixels / FULL_WEIGHT) ** FINER
