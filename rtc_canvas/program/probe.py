"""A question about a picture: what a program's probe gets, and the way of the answer back to who asked."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeAlias

from ..exceptions import ProbeError
from .probe_answer import Answer

# Seconds that an answer may take. Whoever points at something looks elsewhere by then.
LONGEST = 2.0

NO_PROBE = "This program has no probe; nothing can be asked about its picture."


@dataclass(frozen=True, slots=True)
class ProbeRequest:
    """What a probe function is asked for: the value at one point of one picture.

    x, y: the point in logical pixels of that picture, as in events.
    pixel: (column, row) of its array: the point lies in `array[row, column]`.
    picture: its number, which the canvas counts from 1.
    id: the program's own name for it: what `push` was given, or the `index` of the draw that made it.
    peer: the viewer who asks.
    """

    x: float
    y: float
    pixel: tuple[int, int]
    picture: int
    id: Any
    peer: Any


Probe: TypeAlias = Callable[[ProbeRequest], Any]

Outcome: TypeAlias = Answer | ProbeError


def pixel_at(
    x: float, y: float, logical_size: tuple[float, float], size: tuple[int, int]
) -> tuple[int, int]:
    """The (column, row) of the pixel at a logical point.

    logical_size, size: (width, height) of the picture, in logical pixels and of its array.

    Raises:
        ProbeError: where the point is outside.
    """
    if not (0 <= x < logical_size[0] and 0 <= y < logical_size[1]):
        raise ProbeError(
            "outside",
            f"The point ({x:g}, {y:g}) is outside the picture, which is {logical_size[0]:g} wide and "
            f"{logical_size[1]:g} high; ask for one inside.",
        )
    column, row = int(x * size[0] / logical_size[0]), int(y * size[1] / logical_size[1])
    return min(column, size[0] - 1), min(row, size[1] - 1)


class Question:
    """One request on its way to the probe. Made on the event loop of who asks, and answered there, once.

    done: called with the outcome, within 2 s.
    """

    def __init__(self, request: ProbeRequest, done: Callable[[Outcome], None]) -> None:
        self.request = request
        self._done = done
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[Outcome] | None = None
        self._timer = self._loop.call_later(LONGEST, self._answered, _too_slow())
        self.open = True

    # From any thread.

    def answer(self, outcome: Outcome) -> None:
        """Tell the outcome to who asked, if that is still waited for."""
        with contextlib.suppress(RuntimeError):  # the loop is closed, and nobody waits
            self._loop.call_soon_threadsafe(self._answered, outcome)

    def follow(
        self,
        coroutine: Coroutine[Any, Any, object],
        finish: Callable[[Coroutine[Any, Any, object]], Coroutine[Any, Any, Outcome]],
    ) -> None:
        """Run a coroutine on the loop for as long as its answer is waited for; `finish` awaits it."""
        try:
            self._loop.call_soon_threadsafe(self._start, coroutine, finish)
        except RuntimeError:
            coroutine.close()

    # On the event loop.

    def drop(self) -> None:
        """Nobody waits for the answer any more."""
        self.open = False
        self._timer.cancel()
        if self._task is not None:
            self._task.cancel()

    def _answered(self, outcome: Outcome) -> None:
        if self.open:
            self.drop()
            self._done(outcome)

    def _start(
        self,
        coroutine: Coroutine[Any, Any, object],
        finish: Callable[[Coroutine[Any, Any, object]], Coroutine[Any, Any, Outcome]],
    ) -> None:
        if not self.open:
            coroutine.close()
            return

        def finished(task: asyncio.Task[Outcome]) -> None:
            # One that was cancelled before it began has not begun the program's coroutine either.
            coroutine.close()
            if not task.cancelled():
                self._answered(task.result())

        self._task = self._loop.create_task(finish(coroutine))
        self._task.add_done_callback(finished)


def _too_slow() -> ProbeError:
    return ProbeError(
        "slow", f"The program's probe has not answered within {LONGEST:g} s; ask again."
    )
