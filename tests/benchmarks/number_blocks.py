"""A picture's number, written into its own pixels.

Sixteen bits stand as black and white blocks in the picture's top left corner, most significant first; the row
below holds their complement. A lossy codec leaves such blocks readable, and a read that straddles two pictures,
or one before the first picture, shows by a column that is not one black and one white block.

``observer.js`` reads the same layout in the page.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BITS = 16
BLOCK = 16
AREA = (2 * BLOCK, BITS * BLOCK)
"""Height and width of the blocks together, in pixels."""

NUMBERS = 1 << BITS


def write_number(picture: NDArray[np.uint8], number: int) -> None:
    """Write ``number`` modulo 2**16 into ``picture``, (h, w, 3) or (h, w, 4), in place."""
    bits = (number >> np.arange(BITS - 1, -1, -1)) & 1
    rows = np.stack([bits, 1 - bits]).astype(np.uint8) * 255
    height, width = AREA
    picture[:height, :width, :3] = np.kron(rows, np.ones((BLOCK, BLOCK), np.uint8))[..., None]


def read_number(picture: NDArray[np.uint8]) -> int | None:
    """Read the number of a decoded ``picture``, (h, w, 3) or (h, w, 4); None where there is none."""
    centre = slice(BLOCK // 2, None, BLOCK)
    height, width = AREA
    levels = picture[:height, :width, 1][centre, centre].astype(int)
    white, black = levels > 160, levels < 96
    if not np.all(white | black) or not np.all(white[0] == black[1]):
        return None
    return int("".join("1" if bit else "0" for bit in white[0]), 2)
