"""The program: a canvas that shows the planet, and what its viewer does with it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtc_canvas import Canvas, DrawRequest

from .frame import render
from .orbit import Orbit
from .view import Camera

canvas = Canvas(size=(1280, 720), fps=60, mode="continuous", title="A ringed planet")
canvas.cursor = "grab"
orbit = Orbit()


@canvas.draw
def draw(request: DrawRequest) -> NDArray[np.uint8]:
    return render(*request.size, orbit.advance(request.time))


@canvas.on("pointer_down", "pointer_move", "pointer_up")
def drag(event: dict[str, Any]) -> None:
    x, y, time = event["x"], event["y"], event["timestamp"]
    if event["type"] == "pointer_down":
        orbit.grab(x, y, time)
        canvas.cursor = "grabbing"
    elif event["type"] == "pointer_move":
        orbit.drag(x, y, time)
    else:
        orbit.release(time)
        canvas.cursor = "grab"


@canvas.on("wheel")
def zoom(event: dict[str, Any]) -> None:
    orbit.camera = orbit.camera.zoomed(math.exp(-0.0015 * event["dy"]))


@canvas.on("key_down")
def step(event: dict[str, Any]) -> None:
    turns = {
        "ArrowLeft": (-0.1, 0),
        "ArrowRight": (0.1, 0),
        "ArrowUp": (0, 0.1),
        "ArrowDown": (0, -0.1),
    }
    orbit.camera = orbit.camera.orbited(*turns.get(event["key"], (0, 0)))
    orbit.camera = orbit.camera.zoomed({"+": 1.1, "-": 1 / 1.1}.get(event["key"], 1.0))


@canvas.on("double_click")
def reset(event: dict[str, Any]) -> None:
    orbit.camera = Camera()
