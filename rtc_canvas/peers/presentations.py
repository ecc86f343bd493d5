"""When each picture of a peer came onto its screen, from what its page tells. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..messages import Presented, PresentedFrame
from ..program.display_phase import Shown
from .clock_offset import ClockOffset
from .frame_log import FrameLog, SentFrame, SentPicture
from .latency import Latency

# A page that tells of more than this is wrong, or lies: seconds.
LONGEST = 30.0

# Pictures in a row that may come too late for the display, each by a little.
MISSED = 2


@dataclass(frozen=True, slots=True)
class Presentation:
    """A picture that came onto a peer's screen.

    shown: when the refresh began that showed it, seconds of `time.monotonic()`; None while the page's clock is unknown.
    meeting: how it met the display, for draws to be timed by; None where the browser does not tell.
    """

    picture: SentPicture
    shown: float | None
    meeting: Shown | None


class Presentations:
    """Takes a page's reports, each picture once, and measures how long pictures and the answers to input take.

    Only the first frame of a picture is measured. One that was sent again may have been on the screen already, though
    nothing was told of that: a browser leaves frames out, as may its page, that they noticed too late. They would seem
    to have taken up to two seconds. What is lost for it are pictures whose first frame really was never shown.

    page_time: by the `seq` of an event, when it happened on the page's clock; None for one that is not known.
    glass: from the hand-over of a picture until the refresh that showed it.
    input_to_photon: from an event until the refresh that showed the first picture that includes it.
    """

    def __init__(
        self, log: FrameLog, clock: ClockOffset, page_time: Callable[[int], float | None]
    ) -> None:
        self._log = log
        self._clock = clock
        self._page_time = page_time
        self._newest = 0
        self._answered = 0
        self._answered_event: float | None = None
        self._without_answer = 0
        self.glass = Latency()
        self.input_to_photon = Latency()

    def take(self, presented: Presented, now: float) -> list[Presentation]:
        """The pictures that came onto the screen by this report, once for all that have the same pixels."""
        return [
            self._present(frame, told, presented.interval, now)
            for told in presented.frames
            if (frame := self._log.frame(told.timestamp)) and frame.picture.content > self._newest
        ]

    def changed_nothing(self, seq: int) -> None:
        """The newest input first came into a picture that looks as the one before: there is no answer to wait for."""
        self._without_answer = seq

    def _present(
        self, frame: SentFrame, told: PresentedFrame, interval: float | None, now: float
    ) -> Presentation:
        picture, before = frame.picture, self._newest
        self._newest = picture.content
        shown = self._clock.to_server(told.shown, now)
        if frame.first and shown is not None:
            _measure(self.glass, shown - picture.render_time, now)
        self._answer(frame, told.shown, now)
        meeting = None
        if frame.first and told.waited is not None and interval is not None:
            missed = self._missed(before, frame)
            meeting = Shown(picture.render_time, told.waited, interval, missed)
        return Presentation(picture, shown, meeting)

    def _missed(self, before: int, frame: SentFrame) -> tuple[float, ...]:
        """The hand-overs of pictures that were replaced before a refresh showed them."""
        missed = self._log.left_out(before, frame) if before else []
        # More of them at once have other reasons: a page that was busy or hidden, reports that were lost.
        return tuple(picture.render_time for picture in missed) if len(missed) <= MISSED else ()

    def _answer(self, frame: SentFrame, shown: float, now: float) -> None:
        """The picture may be the first that includes some input: both times are the page's, no clocks are compared."""
        seq = frame.picture.seq
        if seq <= self._answered:
            return
        self._answered = seq
        happened = self._page_time(seq)
        # A page tells its last move once more when the pointer rests: the picture that has that was no answer to it.
        again = happened == self._answered_event
        self._answered_event = happened
        if frame.first and seq != self._without_answer and happened is not None and not again:
            _measure(self.input_to_photon, shown - happened, now)


def _measure(latency: Latency, seconds: float, now: float) -> None:
    if -LONGEST < seconds < LONGEST:
        # Clocks are compared with an error: nothing is shown before it is there.
        latency.add(max(seconds, 0.0), now)
