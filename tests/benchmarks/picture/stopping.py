"""A program that moves, stops and moves again: which of its pictures stood."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .watching import FPS

MOVE = 1.5
"""Seconds of motion between two stops: 45 pictures, so that it stops elsewhere in the page's course each time."""
STANDING = 0.5
"""A picture stands if no other is handed over for so many seconds after it."""


def options(stop: float, canvas: Mapping[str, Any]) -> list[str]:
    """The command line of a subject that stops for so many seconds."""
    settings = {"move": MOVE, "stop": stop, "canvas": dict(canvas)}
    return ["--content=graphics", "--set", json.dumps(settings)]


def stood(handovers: Mapping[int, float], end: float) -> dict[int, float]:
    """The pictures that stood, and when each was handed over: of those handed over before ``end``."""
    times = sorted((at, number) for number, at in handovers.items() if at <= end)
    following = [at for at, _ in times[1:]] + [end]
    return {
        number: at
        for (at, number), then in zip(times, following, strict=True)
        if then - at >= STANDING
    }


def seconds(stop: float, stops: int) -> float:
    """How long so many stops take with the motion before each."""
    return stops * (stop + MOVE + 2 / FPS)
