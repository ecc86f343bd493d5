"""The demo: a ringed planet between day and night. Drag to orbit it, turn the wheel to come closer.

numpy alone makes the picture, in a few milliseconds, because little is left to do for a frame:

- The sun stands still, so its light and the shadows are worked out once, into maps.
- The planet is seen from so far away that all lines of sight are parallel. What a pixel sees is then linear in
  its x and y, but for the one square root that makes a sphere.
- The four bytes of a pixel are worked on together, as one 32-bit word.
- The frame is finished band by band, so that what is being worked on stays in the processor's cache.
"""

from __future__ import annotations

from .frame import MAX_PIXELS, picture_size, prepare, render
from .orbit import Orbit
from .program import canvas
from .view import Camera

__all__ = ["MAX_PIXELS", "Camera", "Orbit", "canvas", "picture_size", "prepare", "render"]
