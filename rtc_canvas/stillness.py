"""When a picture that does not change is sent again: pure."""

from __future__ import annotations

from dataclasses import dataclass

# Two frames of a slow animation lie closer together than this.
FIRST_AFTER = 0.2
REFINE_EVERY = 0.08
REFINEMENTS = 5

# After the last refinement the encoder's rate control still has bits to spend: some frames that get none settle it.
SETTLE_FRAMES = 10

# Chromium asks for a key frame when nothing came for three seconds.
IDLE_EVERY = 2.0


@dataclass(frozen=True, slots=True)
class Repeat:
    """A picture to be sent again.

    time: when, seconds of the clock that `last_sent` is of.
    trickle: whether with as few bits as possible; otherwise it is to gain quality.
    """

    time: float
    trickle: bool


def is_refined(repeats: int) -> bool:
    """Whether a picture that has been sent again so often gains nothing any more."""
    return repeats >= REFINEMENTS


def idle_repeat(last_sent: float) -> Repeat:
    """The next sending of a picture that is to gain nothing any more."""
    return Repeat(last_sent + IDLE_EVERY, trickle=True)


def next_repeat(repeats: int, last_sent: float) -> Repeat:
    """The next sending of a picture that has been sent again `repeats` times, last at `last_sent`."""
    if repeats < REFINEMENTS:
        return Repeat(last_sent + (FIRST_AFTER if repeats == 0 else REFINE_EVERY), trickle=False)
    if repeats < REFINEMENTS + SETTLE_FRAMES:
        return Repeat(last_sent + REFINE_EVERY, trickle=True)
    return idle_repeat(last_sent)
