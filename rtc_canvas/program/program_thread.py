"""Work on the thread of a program's own loop, for who is on another."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")

CallSoon: TypeAlias = Callable[[Callable[[], None]], object]
"""Has a function called soon on some loop's thread. From any thread; raises RuntimeError while that does not run."""

# Seconds after which one who is told to stop does not wait for a loop any more that may have ended.
PATIENCE = 1.0


def do_there(
    call_soon: CallSoon, work: Callable[[], None], *, is_stopped: Callable[[], bool]
) -> None:
    """Have work done there, and wait for that. Where no loop runs, it is done here."""
    done = threading.Event()

    def do() -> None:
        try:
            work()
        finally:
            done.set()

    try:
        call_soon(do)
    except RuntimeError:
        work()
        return
    while not done.wait(PATIENCE):
        if is_stopped():
            return


def run_here(coroutine: Coroutine[Any, Any, T]) -> Coroutine[Any, Any, T]:
    """A coroutine that may be awaited on another event loop while the given one runs on that of this thread.

    On a thread without one that runs, it is the given one.
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return coroutine
    future = asyncio.run_coroutine_threadsafe(coroutine, loop)

    async def wait() -> T:
        return await asyncio.wrap_future(future)

    return wait()
