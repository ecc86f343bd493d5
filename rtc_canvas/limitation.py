"""What keeps a viewer from getting every picture, the encoder or the link. Pure; times are in seconds of one clock."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal, TypeAlias

Limit: TypeAlias = Literal["encoder", "link"]

# Seconds that are looked back on: so long an encoder must have been too slow before that is said.
WINDOW = 2.0

# Too slow is one that nearly always finds a newer picture waiting when it is done; it keeps up again when mostly none
# waits. In between nothing changes.
SATURATED = 0.9
RELIEVED = 0.5

# Nobody sees that one picture in ten is missing.
ENOUGH = 0.9

# What was said holds until a figure has moved by more than this share.
MOVED = 0.25


@dataclass(frozen=True, slots=True)
class Encoded:
    """A picture that has been encoded.

    time: when that was done. handed_over: when the program gave the picture. number: its number.
    late: whether a newer one waited by then, and should have been begun.
    size: (width, height) of the frame.
    """

    time: float
    handed_over: float
    number: int
    late: bool
    size: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Overload:
    """An encoder that is too slow.

    size: (width, height) of its frames. wanted, sent: frames a second.
    """

    size: tuple[int, int]
    wanted: float
    sent: float

    def __str__(self) -> str:
        width, height = self.size
        return (
            f"The server cannot encode {width}×{height} at {self.wanted:.0f} frames a second; "
            f"it sends {self.sent:.0f}."
        )

    def is_like(self, other: Overload) -> bool:
        pairs = (self.wanted, other.wanted), (self.sent, other.sent)
        return self.size == other.size and all(
            abs(mine - others) <= MOVED * others for mine, others in pairs
        )


class Limitation:
    """Looks on while pictures are encoded for one viewer."""

    def __init__(self) -> None:
        self._recent: deque[Encoded] = deque()
        self._moving_since = 0.0
        self._last = 0.0
        self._overload: Overload | None = None

    def encoded(self, picture: Encoded, most: float) -> None:
        """A new picture has been encoded. most: frames a second that the link allows."""
        while self._recent and self._recent[0].time < picture.time - WINDOW:
            self._recent.popleft()
        if not self._recent:
            self._overload, self._moving_since = None, picture.time
        self._recent.append(picture)
        self._last = picture.time
        late = sum(one.late for one in self._recent) / len(self._recent)
        wanted = self._per_second(picture.number - self._recent[0].number)
        sent = self._per_second(len(self._recent) - 1)
        now = Overload(picture.size, min(wanted, most), sent)
        misses = now.sent <= ENOUGH * now.wanted
        if self._overload is None:
            long = picture.time - self._moving_since >= WINDOW
            if long and late >= SATURATED and misses:
                self._overload = now
        elif late <= RELIEVED:
            self._overload = None
        elif misses and not now.is_like(self._overload):
            self._overload = now

    def overload(self, now: float) -> Overload | None:
        """How the encoder is too slow; None where it keeps up, or nothing has moved lately. From any thread."""
        return self._overload if now - self._last < WINDOW else None

    def by(self, now: float, *, scale: float, held_at: float) -> Limit | None:
        """What limits the viewer now. From any thread.

        scale: by what the sides of pictures are scaled for the link. held_at: when it last kept a picture waiting.
        """
        if self.overload(now) is not None:
            return "encoder"
        return "link" if scale < 1 or now - held_at < WINDOW else None

    def _per_second(self, count: int) -> float:
        seconds = self._recent[-1].handed_over - self._recent[0].handed_over
        return count / seconds if seconds > 0 else 0.0
