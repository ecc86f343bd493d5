"""Where the planet is seen from, and what the pixels of a frame see of it.

On the screen x points right, y up and z towards the viewer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from .ring_tables import ring_blurs
from .scene import SUN, TILT, Floats


@dataclass(frozen=True, slots=True)
class Camera:
    """A view of the planet.

    yaw: angle around the pole, radians, from the sun's side. pitch: height above the rings, radians, 0.07 to 1.3,
    which is on their sunny side and never edge on. zoom: 0.5 to 1.8; 1 shows the rings whole.
    """

    yaw: float = 5.45
    pitch: float = 0.24
    zoom: float = 1.0

    def orbited(self, yaw: float, pitch: float) -> Camera:
        """The camera moved around the planet by these angles, radians, as far as the limits allow."""
        pitch = min(max(self.pitch + pitch, 0.07), 1.3)
        return replace(self, yaw=(self.yaw + yaw) % math.tau, pitch=pitch)

    def zoomed(self, factor: float) -> Camera:
        """The camera that sees everything `factor` times as large, as far as the limits allow."""
        return replace(self, zoom=min(max(self.zoom * factor, 0.5), 1.8))

    def axes(self) -> Floats:
        """The screen's x, y and z as unit vectors in the planet's axes, (3, 3), a vector a row."""
        yaw, pitch = self.yaw, self.pitch
        level = np.array([-math.sin(yaw), math.cos(yaw), 0])
        out = np.array(
            [math.cos(pitch) * math.cos(yaw), math.cos(pitch) * math.sin(yaw), math.sin(pitch)]
        )
        upright = np.cross(out, level)
        right = math.cos(TILT) * level + math.sin(TILT) * upright
        up = math.cos(TILT) * upright - math.sin(TILT) * level
        return np.array([right, up, out], np.float32)


class View:
    """What the pixels of one frame have in common.

    radius: the planet's, in pixels. axes: the camera's. x (w,), y (h, 1): the pixels' centres. sun: where it is, on the
    screen's axes. mirror: where water shows the sun. ring_blurs: as `ring_blurs` gives them.
    """

    def __init__(self, width: int, height: int, camera: Camera) -> None:
        self.radius = camera.zoom * min(0.315 * height, 0.21 * width)
        self.axes = camera.axes()
        self.x = ((np.arange(width) + 0.5 - width / 2) / self.radius).astype(np.float32)
        self.y = ((height / 2 - np.arange(height) - 0.5) / self.radius).astype(np.float32)[:, None]
        self.sun = self.axes @ SUN
        halfway = self.sun + np.array([0, 0, 1], np.float32)
        self.mirror = halfway / np.linalg.norm(halfway)
        self.ring_blurs = ring_blurs(self.radius, float(self.axes[2, 2]))


def linear(forms: Floats, *basis: Floats) -> Floats:
    """Sums of the basis, x (w,), y (h, 1) and whatever is (h, w), weighted by each row of `forms`: (forms, h, w).

    A product of matrices for each row of pixels: fast, and too small for BLAS to bother other cores with.
    """
    shape = len(basis[1]), len(basis[0])
    fields = np.empty((len(basis), *shape), np.float32)
    for place, field in zip(fields, basis, strict=True):
        place[...] = field
    sums = np.empty((len(forms), *shape), np.float32)
    np.matmul(forms, fields.swapaxes(0, 1), out=sums.swapaxes(0, 1))
    return sums
