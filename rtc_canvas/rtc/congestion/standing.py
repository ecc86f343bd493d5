"""The part of the queue that others keep full. Pure.

A download in the same link keeps its queue long whatever this sender does; to give way to it until nothing is left
helps nobody. What tells it apart: a queue that never empties keeps the link busy, and if all of it were ours, as much
would arrive as the link carries. Where clearly less arrives, the rest of the link is others'.
"""

from __future__ import annotations

from collections import deque

# Seconds of waiting: from the first on the rate is cut, below the second it may rise.
LONG = 0.050
CALM = 0.025

# A queue counts as never empty after so many seconds.
LASTING = 0.8

# Less of the capacity than this arrives: others have the rest. Clearly less than a sender uses that is alone.
OURS = 0.5

# Of the rate before the cuts that were in vain, this share is taken up again.
RESTORED = 0.7


class StandingQueue:
    """Follows what each report tells.

    seconds: how long the queue is that others keep full; 0 where this sender has the link to itself.
    least: the shortest wait lately, whoever was the reason.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.least = 0.0
        self._recent: deque[tuple[float, float, float]] = deque()

    def update(
        self, delay: float, acked: float, capacity: float | None, target: float, now: float
    ) -> float | None:
        """Take one report; the target to go on with where cuts are found to have been in vain, else None.

        delay: seconds that packets wait. acked: bits per second that arrive; capacity: that bursts arrived at lately,
        None where there were none.
        """
        recent = self._recent
        recent.append((now, delay, target))
        while len(recent) > 1 and recent[1][0] <= now - LASTING:
            recent.popleft()
        whole = now - recent[0][0] >= LASTING
        self.least = min(delay for _, delay, _ in recent) if whole else 0.0
        if self.least <= CALM:
            self.seconds = 0.0
        elif capacity is not None and acked < OURS * capacity:
            found, self.seconds = not self.seconds, self.least
            return RESTORED * max(target for _, _, target in recent) if found else None
        else:
            self.seconds = min(self.seconds, max(delay for _, delay, _ in recent))
        return None
