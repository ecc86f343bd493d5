"""A program that outlasts the event loops of the servers that it is mounted in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from .compat import LoopWithoutSignals

__all__ = ["LastingLoop"]

# rendercanvas begins this one by itself.
_LOOP_TASK = "loop-task"


class LastingLoop(LoopWithoutSignals):
    """Keeps its canvases open where an event loop ends that `begin()` began it on; its tasks begin anew on the next.

    Other event loops end the program with them, as rendercanvas has it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._begun: asyncio.Task[None] | None = None
        self._unfinished: dict[object, tuple[Callable[[], Awaitable[None]], str]] = {}
        self._outlasts = False

    def begin(self) -> None:
        """Run on the event loop that runs, where nothing runs it yet and there are canvases."""
        runs = self._run_loop or self._interactive_loop or self._begun
        if runs is None and self.get_canvases():
            self._begun = asyncio.create_task(self.run_async())
            self._begun.add_done_callback(self._ended)

    def _ended(self, begun: asyncio.Task[None]) -> None:
        self._begun = None
        if not begun.cancelled():
            begun.result()

    def get_canvases(self, **options: Any) -> Any:
        """See `BaseLoop.get_canvases`."""
        # What it closes at its end.
        return [] if self._outlasts else super().get_canvases(**options)

    def stop(self, *, force: bool = False) -> None:
        """See `BaseLoop.stop`."""
        self._outlasts = force and self._begun is not None and _is_cancelled()
        try:
            super().stop(force=force)
        finally:
            self._outlasts = False

    async def _rc_run_async(self) -> None:
        try:
            await super()._rc_run_async()
        except asyncio.CancelledError:
            # Its other tasks are cancelled too, and any of them may be the first.
            self.stop(force=True)
            raise

    def _rc_add_task(self, function: Callable[[], Awaitable[None]], name: str) -> None:
        if name == _LOOP_TASK or not (self._interactive_loop or self._run_loop):
            # Those that wait for an event loop come here again.
            super()._rc_add_task(function, name)
            return
        key = object()

        async def task() -> None:
            await function()
            self._unfinished.pop(key, None)

        self._unfinished[key] = function, name
        super()._rc_add_task(task, name)

    def _rc_stop(self) -> None:
        super()._rc_stop()
        unfinished, self._unfinished = self._unfinished, {}
        if self._outlasts:
            self._interactive_loop = None
            for function, name in unfinished.values():
                self._rc_add_task(function, name)


def _is_cancelled() -> bool:
    """Whether the task that this is called in was told to end."""
    try:
        task = asyncio.current_task()
    except RuntimeError:  # no event loop runs here
        return False
    return task is not None and task.cancelling() > 0
