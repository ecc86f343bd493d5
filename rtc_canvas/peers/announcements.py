"""The messages that tell a page which picture each frame shows: what they say, and when they go. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from numbers import Integral

from .frame_log import SentFrame

# Frames that wait to be told; more than come while a message may not go yet.
MOST = 16

# Frames that are told once more with an exact image: one of them is on the screen, or will be.
NEWEST = 8

# What a message takes on the wire, bytes: what is around it in a packet of its own, or behind its frame in a stream,
# and each entry. And its share of the rate at most.
AROUND = 120
AROUND_IN_STREAM = 48
ENTRY = 50
SHARE = 0.05

# Seconds between messages of nothing but new names for what is on the screen: a still canvas costs next to nothing.
RENAME_EVERY = 0.5

LARGEST_INTEGER = 2**53
LONGEST_TEXT = 64


class Announcements:
    """Collects frames and makes messages of them.

    may_lose: whether a message may be lost. Then each repeats one frame of the message before.
    """

    def __init__(self, *, may_lose: bool = True) -> None:
        self.may_lose = may_lose
        self._untold: deque[SentFrame] = deque(maxlen=MOST)
        self._newest: deque[SentFrame] = deque(maxlen=NEWEST)
        self._told: SentFrame | None = None
        self._told_at = 0.0
        self._cost = 0
        self._hurry = False

    def add(self, frame: SentFrame) -> None:
        """A frame that is to be told."""
        self._untold.append(frame)
        self._newest.append(frame)
        self._hurry = True

    def rename(self, frame: SentFrame) -> None:
        """The newest frame stands for a newer picture by now."""
        for frames in (self._untold, self._newest):
            if frames and frames[-1].timestamp == frame.timestamp:
                frames.pop()
            frames.append(frame)

    def wait(self, target: float, now: float) -> float | None:
        """Seconds until a message may go so that a narrow link stays free for pictures; None where there is none.

        target: bits per second that pictures may use.
        """
        if not self._untold:
            return None
        pause = self._cost / (SHARE * max(target, 1.0))
        if not self._hurry:
            pause = max(pause, RENAME_EVERY)
        return max(0.0, self._told_at + pause - now)

    def message(self) -> dict[str, object]:
        """What is to be told now."""
        return _message([*self._repeated, *self._untold])

    @property
    def _repeated(self) -> Sequence[SentFrame]:
        return () if self._told is None or not self.may_lose else (self._told,)

    def newest(self) -> dict[str, object]:
        """What the newest frames show, whether that was told or not."""
        return _message(self._newest)

    def sent(self, now: float) -> None:
        """The message went out."""
        around = AROUND if self.may_lose else AROUND_IN_STREAM
        self._cost = 8 * (around + ENTRY * (len(self._repeated) + len(self._untold)))
        self._told = self._untold[-1]
        self._told_at = now
        self._untold.clear()
        self._hurry = False


def _message(frames: Iterable[SentFrame]) -> dict[str, object]:
    return {"type": "frames", "frames": [_entry(frame) for frame in frames]}


def _entry(frame: SentFrame) -> tuple[int | str | float | None, ...]:
    picture = frame.picture
    time = round(picture.render_time, 4)
    entry = frame.timestamp, picture.number, _page_id(picture.id), time, picture.seq
    # Which pixels they are is told only where it is not the picture itself that they came with.
    return entry if picture.content == picture.number else (*entry, picture.content)


def _page_id(id: object) -> int | str | None:
    """A program's id as a page gets it: what JavaScript can hold and is short, else None."""
    # numpy's integers are registered as such, its bools are not.
    if isinstance(id, Integral) and not isinstance(id, bool) and abs(int(id)) <= LARGEST_INTEGER:
        return int(id)
    return str(id) if isinstance(id, str) and len(id) <= LONGEST_TEXT else None
