"""Whether one peer's screen shows a picture's video in its final quality: pure."""

from __future__ import annotations

import math

# A page that tells of some frames and then of none is believed to show the last one after so many seconds.
PATIENCE = 10.0

# One that has told of none may be about to for so many seconds after its first frame; some browsers never tell.
SILENCE = 5.0

# RTP timestamps are compared within half their range: what is a quarter older than the newest is forgotten.
RANGE = 1 << 32
KEPT = RANGE // 4


class FinalQuality:
    """Follows the frames that are sent, and what the page tells of those it shows. Times are in seconds.

    Pictures go by their `content`.

    has_channels: whether the page can tell anything.
    """

    def __init__(self, *, has_channels: bool) -> None:
        self._has_channels = has_channels
        self._began = math.inf
        self._picture = 0
        self._final: int | None = None
        self._sent_at = math.inf
        self._presented: int | None = None
        # The timestamps of the oldest and of the newest frame that were sent.
        self._sent: tuple[int, int] | None = None

    def sending(self, picture: int, timestamp: int, *, final: bool, now: float) -> None:
        """A frame of this picture is about to leave with this RTP timestamp.

        final: whether no later frame of it is to gain quality.
        """
        self._began = min(self._began, now)
        oldest = timestamp if self._sent is None else self._sent[0]
        self._sent = (timestamp - min((timestamp - oldest) % RANGE, KEPT)) % RANGE, timestamp
        if picture != self._picture or not final:
            # The same picture too, when it becomes larger and gains quality again.
            self._picture, self._final = picture, None
        if final and self._final is None:
            self._final, self._sent_at = timestamp, now

    def appear(self) -> None:
        """The page comes into sight: what it was sent before, as in a tab behind others, it may never have shown."""
        self._began = math.inf
        if self._final is not None and not self._is_shown(self._final):
            self._final = None

    def presented(self, timestamp: int) -> None:
        """The page tells that it shows the frame with this RTP timestamp.

        It may go on telling of frames that came another way: their timestamps mean nothing here.
        """
        if self._sent is None:
            return
        oldest, newest = self._sent
        if _is_newer(oldest, timestamp) or _is_newer(timestamp, newest):
            return
        if self._presented is None or _is_newer(timestamp, self._presented):
            self._presented = timestamp

    def is_early(self, now: float) -> bool:
        """Whether what the page has to tell, of this or of anything else, may still be on its way."""
        return self._has_channels and now - self._began <= SILENCE

    def picture(self, now: float) -> int:
        """The picture that the screen shows in its final quality; 0 where it shows none so."""
        if self._final is None:
            return 0
        if self._presented is None:
            # A page that never tells is taken to show what it is sent.
            return 0 if self.is_early(now) else self._picture
        believed = now - self._sent_at > PATIENCE
        return self._picture if believed or self._is_shown(self._final) else 0

    def _is_shown(self, timestamp: int) -> bool:
        """Whether the page has told of a frame with this RTP timestamp, or of a newer one."""
        return self._presented is not None and not _is_newer(timestamp, self._presented)


def _is_newer(one: int, other: int) -> bool:
    """Whether an RTP timestamp comes after another, around the end of their range too."""
    return 0 < (one - other) % RANGE < RANGE // 2
