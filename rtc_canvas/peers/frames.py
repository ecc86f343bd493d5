"""One peer's `frames` channel: which picture each frame shows, and when it was shown."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

from ..messages import Ping, Pong, parse_frames_message
from ..video.picture import Picture
from .announcements import Announcements
from .clock_offset import ClockOffset
from .final_quality import FinalQuality
from .frame_log import FrameLog, SentPicture
from .presentations import Presentation, Presentations

# A page is asked for the time every so many seconds: at first, while pictures come, and while none do.
QUICKLY, QUICK_PINGS = 0.2, 8
PING_EVERY = 1.0
PING_IDLE_EVERY = 20.0


class PeerFrames:
    """Tells the page which picture each frame shows, and learns when it was shown. Lives on the event loop.

    peer: its id.
    send: sends a message on `frames`; False where that channel is not open.
    send_again: called with the same message where a frame is sent again that the page has to know in time.
    target: bits per second that pictures may use now.
    page_time: by the `seq` of an event, when it happened on the page's clock; None for one that is not known.
    log: what was sent. quality: whether the page shows it as good as it gets.
    """

    def __init__(
        self,
        peer: str,
        send: Callable[[Mapping[str, object]], bool],
        send_again: Callable[[Mapping[str, object]], None],
        target: Callable[[], float],
        page_time: Callable[[int], float | None],
    ) -> None:
        self._peer = peer
        self._send = send
        self._send_again = send_again
        self._target = target
        self._loop = asyncio.get_running_loop()
        self._open = False
        self._announcements = Announcements()
        self._announcing: asyncio.TimerHandle | None = None
        self._clock = ClockOffset()
        self._pings = 0
        self._pinging: asyncio.TimerHandle | None = None
        self._moving = False
        self._newest_seq = 0
        # The timestamp of the newest frame that changed what is seen.
        self._seen = 0
        self.log = FrameLog()
        self._presentations = Presentations(self.log, self._clock, page_time)
        self.quality = FinalQuality(has_channels=False)

    def attach(self, *, has_channels: bool, may_lose: bool) -> None:
        """What is sent from now on goes another way, with timestamps of its own.

        may_lose: whether messages on `frames` may be lost there.
        """
        self._announcements.may_lose = may_lose
        self.quality = FinalQuality(has_channels=has_channels)

    def figures(self, now: float) -> dict[str, Any]:
        """Those of `PeerStats` that are learnt here; from any thread."""
        glass = self._presentations.glass.percentiles(now)
        answer = self._presentations.input_to_photon.percentiles(now)
        return {
            "glass_p50": glass and glass.p50,
            "glass_p95": glass and glass.p95,
            "glass_p99": glass and glass.p99,
            "input_to_photon_p50": answer and answer.p50,
            "input_to_photon_p95": answer and answer.p95,
            "input_to_photon_p99": answer and answer.p99,
            "clock_error": self._clock.error(now),
        }

    def opened(self) -> None:
        """The channel is open: a page without it is told nothing."""
        self._open = True
        self.left()
        if self._pinging is not None:
            self._pinging.cancel()
        self._ping()

    def stop(self) -> None:
        self._open = False
        for timer in (self._announcing, self._pinging):
            if timer is not None:
                timer.cancel()

    # To the page.

    def sending(
        self, picture: Picture, timestamp: int, *, final: bool = False, empty: bool = False
    ) -> None:
        """A frame that shows this picture is about to leave with this RTP timestamp.

        final: whether no later frame of it is to gain quality.
        empty: whether it changes nothing. Pages show no such frame, and tell of none: the one before stands for it.
        """
        if not empty:
            self._seen = timestamp
        self.quality.sending(picture.content, self._seen, final=final, now=time.monotonic())
        sent = self._as_sent(picture)
        self._newest_seq = sent.seq
        frame = self.log.add(timestamp, sent)
        self._announcements.add(frame)
        if frame.first:
            self._moving = True
        else:
            self._send_again(self._announcements.message())
            self._announce()

    def newest_told(self) -> Mapping[str, object]:
        """The message that tells once more what the newest frames show, as it may have been lost."""
        return self._announcements.newest()

    def newest(self, picture: Picture) -> None:
        """The canvas's newest picture. It may look as what was sent: then only its name is news."""
        if not self.log.is_shown_by_newest(picture.number, picture.content):
            return
        sent = self._as_sent(picture)
        frame = self.log.again(sent)
        assert frame is not None, "it has just been asked for"
        if sent.seq > self._newest_seq:
            self._newest_seq = sent.seq
            self._presentations.changed_nothing(sent.seq)
        self._announcements.rename(frame)
        self.left()

    def _as_sent(self, picture: Picture) -> SentPicture:
        return SentPicture(
            picture.number,
            picture.content,
            picture.id,
            (picture.width, picture.height),
            picture.logical_size,
            picture.render_time,
            picture.inputs.get(self._peer, 0),
        )

    def left(self) -> None:
        """What was about to leave has left: telling of it delays it no more."""
        wait = self._announcements.wait(self._target(), time.monotonic())
        if wait is None or not self._open:
            return
        if wait:
            self._cancel_announcing()
            self._announcing = self._loop.call_later(wait, self._announce)
        else:
            self._announce()

    def _announce(self) -> None:
        self._cancel_announcing()
        if self._open and self._send(self._announcements.message()):
            self._announcements.sent(time.monotonic())

    def _cancel_announcing(self) -> None:
        if self._announcing is not None:
            self._announcing.cancel()
            self._announcing = None

    def _ping(self) -> None:
        self._pings += 1
        self._send({"type": "ping", "ping": self._clock.ask(time.monotonic())})
        pause = PING_EVERY if self._moving else PING_IDLE_EVERY
        self._moving = False
        self._pinging = self._loop.call_later(
            QUICKLY if self._pings < QUICK_PINGS else pause, self._ping
        )

    # From the page.

    def receive(self, message: str | bytes) -> list[Presentation]:
        """Take a message; the pictures that it tells of for the first time.

        Raises:
            BadMessage: for one that is not taken.
        """
        now = time.monotonic()
        told = parse_frames_message(message)
        if isinstance(told, Ping):
            self._send({"type": "pong", "ping": told.ping})
            return []
        if isinstance(told, Pong):
            self._clock.answer(told.ping, told.time, now)
            return []
        for frame in told.frames:
            self.quality.presented(frame.timestamp)
        return self._presentations.take(told, now)
