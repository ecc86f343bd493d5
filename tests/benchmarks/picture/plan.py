"""How long to look, and how often."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """Times in seconds."""

    rounds: int
    """In each of which all that is compared takes its turn."""
    warm_up: float
    watch: float
    """For how long pictures that move are watched."""
    sweep: float
    """For how long they are watched where draws and display are not in step: a whole number of :data:`.phase.SWEEP`."""
    pictures: int
    """How many are read whole while they move."""
    stops: int
    """How often a program stops."""


FULL = Plan(rounds=3, warm_up=6, watch=12, sweep=20, pictures=24, stops=6)
QUICK = Plan(rounds=1, warm_up=5, watch=8, sweep=10, pictures=12, stops=3)
