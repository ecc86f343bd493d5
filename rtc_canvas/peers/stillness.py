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
# animation are not to alternate between two sizes. Since the frame before as long passes as before a refinement.
ENLARGED_FROM = 4
ENLARGED_AFTER = 1.5
ENLARGED_PAUSE = REFINE_EVERY

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


class Stillness:
    """How far a picture that stays has got, and when it is sent next."""

    def __init__(self) -> None:
        self._repeats = 0
        self._gain = Gain()
        # After how many repeats its exact pixels took over; None while they are not on.
        self._exact_from: int | None = None

    @property
    def is_refined(self) -> bool:
        """Whether another frame of its size would gain nothing any more."""
        return self._repeats >= self._gain.refinements

    def begin(self, pixels: int) -> None:
        """A frame of so many pixels was sent that is no repeat: it gains quality from the start."""
        self._repeats, self._gain, self._exact_from = 0, Gain(pixels), None

    def repeated(self, bits: float, bitrate: float, *, trickle: bool) -> None:
        """It was sent again, with so many bits, of so many that are meant a second."""
        self._repeats += 1
        if not trickle:
            self._gain.add(self._repeats, bits, bitrate)

    def tell(self, *, exact: bool) -> None:
        """Say whether its exact pixels are on: from there on it is to gain nothing any more."""
        if not exact:
            self._exact_from = None
        elif self._exact_from is None:
            self._exact_from = self._repeats

    def next(self, last_sent: float) -> Repeat:
        """The next sending."""
        refinements = self._gain.refinements
        if self._exact_from is not None:
            refinements = min(self._exact_from, refinements)
        return next_repeat(self._repeats, last_sent, refinements)

    def enlarged_at(
        self, repeat: Repeat, first_sent: float, last_sent: float, *, affordable: bool
    ) -> float:
        """When one that was sent scaled down gets all of its size; infinite where that is not known yet.

        That costs a key frame: so it does as soon as the rate allows it, or else once it has gained what it can, and
        has stood for a while.

        repeat: its next sending.
        """
        if affordable and self._repeats >= ENLARGED_FROM:
            return repeat.time
        if repeat.trickle:
            return max(first_sent + ENLARGED_AFTER, last_sent + ENLARGED_PAUSE)
        return math.inf


def next_repeat(repeats: int, last_sent: float, refinements: float) -> Repeat:
    """The next sending of a picture that has been sent again `repeats` times, last at `last_sent`.

    refinements: how many of them are to gain quality.
    """
    if repeats < refinements:
        return Repeat(last_sent + (REFINE_EVERY if repeats else FIRST_AFTER), trickle=False)
    if repeats < refinements + SETTLE_FRAMES:
        return Repeat(last_sent + SETTLE_EVERY, trickle=True)
    return Repeat(last_sent + IDLE_EVERY, trickle=True)
