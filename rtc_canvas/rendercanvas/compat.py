"""What no backend is meant to know of rendercanvas; each of its names is checked when this is imported.

So a version that moves one of them fails at once and by name, instead of taking signals from whoever they are for.
Beside these, the canvas uses what rendercanvas's own backends do.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rendercanvas.asyncio import AsyncioLoop
from rendercanvas.base import BaseLoop, BaseRenderCanvas
from rendercanvas.contexts import BaseContext

__all__ = ["LOOP_TASK", "LoopWithoutSignals", "loop_task", "require"]

logger = logging.getLogger(__name__)


def require(owner: object, *names: str) -> None:
    """Raise ImportError unless `owner` has every one of `names`."""
    missing = [name for name in names if not hasattr(owner, name)]
    if missing:
        raise ImportError(
            f"{owner!r} has no {', '.join(missing)}: this version of rendercanvas does not fit rtc_canvas; "
            "install it with: pip install 'rtc_canvas[rendercanvas]'"
        )


require(BaseLoop, "_BaseLoop__setup_interrupt_hooks")
# Attributes for its subclasses.
require(AsyncioLoop(), "_interactive_loop", "_run_loop", "_AsyncioLoop__tasks")
# What `canvas.py` calls when it is the events' turn, and what `presenting.py` wraps.
require(BaseRenderCanvas, "_process_events")
require(BaseContext, "_rc_present")


class _Listening(AsyncioLoop):  # type: ignore[misc]
    """Only hears of its tasks: `names` are theirs."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def _rc_init(self) -> None:
        """Look for no event loop."""

    def _rc_add_task(self, function: Callable[[], Awaitable[None]], name: str) -> None:
        self.names.append(name)


def loop_task() -> str:
    """The name of the task by which a loop learns of its beginning and its end: it comes before the first other.

    Raises:
        ImportError: where there is no such task.
    """
    listening = _Listening()
    listening.call_soon(lambda: None)
    if len(listening.names) != 2:
        raise ImportError(
            f"A loop of this version of rendercanvas begins with the tasks {listening.names}, which does not fit "
            "rtc_canvas; install it with: pip install 'rtc_canvas[rendercanvas]'"
        )
    return listening.names[0]


LOOP_TASK = loop_task()


class LoopWithoutSignals(AsyncioLoop):  # type: ignore[misc]
    """Leaves signals to whoever runs it, and tasks to nobody where their event loop was closed.

    rendercanvas's own loop takes SIGINT from the server or the program that it is a part of, which then does not end,
    and at its end makes SIGTERM do nothing. There is no other way to tell it not to.
    """

    def _BaseLoop__setup_interrupt_hooks(self) -> dict[int, Callable[..., Any]]:
        """Take no signal. Returns what to set again at the end: nothing."""
        return {}

    def abandon_tasks(self, *others: asyncio.Task[None] | None) -> None:
        """End the tasks, and others, that wait on an event loop that is closed, which can cancel none.

        Left alone, they end when they are collected, at any time and on any thread, and stop whatever runs then.
        """
        tasks: set[asyncio.Task[None]] = self._AsyncioLoop__tasks
        waiting = [*tasks, *filter(None, others)]
        tasks.clear()
        for task in waiting:
            coroutine: Any = task.get_coro()
            try:
                coroutine.close()
            except Exception:
                logger.exception("A task did not end with its event loop.")
