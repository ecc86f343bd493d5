"""When a viewer's display takes the next picture, and so when to draw it. Pure.

A display shows what has come by its next refresh. A picture that is drawn right after one refresh waits for nearly a
whole interval; the same picture drawn later is shown at the same refresh and is younger. The page tells how long each
picture waited, and no two clocks have to be compared: the draw may begin that much later.

How long a picture takes changes from one to the next, and more slowly with what else the machines do. So what is
expected of the next picture follows the last few, and how far one may be from that is learnt from many.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

# Of the newest pictures, within so many seconds.
PICTURES = 256
FRESH = 5.0
FEWEST = 8

# The share of what one picture was off by that is expected of the next, and the most seconds that count.
PULL = 0.1
FARTHEST = 0.002

# Draws that were aimed, and of whose pictures nothing has been told yet.
AIMED = 64

# A draw half-way between two refreshes stays with the side that the last one took, by this share of how far that was.
STEADY = 0.2

# Seconds that a picture shall be there before the refresh.
MARGIN = 0.0005

# How much sooner one would have been in time that never came onto the screen: nobody tells, so this is a guess.
LATE = 0.001

# A picture that comes too late waits for the next refresh, and the motion stutters: as bad as waiting for so many
# beats, of no more than so many intervals each.
MISS = 2.5
LONGEST_BEAT = 2

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
        self._interval = 0.0
        # A moment at which a draw is expected to be just in time for a refresh, as others are by whole intervals.
        self._expected = 0.0
        # Of each picture the latest moment at which its draw could have begun, and how far that was from what had been
        # expected when it was aimed.
        self._pictures: deque[tuple[float, float]] = deque(maxlen=PICTURES)
        # The moments of draws, rising, and what was expected when they were aimed: pictures are told of a while later.
        self._aimed: deque[tuple[float, float]] = deque(maxlen=AIMED)
        # How far the last draw was moved.
        self._moved = 0.0

    def learn(self, started: float, waited: float, interval: float) -> None:
        """The picture of a draw that began at `started` waited `waited` seconds for one of the refreshes."""
        if not SHORTEST <= interval <= LONGEST or not -interval <= waited <= 2 * interval:
            return
        if abs(interval - self._interval) > OTHER_DISPLAY * interval:
            self._pictures.clear()
        self._interval = interval
        self._add(started, started + waited)

    def miss(self, started: float) -> None:
        """The picture of a draw that began at `started` was never shown, as it came too late."""
        if self._interval:
            self._add(started, started - LATE)

    def _add(self, started: float, latest_start: float) -> None:
        if not self._pictures:
            self._expected = latest_start
            self._aimed.clear()
        expected = self._expected
        while self._aimed and self._aimed[0][0] <= started:
            expected = self._aimed.popleft()[1]
        self._pictures.append((latest_start, _wrapped(latest_start - expected, self._interval)))
        off = _wrapped(latest_start - self._expected, self._interval)
        self._expected = latest_start - off + PULL * min(max(off, -FARTHEST), FARTHEST)

    def nearest(self, due: float, beat: float, last: float) -> float:
        """The best moment to begin the draw that is due at `due`: the nearest that was not the last draw's.

        beat: seconds between draws. `due` itself where nothing is known, or nothing is to be gained.
        """
        pictures, interval = self._pictures, self._interval
        while pictures and pictures[0][0] < due - FRESH - beat:
            pictures.popleft()
        if len(pictures) < FEWEST or beat < SLOWEST_BEAT * interval:
            return due
        offsets = sorted(off for _, off in pictures)
        aim, missed = _best(offsets, MISS * min(beat, LONGEST_BEAT * interval))
        wait = sum(offsets) / len(offsets) - aim + missed * interval
        if wait > WORTH * interval:
            return due
        near = due + STEADY * self._moved
        moment = near - _wrapped(near - (self._expected + aim - MARGIN), interval)
        # The last draw's refresh is taken.
        moment += interval * max(0, math.ceil((last - moment) / interval + 0.5))
        self._moved = min(moment - due, interval)
        self._aimed.append((moment, self._expected))
        return moment


def _best(offsets: list[float], miss: float) -> tuple[float, float]:
    """The moment to aim at, and the share of pictures that would come too late then.

    miss: how many seconds of waiting one of those is as bad as.
    offsets: of each picture the latest moment at which its draw could have begun, rising. Aiming at one of them is in
        time for itself and those after it.
    """
    price = miss / len(offsets)
    _, late = max((offset - late * price, late) for late, offset in enumerate(offsets))
    return offsets[late], late / len(offsets)


def _wrapped(seconds: float, interval: float) -> float:
    """The same phase, between minus and plus half an interval."""
    return (seconds + interval / 2) % interval - interval / 2
