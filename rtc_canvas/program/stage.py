"""Where a canvas and its audience meet: pictures and latched state one way, events and attention the other."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from ..control import Role, may
from ..events import ProgramEvent
from ..video.convert import Converter
from ..video.picture import MAX_SIDE, MIN_SIDE, Picture
from .display_phase import Shown
from .probe import Question

DRAW_FAILED = "The program's draw failed."


@dataclass(frozen=True, slots=True)
class Size:
    """How large a canvas is.

    logical: (width, height) that viewers point in. screen_ratio: device pixels for each of them.
    """

    logical: tuple[float, float]
    screen_ratio: float = 1.0

    @property
    def pixel_ratio(self) -> float:
        """Physical pixels for each logical one: those of the screen, unless a side would be larger than a picture may
        have. Both sides have the same, so that its shape stays.
        """
        return min(self.screen_ratio, MAX_SIDE / max(self.logical))

    @property
    def physical(self) -> tuple[int, int]:
        """(width, height) in pixels, within what a picture may have."""
        width, height = self.logical
        return _side(width * self.pixel_ratio), _side(height * self.pixel_ratio)


def _side(pixels: float) -> int:
    # Halves go up, as in the page, which tells of pixels that it counted.
    return min(max(math.floor(pixels + 0.5), MIN_SIDE), MAX_SIDE)


@dataclass(frozen=True, slots=True)
class Latched:
    """What every page is told when it joins, and again when it changes.

    probe: the role from which on a viewer may ask the program's probe; None where it has none.
    css_size: how wide and high the page's element is to be, as CSS has it; None for what the page decides.
    wanted_size: the (width, height) that the program has set, for pages that leave it to that, and how often it did;
        None where it never did.
    """

    title: str = ""
    cursor: str = "default"
    draw_failed: bool = False
    probe: Role | None = None
    css_size: tuple[str | None, str | None] = (None, None)
    wanted_size: tuple[float, float, int] | None = None

    def messages(self, role: Role) -> list[Mapping[str, object]]:
        """What the page of a peer of this role is told."""
        allowed = self.probe is not None and may(role, self.probe)
        width, height = self.css_size
        messages: list[Mapping[str, object]] = [
            {"type": "title", "title": self.title},
            {"type": "cursor", "cursor": self.cursor},
            {"type": "notice", "text": DRAW_FAILED if self.draw_failed else None},
            {"type": "css_size", "width": width, "height": height},
            {"type": "probes", "registered": self.probe is not None, "allowed": allowed},
        ]
        if self.wanted_size is not None:
            size = dict(zip(("width", "height", "times"), self.wanted_size, strict=True))
            messages.append({"type": "wanted_size", **size})
        return messages


class StageListener(Protocol):
    """The canvas's side. May be called from any thread; takes effect without waiting.

    wants_presented: whether the program has a handler for pictures that came onto a screen: there are many of those.
    """

    @property
    def wants_presented(self) -> bool: ...

    def take_events(self, events: list[ProgramEvent]) -> None: ...

    def attention_changed(self) -> None: ...

    def request_draw(self) -> None: ...

    def shown(self, picture: Shown) -> None: ...

    def ask(self, question: Question) -> None: ...

    @property
    def owes_draw(self) -> bool: ...

    @property
    def draw_pending(self) -> bool: ...


class Stage:
    """Thread-safe. Holds the newest picture only.

    watchers: how many look: peers that see their page, and tracks.
    awaits_rest: the `notify` of those who wait until no draw is pending any more.
    """

    def __init__(
        self,
        size: Size,
        latched: Latched,
        *,
        resizable: bool,
        max_pixel_ratio: float,
        exact: bool = False,
    ) -> None:
        self.converter = Converter()
        self.newest: Picture | None = None
        self.size = size
        self.latched = latched
        self.resizable = resizable
        self.max_pixel_ratio = max_pixel_ratio
        self.exact = exact
        self.awaits_rest: set[Callable[[], None]] = set()
        self.listener: StageListener | None = None
        self._lock = threading.Lock()
        # Each who is told, with the number of those who look through it. Replaced, never changed: it is walked
        # through without the lock.
        self._watchers: dict[Callable[[], None], int] = {}

    @property
    def watchers(self) -> int:
        return sum(self._watchers.values())

    # From the canvas.

    def show(self, picture: Picture, *, after: Picture | None = None) -> bool:
        """Make it the newest picture. Two threads may do so at once: the higher number stays.

        after: what has to be the newest one until then. Otherwise nothing is shown, and it returns False.
        """
        with self._lock:
            if after is not None and self.newest is not after:
                return False
            if self.newest is None or picture.number > self.newest.number:
                self.newest = picture
        self._tell()
        return True

    def latch(self, **changes: Any) -> None:
        """Change fields of `Latched`."""
        with self._lock:
            before = self.latched
            self.latched = replace(before, **changes)
        if self.latched != before:
            self._tell()

    def rest(self) -> None:
        """A draw is over; it may have been the last one for now."""
        if self.awaits_rest:
            self._tell()

    def _tell(self) -> None:
        for notify in self._watchers:
            notify()

    # From the audience, and from tracks.

    def watch(self, notify: Callable[[], None], watchers: int) -> None:
        """Have `notify` called, from any thread, when there is a new picture or latched state.

        watchers: how many look through it; may be told again with another number.
        """
        with self._lock:
            self._watchers = {**self._watchers, notify: watchers}
        if self.listener is not None:
            self.listener.attention_changed()

    def unwatch(self, notify: Callable[[], None]) -> None:
        with self._lock:
            self._watchers = {n: count for n, count in self._watchers.items() if n != notify}
        self.awaits_rest.discard(notify)

    @property
    def wants_presented(self) -> bool:
        """Whether the program wants to be told of each picture that came onto a screen."""
        return self.listener is not None and self.listener.wants_presented

    def take_events(self, events: list[ProgramEvent]) -> None:
        if self.listener is not None:
            self.listener.take_events(events)

    def request_draw(self) -> None:
        if self.listener is not None:
            self.listener.request_draw()

    @property
    def owes_draw(self) -> bool:
        """Whether a picture that was asked for is still to be drawn."""
        return self.listener is not None and self.listener.owes_draw

    @property
    def draw_pending(self) -> bool:
        """The same, but for an animation."""
        return self.listener is not None and self.listener.draw_pending

    def shown(self, picture: Shown) -> None:
        """A picture came onto the screen of the viewer who steers."""
        if self.listener is not None:
            self.listener.shown(picture)

    def ask(self, question: Question) -> None:
        """Put a question to the program's probe."""
        if self.listener is not None:
            self.listener.ask(question)

    def resized(self, width: float, height: float, ratio: float) -> Size | None:
        """Take over the size of the steering viewer's window; None where nothing changes."""
        if not self.resizable:
            return None
        logical = max(width, 1.0), max(height, 1.0)
        size = Size(logical, min(ratio, self.max_pixel_ratio))
        before, self.size = self.size, size
        if (size.logical, size.pixel_ratio) == (before.logical, before.pixel_ratio):
            return None
        return size
