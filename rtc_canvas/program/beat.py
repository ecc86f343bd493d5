"""When draws begin: on a beat, where pictures wait least for the display of the viewer who steers."""

from __future__ import annotations

import threading
from collections import deque

from .display_phase import DisplayPhase, Shown

# Draws whose pictures may still be on their way to a screen.
REMEMBERED = 64


class Beat:
    """The moments of draws, seconds of one monotonic clock. From any thread: programs draw on one, and learn on another
    what was shown.

    interval: seconds between two draws; may be set at any time.
    """

    def __init__(self, interval: float) -> None:
        self.interval = interval
        self._lock = threading.Lock()
        # The beat, and where on or beside it the next draw is.
        self._due = 0.0
        self._next = 0.0
        self._phase = DisplayPhase()
        self._drawn: deque[tuple[float, float]] = deque(maxlen=REMEMBERED)

    def pause(self, now: float) -> float:
        """Seconds until the next draw may begin; none or less where it may now."""
        return self._next - now

    def start(self, now: float) -> None:
        """A draw begins: on the beat where the beat is kept; a late one starts a new beat and does not hurry."""
        with self._lock:
            late = now - self._next
            self._due = (now if late > self.interval else self._due) + self.interval
            self._next = self._due

    def handed_over(self, began: float, time: float) -> None:
        """The picture of the draw that began then was handed over."""
        with self._lock:
            self._drawn.append((began, time))

    def aim(self, began: float, now: float) -> None:
        """Move the next draw, known to be wanted, to where its picture waits least; `began`: when the last one did.

        One that is due already begins at once: waiting would only slow down a program that is slower than its beat.
        """
        with self._lock:
            if now >= self._due:
                return
            self._next = self._phase.nearest(self._due, self.interval, began)
            # A display that is a little slower than the beat sets the beat.
            self._due = max(self._due, self._next - self.interval)

    def postpone(self, until: float) -> None:
        """Let no draw begin before, and begin a new beat there."""
        with self._lock:
            self._due = self._next = until

    def shown(self, picture: Shown) -> None:
        """A picture came onto the screen of the viewer who steers."""
        with self._lock:
            for missed in picture.missed:
                if (began := self._beginning(missed)) is not None:
                    self._phase.miss(began)
            if (began := self._beginning(picture.time)) is not None:
                self._phase.learn(began, picture.waited, picture.interval)

    def _beginning(self, handed_over: float) -> float | None:
        """When the draw began whose picture was handed over then; asked once for each."""
        for draw in self._drawn:
            if draw[1] == handed_over:
                self._drawn.remove(draw)
                return draw[0]
        return None
