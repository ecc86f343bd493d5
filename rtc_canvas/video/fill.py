"""How much more an encoder must be told to spend than it is meant to. Pure."""

from __future__ import annotations

# What a frame leaves of a short buffer is lost to those after it: x264 stays up to a quarter below what it is told.
LEAST, FIRST, MOST = 1.0, 1.1, 1.35

# Of each frame's difference, this share is made up for.
GAIN = 0.04

# A frame with less of its bits than this wanted no more; one with more is an exception.
SATED, EXCESS = 0.6, 1.5


class Fill:
    """Follows what came of what was meant.

    factor: by which the wanted rate is to be multiplied.
    """

    def __init__(self) -> None:
        self.factor = FIRST

    def update(self, meant: float, spent: float) -> None:
        """meant, spent: bits of one frame."""
        share = spent / meant
        if share >= SATED:
            factor = self.factor * (1 + GAIN * (1 - min(share, EXCESS)))
            self.factor = min(max(factor, LEAST), MOST)
