"""What is seen, in radii of the planet, and how pixels are held while they are worked on.

In the planet's own axes z points to the north pole, the rings lie in z = 0 and the sun shines from above the x axis.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]
Words: TypeAlias = NDArray[np.uint32]
"""Pixels: red, green, blue and alpha from the lowest byte up, the colours premultiplied by alpha."""

SUN = np.array([math.cos(0.4), 0, math.sin(0.4)], np.float32)
TILT = 0.32
"""How far the north pole leans to the right on the screen, radians."""
RING_INNER, RING_OUTER = 1.27, 2.30
AIR_TOP = 1.07
