"""How far a page's clock is from the server's, by asking the page for the time. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

# Seconds for which an answer counts, and how many do.
FRESH = 60.0
ANSWERS = 64

# Questions that may still be answered.
OPEN = 8

# Seconds a second by which two clocks may run apart.
DRIFT = 1e-4


@dataclass(frozen=True, slots=True)
class _Answer:
    offset: float
    error: float
    at: float

    def error_by(self, now: float) -> float:
        return self.error + DRIFT * (now - self.at)


class ClockOffset:
    """The page's clock was read somewhere between question and answer: halfway is wrong by half a round trip at most.

    So the fastest answer is the best one; those that are older count for less, as clocks drift. All times in seconds.
    """

    def __init__(self) -> None:
        self._asked: dict[int, float] = {}
        self._number = 0
        self._answers: deque[_Answer] = deque(maxlen=ANSWERS)

    def ask(self, now: float) -> int:
        """The number of a question that leaves at `now`, of the server's clock."""
        self._number += 1
        self._asked[self._number] = now
        self._asked.pop(self._number - OPEN, None)
        return self._number

    def answer(self, number: int, there: float, now: float) -> None:
        """The page's clock was `there`, and the answer is here `now`. One to no open question is ignored."""
        asked = self._asked.pop(number, None)
        if asked is not None:
            self._answers.append(_Answer((asked + now) / 2 - there, (now - asked) / 2, now))

    def to_server(self, there: float, now: float) -> float | None:
        """A time of the page's clock on the server's; None while that is not known."""
        best = self._best(now)
        return None if best is None else there + best.offset

    def error(self, now: float) -> float | None:
        """By how much such a time may be wrong; None while it is not known."""
        best = self._best(now)
        return None if best is None else best.error_by(now)

    def _best(self, now: float) -> _Answer | None:
        # A copy, as it is asked from other threads.
        fresh = [answer for answer in self._answers.copy() if now - answer.at < FRESH]
        return min(fresh, key=lambda answer: answer.error_by(now), default=None)
