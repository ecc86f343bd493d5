"""Which level an H.264 stream says it is: what a decoder must be able to do for it. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Level:
    """A row of ITU-T H.264 table A-1.

    name: as people write it. speed: macroblocks a second. size: macroblocks of a frame. bitrate: bits per second.
    """

    name: str
    speed: int
    size: int
    bitrate: int


# From the one that every browser offers to the largest that Chromium takes.
LEVELS = (
    Level("3.1", 108_000, 3_600, 14_000_000),
    Level("3.2", 216_000, 5_120, 20_000_000),
    Level("4.0", 245_760, 8_192, 20_000_000),
    Level("4.1", 245_760, 8_192, 50_000_000),
    Level("4.2", 522_240, 8_704, 50_000_000),
    Level("5.0", 589_824, 22_080, 135_000_000),
    Level("5.1", 983_040, 36_864, 240_000_000),
    Level("5.2", 2_073_600, 36_864, 240_000_000),
)

# Most displays show no more, frames per second.
FPS = 60


def fitting_level(size: tuple[int, int], bitrate: float) -> str:
    """The lowest level for frames of `size`, 60 a second, of `bitrate` bits per second together.

    Frames that are too large or too many for every level get the highest.
    """
    columns, rows = (math.ceil(side / 16) for side in size)
    blocks = columns * rows
    for level in LEVELS:
        # Clause A.3.1 bounds each side too.
        longest = math.sqrt(8 * level.size)
        if (
            blocks <= level.size
            and max(columns, rows) <= longest
            and blocks * FPS <= level.speed
            and bitrate <= level.bitrate
        ):
            return level.name
    return LEVELS[-1].name
