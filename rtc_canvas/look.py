"""A look at a canvas that nobody watches, for which its program draws once."""

from __future__ import annotations

import asyncio
import contextlib

from .program.stage import Stage

# Seconds for which a picture is waited for; then the newest one has to do.
PATIENCE = 2.0


class Looks:
    """Lives on the event loop."""

    def __init__(self) -> None:
        # What each look waits for.
        self._changes: set[asyncio.Event] = set()
        self._ended = False

    async def have_drawn(self, stage: Stage) -> None:
        """Have a picture drawn, and wait up to 2 s for it, where nobody watches: what is newest may be of long ago.

        It ends sooner where nothing is drawn: by a program that only pushes, or a draw that fails or has nothing new.
        A draw that is under way already, or asked for by another look, will do; one that failed before is waited for.
        """
        if stage.watchers > len(self._changes):
            return
        loop, changed = asyncio.get_running_loop(), asyncio.Event()

        def notify() -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(changed.set)

        before = _newest_number(stage)
        self._changes.add(changed)
        stage.awaits_rest.add(notify)
        # In this order, as a draw may begin as soon as somebody watches: it is this one.
        stage.request_draw()
        stage.watch(notify, 1)
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    while not self._ended and stage.owes_draw and _newest_number(stage) == before:
                        await changed.wait()
                        changed.clear()
        finally:
            stage.unwatch(notify)
            self._changes.discard(changed)

    def end(self) -> None:
        """Nothing is drawn any more: nobody waits for that any longer, nor will."""
        self._ended = True
        for changed in self._changes:
            changed.set()


def _newest_number(stage: Stage) -> int:
    return 0 if stage.newest is None else stage.newest.number
