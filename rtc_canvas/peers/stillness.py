"""When a picture that does not change is sent again: pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

# Frames of a slow animation lie closer together than this.
FIRST_AFTER = 0.12

# As often as pictures that move: what moves next waits for no more than it would in motion.
REFINE_EVERY = 1 / 30

# x264 hardly ever comes to rest: after so many repeats, and bits for each pixel, what they still gain is not seen.
REFINEMENTS = 90
ENOUGH = 2.0

# From so many on it may become larger, or after so many seconds where the rate hardly allows it: pictures of a slow
# animation are not to alternate between two sizes.
ENLARGED_FROM = 4
ENLARGED_AFTER = 1.5

# So many in a row with less than this share of a mean frame's bits, and there is nothing left to gain.
SMALL, IN_A_ROW = 0.08, 2

# After the last refinement the encoder's rate control still has bits to spend: some frames that get none settle it.
SETTLE_FRAMES = 10
SETTLE_EVERY = 0.08

# Chromium asks for a key frame when nothing came for three seconds.
IDLE_EVERY = 2.5


@dataclass(frozen=True, slots=True)
class Repeat:
    """A picture to be sent again.

    time: when, seconds of the clock that `last_sent` is of.
    trickle: whether with as few bits as possible; otherwise it is to gain quality.
    """

    time: float
    trickle: bool


class Gain:
    """What a picture that stays still gains by being sent again.

    pixels: of its frames.
    refinements: after how many repeats it gains nothing any more; infinite as long as it does.
    """

    def __init__(self, pixels: int = 0) -> None:
        self.refinements = math.inf
        self._pixels = pixels
        self._bits = 0.0
        self._small = 0

    def add(self, repeats: int, bits: float, bitrate: float) -> None:
        """The last of so many repeats was to gain quality and has so many bits, of so many that are meant a second."""
        small = bits < SMALL * bitrate * REFINE_EVERY
        self._small = self._small + 1 if small else 0
        self._bits += bits
        enough = repeats >= REFINEMENTS and self._bits >= ENOUGH * self._pixels
        if self._small >= IN_A_ROW or enough:
            self.refinements = min(self.refinements, repeats)


def next_repeat(repeats: int, last_sent: float, refinements: float) -> Repeat:
    """The next sending of a picture that has been sent again `repeats` times, last at `last_sent`.

    refinements: how many of them are to gain quality.
    """
    if repeats < refinements:
        return Repeat(last_sent + (REFINE_EVERY if repeats else FIRST_AFTER), trickle=False)
    if repeats < refinements + SETTLE_FRAMES:
        return Repeat(last_sent + SETTLE_EVERY, trickle=True)
    return Repeat(last_sent + IDLE_EVERY, trickle=True)
