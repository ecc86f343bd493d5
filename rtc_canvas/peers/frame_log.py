"""What was sent to one peer: which picture each frame shows, by its RTP timestamp. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

# Pictures and frames that are remembered: of 17 s at 60 a second.
REMEMBERED = 1024


@dataclass(frozen=True, slots=True)
class SentPicture:
    """A picture as one peer got it.

    number, content: its own, and that of the first picture with the same pixels, see `Picture`.
    id: the program's own name for it, whatever that is.
    size: (width, height) of its array. logical_size: (width, height) of the coordinates that viewers point with.
    render_time: when it was handed over, seconds of `time.monotonic()`.
    seq: of the newest input of this peer that it includes, 0 for none.
    """

    number: int
    content: int
    id: object
    size: tuple[int, int]
    logical_size: tuple[float, float]
    render_time: float
    seq: int


@dataclass(frozen=True, slots=True)
class SentFrame:
    """A frame that shows a picture; `first`: the first one with these pixels, which left as soon as they were there."""

    timestamp: int
    picture: SentPicture
    first: bool


class FrameLog:
    """The newest pictures and frames of one peer. A picture may have many frames: it is sent again while it stays."""

    def __init__(self) -> None:
        self._frames: dict[int, SentFrame] = {}
        self._pictures: dict[int, SentPicture] = {}
        self._newest: SentFrame | None = None

    def add(self, timestamp: int, picture: SentPicture) -> SentFrame:
        """Note that the frame with this RTP timestamp shows a picture."""
        newest = self._newest
        first = newest is None or newest.picture.content != picture.content
        frame = self._newest = SentFrame(timestamp, picture, first)
        _remember(self._frames, timestamp, frame)
        _remember(self._pictures, picture.number, picture)
        return frame

    def again(self, picture: SentPicture) -> SentFrame | None:
        """Note that the newest frame shows this newer picture as well; None where it does not.

        The frame stays known as that of the picture which it was made of.
        """
        newest = self._newest
        if newest is None or not self.is_shown_by_newest(picture.number, picture.content):
            return None
        self._newest = SentFrame(newest.timestamp, picture, False)
        _remember(self._pictures, picture.number, picture)
        return self._newest

    def is_shown_by_newest(self, number: int, content: int) -> bool:
        """Whether the newest frame shows a picture as well that it has not been named by yet."""
        newest = self._newest
        return (
            newest is not None
            and newest.picture.content == content
            and newest.picture.number < number
        )

    def picture(self, number: int) -> SentPicture | None:
        """A picture by its number; None for one that was never sent, or too long ago."""
        return self._pictures.get(number)

    def left_out(self, after: int, before: SentFrame) -> list[SentPicture]:
        """The pictures that were sent between one by its `content` and that of a frame, the newest first."""
        between = []
        for frame in reversed(self._frames.values()):
            content = frame.picture.content
            if content <= after:
                break
            if frame.first and content < before.picture.content:
                between.append(frame.picture)
        return between

    def frame(self, timestamp: int) -> SentFrame | None:
        """The frame with this RTP timestamp; None for one that was never sent, or too long ago."""
        return self._frames.get(timestamp)


def _remember(known: dict[int, T], key: int, value: T) -> None:
    known[key] = value
    if len(known) > REMEMBERED:
        del known[next(iter(known))]
