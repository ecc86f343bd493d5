"""One peer's `frames` channel: which picture each frame shows, and when it was shown."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping

from .announcements import Announcements
from .frame_log import FrameLog, SentPicture
from .video.picture import Picture


class PeerFrames:
    """Tells the page which picture each frame shows, and knows what was sent. Lives on the event loop.

    peer: its id.
    send: sends a message on `frames`; False where that channel is not open.
    target: bits per second that pictures may use now.
    """

    def __init__(
        self,
        peer: str,
        send: Callable[[Mapping[str, object]], bool],
        target: Callable[[], float],
    ) -> None:
        self._peer = peer
        self._send = send
        self._target = target
        self._loop = asyncio.get_running_loop()
        self._announcements = Announcements()
        self._timer: asyncio.TimerHandle | None = None
        self.log = FrameLog()

    def sending(self, picture: Picture, timestamp: int) -> None:
        """A frame that shows this picture is about to leave with this RTP timestamp."""
        sent = SentPicture(
            picture.number,
            picture.id,
            (picture.width, picture.height),
            picture.logical_size,
            picture.render_time,
            picture.inputs.get(self._peer, 0),
        )
        frame = self.log.add(timestamp, sent)
        self._announcements.add(frame)
        if not frame.first:
            self._announce()

    def left(self) -> None:
        """What was about to leave has left: telling of it delays it no more."""
        if self._timer is not None:
            return
        wait = self._announcements.wait(self._target(), time.monotonic())
        if wait:
            self._timer = self._loop.call_later(wait, self._announce)
        elif wait is not None:
            self._announce()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _announce(self) -> None:
        self.stop()
        self._timer = None
        if self._send(self._announcements.message()):
            self._announcements.sent(time.monotonic())
