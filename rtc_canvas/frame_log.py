"""What was sent to one peer: which picture each frame shows, by its RTP timestamp. Pure."""

from __future__ import annotations

from dataclasses import dataclass

# Pictures and frames that are remembered: of 17 s at 60 a second.
REMEMBERED = 1024


@dataclass(frozen=True, slots=True)
class SentPicture:
    """A picture as one peer got it.

    number: its `Picture.number`. id: the program's own name for it, whatever that is.
    size: (width, height) of its array. logical_size: (width, height) of the coordinates that viewers point with.
    render_time: when it was handed over, seconds of `time.monotonic()`.
    seq: of the newest input of this peer that it includes, 0 for none.
    """

    number: int
    id: object
    size: tuple[int, int]
    logical_size: tuple[float, float]
    render_time: float
    seq: int


@dataclass(frozen=True, slots=True)
class SentFrame:
    """A frame that shows a picture; `first`: the first one that does, which left as soon as the picture was there."""

    timestamp: int
    picture: SentPicture
    first: bool


class FrameLog:
    """The newest pictures and frames of one peer. A picture may have many frames: it is sent again while it stays."""

    def __init__(self) -> None:
        self._frames: dict[int, SentFrame] = {}
        self._pictures: dict[int, SentPicture] = {}

    def add(self, timestamp: int, picture: SentPicture) -> SentFrame:
        """Note that the frame with this RTP timestamp shows a picture."""
        frame = SentFrame(timestamp, picture, picture.number not in self._pictures)
        self._frames[timestamp] = frame
        self._pictures[picture.number] = picture
        for remembered in (self._frames, self._pictures):
            if len(remembered) > REMEMBERED:
                del remembered[next(iter(remembered))]
        return frame

    def picture(self, number: int) -> SentPicture | None:
        """A picture by its number; None for one that was never sent, or too long ago."""
        return self._pictures.get(number)

    def frame(self, timestamp: int) -> SentFrame | None:
        """The frame with this RTP timestamp; None for one that was never sent, or too long ago."""
        return self._frames.get(timestamp)
