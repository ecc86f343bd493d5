"""Whether the times in reports can be true, by the clock of this side. Pure."""

from __future__ import annotations

from .feedback import TransportFeedback

# Seconds by which arrivals may differ from what the time that went by here lets expect: more than any queue holds.
TOLERANCE = 10.0

# A clock that jumped is believed after so many reports: it was set, or the 24 bits of its reference wrapped, as they
# do every twelve days.
PATIENCE = 5


class ReceiverClock:
    """Follows the clock of one receiver, so that a jump of it, or a lie, is no delay of the network."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._newest: tuple[float, float] | None = None
        self._strange = 0

    def straighten(self, feedback: TransportFeedback, now: float) -> TransportFeedback:
        """The feedback with its arrivals on a clock that never jumps. now: seconds of the sender's clock.

        Raises:
            ValueError: when the arrivals cannot be true.
        """
        times = [arrived for _, arrived in feedback.arrivals if arrived is not None]
        if not times:
            return feedback
        if max(times) - min(times) > TOLERANCE:
            raise ValueError("the arrivals of one report lie too far apart")
        self._follow(max(times), now)
        if not self._offset:
            return feedback
        arrivals = tuple(
            (number, None if arrived is None else arrived + self._offset)
            for number, arrived in feedback.arrivals
        )
        return TransportFeedback(feedback.number, arrivals)

    def _follow(self, newest: float, now: float) -> None:
        if self._newest is not None:
            before, arrived = self._newest
            expected = arrived + now - before
            if abs(newest + self._offset - expected) > TOLERANCE:
                self._strange += 1
                if self._strange < PATIENCE:
                    raise ValueError("the receiver's clock jumped")
                self._offset = expected - newest
        self._strange = 0
        self._newest = now, newest + self._offset
