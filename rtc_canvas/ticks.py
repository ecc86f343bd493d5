"""Moments at which several timers fire together, as each by itself wakes the process, work or no work. Pure."""

from __future__ import annotations


def until_tick(now: float, every: float) -> float:
    """Seconds until a multiple of `every` on the clock that `now` is of: once within half of it and one and a half.

    Timers whose periods divide each other so fire at the same moments, for all viewers of a server.
    """
    # A timer may fire a little before its moment, which is not to come twice.
    rest = every - now % every
    return rest if rest >= every / 2 else rest + every
