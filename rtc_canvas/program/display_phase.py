"""When a viewer's display takes the next picture, and so when to draw it. Pure.

A display shows what has come by its next refresh. A picture that is drawn right after one refresh waits for nearly a
whole interval; the same picture drawn later is shown at the same refresh and is younger. The page tells how long each
picture waited, and no two clocks have to be compared: the draw may begin that much later.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

# Of the newest pictures, within so many seconds.
PICTURES = 128
FRESH = 3.0
FEWEST = 8

# Seconds that a picture shall be there before the refresh.
MARGIN = 0.0005

# How much sooner one would have been in time that never came onto the screen: nobody tells, so this is a guess.
LATE = 0.001

# A picture that comes too late waits for the next refresh, and the motion stutters: as bad as so many intervals.
MISS = 2.5

# Where pictures would wait for more than this share of an interval in the mean, there is no moment worth aiming at.
WORTH = 0.4

# Displays from 20 to 500 Hz.
SHORTEST, LONGEST = 0.002, 0.05

# An interval that differs by more than this share is another display's.
OTHER_DISPLAY = 0.05

# A program that draws faster than the display shows is not held back to it.
SLOWEST_BEAT = 0.9


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture on a viewer's screen.

    time: that of its hand-over, seconds of `time.monotonic()`.
    waited: seconds from when the browser had decoded it until the refresh that showed it.
    interval: seconds between two refreshes of the display.
    missed: the hand-overs of those before it that came too late for a refresh, and had been replaced by the next.
    """

    time: float
    waited: float
    interval: float
    missed: tuple[float, ...] = ()


class DisplayPhase:
    """Learns from pictures that were shown, and moves draws to where their pictures wait least."""

    def __init__(self) -> None:
        self._latest_starts: deque[float] = deque(maxlen=PICTURES)
        self._interval = 0.0

    def learn(self, started: float, waited: float, interval: float) -> None:
        """The picture of a draw that began at `started` waited `waited` seconds for one of the refreshes."""
        if not SHORTEST <= interval <= LONGEST or not -interval <= waited <= 2 * interval:
            return
        if abs(interval - self._interval) > OTHER_DISPLAY * interval:
            self._latest_starts.clear()
        self._interval = interval
        self._latest_starts.append(started + waited)

    def miss(self, started: float) -> None:
        """The picture of a draw that began at `started` was never shown, as it came too late."""
        if self._interval:
            self._latest_starts.append(started - LATE)

    def nearest(self, due: float, beat: float, last: float) -> float:
        """The best moment to begin the draw that is due at `due`: the nearest that was not the last draw's.

        beat: seconds between draws. `due` itself where nothing is known, or nothing is to be gained.
        """
        starts, interval = self._latest_starts, self._interval
        while starts and starts[0] < due - FRESH - beat:
            starts.popleft()
        if len(starts) < FEWEST or beat < SLOWEST_BEAT * interval:
            return due
        reference = _middle(starts, interval)
        offsets = sorted(_wrapped(start - reference, interval) for start in starts)
        aim, missed = _best(offsets, interval)
        wait = sum(offsets) / len(offsets) - aim + missed * interval
        if wait > WORTH * interval:
            return due
        moment = due - _wrapped(due - (reference + aim - MARGIN), interval)
        # The last draw's refresh is taken.
        return moment + interval * max(0, math.ceil((last - moment) / interval + 0.5))


def _best(offsets: list[float], interval: float) -> tuple[float, float]:
    """The moment to aim at, and the share of pictures that would come too late then.

    offsets: of each picture the latest moment at which its draw could have begun, rising. Aiming at one of them is in
        time for itself and those after it.
    """
    share = 1 / len(offsets)
    index = max(range(len(offsets)), key=lambda i: offsets[i] - i * share * MISS * interval)
    return offsets[index], index * share


def _middle(starts: Sequence[float], interval: float) -> float:
    """The mean phase of moments, as one of them: a single one may be far from the others, and half an interval further
    it would seem to be on their other side.
    """
    turn = 2 * math.pi / interval
    anchor = starts[0]
    angles = [turn * (start - anchor) for start in starts]
    x, y = sum(map(math.cos, angles)), sum(map(math.sin, angles))
    return anchor + math.atan2(y, x) / turn


def _wrapped(seconds: float, interval: float) -> float:
    """The same phase, between minus and plus half an interval."""
    return (seconds + interval / 2) % interval - interval / 2
