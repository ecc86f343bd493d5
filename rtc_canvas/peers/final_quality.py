"""Whether one peer's screen shows a picture's video in its final quality: pure."""

from __future__ import annotations

import math

# A page that tells of some frames and then of none is believed to show the last one after so many seconds.
PATIENCE = 10.0


class FinalQuality:
    """Follows the frames that are sent, and what the page tells of those it shows. Times are in seconds.

    Pictures go by their `content`.
    """

    def __init__(self) -> None:
        self._picture = 0
        self._final: int | None = None
        self._sent_at = math.inf
        self._presented: int | None = None

    def sending(self, picture: int, timestamp: int, *, final: bool, now: float) -> None:
        """A frame of this picture is about to leave with this RTP timestamp.

        final: whether no later frame of it is to gain quality.
        """
        if picture != self._picture or not final:
            # The same picture too, when it becomes larger and gains quality again.
            self._picture, self._final = picture, None
        if final and self._final is None:
            self._final, self._sent_at = timestamp, now

    def presented(self, timestamp: int) -> None:
        """The page tells that it shows the frame with this RTP timestamp."""
        if self._presented is None or _is_newer(timestamp, self._presented):
            self._presented = timestamp

    def picture(self, now: float) -> int:
        """The picture that the screen shows in its final quality; 0 where it shows none so."""
        if self._final is None:
            return 0
        # A page that never tells is taken to show what it is sent.
        shown = self._presented is None or not _is_newer(self._final, self._presented)
        return self._picture if shown or now - self._sent_at > PATIENCE else 0


def _is_newer(one: int, other: int) -> bool:
    """Whether an RTP timestamp comes after another, around the end of their range too."""
    return 0 < (one - other) & 0xFFFFFFFF < 1 << 31
