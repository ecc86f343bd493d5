"""Whose turn it is: to draw, to handle events, or to wait. Pure."""

from __future__ import annotations

from typing import Literal, TypeAlias

Mode: TypeAlias = Literal["manual", "ondemand", "continuous", "fastest"]
Turn: TypeAlias = Literal["draw", "handle"]

ANIMATED = ("continuous", "fastest")


class Turns:
    """What one canvas has to do next, told what happened.

    rendercanvas's own scheduler looks around at each tick and asks for draws. Here an event need not wait for that:
    one that matters by itself is handled at once, others at the beat of draws, and what their handlers want drawn is
    drawn right after them.

    mode: rendercanvas's update mode.
    """

    def __init__(self, mode: Mode) -> None:
        self.mode: Mode = mode
        self._asked = False
        self._wanted = False
        self._resized = False
        self._events = False
        self._edge = False
        self._answering = False
        self._draws = False
        self._answers_scheduler = False

    def ask(self) -> None:
        """The scheduler asks for a draw, and waits for it."""
        if self._answers_scheduler:
            # It would not ask if it still waited for the one that was begun for it.
            self._draws = False
        self._asked = True

    def want(self) -> None:
        """The program wants a draw."""
        self._wanted = True

    def resize(self) -> None:
        """There is another size to draw for."""
        self._resized = True

    def arrive(self, *, edge: bool) -> None:
        """Events wait. edge: whether one of them is to be handled at once."""
        self._events = True
        self._edge = self._edge or edge

    def handle(self) -> None:
        """The events that wait are about to be taken; one that comes from now on waits for the next time."""
        self._events = self._edge = False
        self._answering = True

    def begin(self) -> None:
        """A draw begins, for the size that was taken with the events before it."""
        self._answers_scheduler = self._asked
        self._asked = self._wanted = self._resized = False
        self._answering = False
        self._draws = True

    def end(self) -> None:
        """No picture is waited for any more: it is there, will never be, or is given up."""
        self._draws = False
        self._answers_scheduler = False

    @property
    def owes_picture(self) -> bool:
        """Whether the picture of a draw that was asked for is waited for; those of an animation nobody asked for."""
        pending = self._draws or self._wanted or self._resized or self._events
        return pending and self.mode == "ondemand"

    @property
    def draws_again(self) -> bool:
        """Whether a draw is known to be wanted after the one that has begun."""
        return self.mode in ANIMATED or (self.mode == "ondemand" and self._wanted)

    def next(
        self, pause: float, *, watched: bool, patience: float = 0.0, retry: float = 0.0
    ) -> Turn | float | None:
        """What to do now, or the seconds to wait, or None to wait until something happens.

        pause: seconds until the beat of draws, see `Beat.pause`. watched: whether a picture would be seen.
        patience: seconds for which the picture of the last draw is waited for yet; default 0: it is not.
        retry: seconds until a draw that failed is tried again, but for what answers a viewer; default 0: none did.
        """
        if self._draws:
            if patience > 0:
                return patience
            self.end()
        draw = watched and (self._asked or self._resized or self.draws_again)
        until_draw = max(pause, retry)
        if draw and (until_draw <= 0 or self._answering):
            return "draw"
        self._answering = False
        if self._edge or (self._events and pause <= 0):
            return "handle"
        if self._events:
            return pause
        return until_draw if draw else None
