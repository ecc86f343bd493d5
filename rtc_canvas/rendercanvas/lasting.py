"""A program that outlasts the event loops of the servers that it is mounted in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from .compat import LOOP_TASK, LoopWithoutSignals

__all__ = ["LastingLoop"]


class LastingLoop(LoopWithoutSignals):
    """Keeps its canvases open where an event loop ends that `begin()` began it on; its tasks begin anew on the next.

    So it does where any event loop was closed without a word to its tasks. Others that end, end the program with them,
    as rendercanvas has it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._begun: asyncio.Task[None] | None = None
        self._unfinished: dict[object, tuple[Callable[[], Awaitable[None]], str]] = {}
        self._uncalled: dict[object, Callable[[], None]] = {}
        # During `stop()` only: whether it leaves the canvases open.
        self._outlasts = False

    def begin(self) -> None:
        """Run on the event loop that runs, where nothing runs it yet and there are canvases."""
        if self._is_left:
            self._stop(outlasts=True)
            self._begun = self._interactive_loop = None
        runs = self._run_loop or self._interactive_loop or self._begun
        if runs is None and self.get_canvases():
            self._begun = asyncio.create_task(self.run_async())
            self._begun.add_done_callback(self._ended)

    def _ended(self, begun: asyncio.Task[None]) -> None:
        self._begun = None
        if not begun.cancelled():
            begun.result()

    @property
    def _is_left(self) -> bool:
        """Whether its event loop was closed before it was over there."""
        host = self._run_loop or self._interactive_loop
        if host is None and self._begun is not None:
            host = self._begun.get_loop()
        return host is not None and host.is_closed()

    def get_canvases(self, **options: Any) -> Any:
        """See `BaseLoop.get_canvases`."""
        # What it closes at its end.
        return [] if self._outlasts else super().get_canvases(**options)

    def stop(self, *, force: bool = False) -> None:
        """See `BaseLoop.stop`."""
        self._stop(force=force, outlasts=force and self._begun is not None and _is_cancelled())

    def _stop(self, *, force: bool = True, outlasts: bool) -> None:
        self._outlasts = outlasts
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
        if not (self._interactive_loop or self._run_loop):
            # Those that wait for an event loop come here again.
            super()._rc_add_task(function, name)
            return
        key = object()

        async def task() -> None:
            if name == LOOP_TASK:
                # Once this one has begun, rendercanvas begins it anew by itself.
                self._unfinished.pop(key, None)
            await function()
            self._unfinished.pop(key, None)

        self._unfinished[key] = function, name
        super()._rc_add_task(task, name)

    def _rc_call_soon_threadsafe(self, callback: Callable[[], None]) -> None:
        key = object()

        def call() -> None:
            self._uncalled.pop(key, None)
            callback()

        # First, as the loop may be faster than this thread.
        self._uncalled[key] = callback
        try:
            super()._rc_call_soon_threadsafe(call)
        except BaseException:
            self._uncalled.pop(key, None)
            raise

    def _rc_stop(self) -> None:
        outlasts, is_left = self._outlasts, self._is_left
        if is_left:
            # What ends in there may call `stop()` once more.
            self.abandon_tasks(self._begun)
        super()._rc_stop()
        unfinished, self._unfinished = self._unfinished, {}
        if is_left:
            # Others call what they have yet to, as they end.
            uncalled, self._uncalled = self._uncalled, {}
            for callback in uncalled.values():
                unfinished[callback] = _calling(callback), "call_soon"
        if outlasts:
            self._interactive_loop = None
            for function, name in unfinished.values():
                self._rc_add_task(function, name)


def _calling(callback: Callable[[], None]) -> Callable[[], Awaitable[None]]:
    async def call() -> None:
        callback()

    return call


def _is_cancelled() -> bool:
    """Whether the task that this is called in was told to end."""
    try:
        task = asyncio.current_task()
    except RuntimeError:  # no event loop runs here
        return False
    return task is not None and task.cancelling() > 0
