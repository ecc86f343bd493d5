"""How the pointer moves the camera."""

from __future__ import annotations

import math

from .view import Camera


class Orbit:
    """A camera that follows the pointer, swings on when it is let go, and drifts when it is left alone.

    Times are in seconds on one clock, positions in logical pixels.
    """

    DRIFT = 0.06
    """How fast it moves when left alone, radians a second."""
    PER_PIXEL = 0.0042
    """Radians of orbit for a pixel of dragging, so that the point under the pointer stays there at zoom 1."""

    def __init__(self) -> None:
        self.camera = Camera()
        self._spin = self.DRIFT
        self._held: tuple[float, float, float] | None = None
        self._drawn: float | None = None

    def grab(self, x: float, y: float, time: float) -> None:
        self._held = x, y, time
        self._spin = 0.0

    def drag(self, x: float, y: float, time: float) -> None:
        """Follow the pointer; without a grab before it nothing happens."""
        if self._held is None:
            return
        last_x, last_y, last_time = self._held
        turn = (last_x - x) * self.PER_PIXEL / self.camera.zoom
        self.camera = self.camera.orbited(turn, (y - last_y) * self.PER_PIXEL / self.camera.zoom)
        # Half of the newest speed: one jittery move shall not decide how it swings on.
        self._spin += 0.5 * (turn / max(time - last_time, 0.004) - self._spin)
        self._held = x, y, time

    def release(self, time: float) -> None:
        if self._held is not None and time - self._held[2] > 0.1:
            self._spin = 0.0
        self._held = None

    def advance(self, time: float) -> Camera:
        """The camera for a picture that is drawn at this time."""
        passed = 0.0 if self._drawn is None else min(max(time - self._drawn, 0.0), 0.1)
        self._drawn = time
        if self._held is None:
            self._spin = self.DRIFT + (self._spin - self.DRIFT) * math.exp(-1.5 * passed)
            self.camera = self.camera.orbited(self._spin * passed, 0)
        return self.camera
