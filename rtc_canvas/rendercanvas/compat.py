"""The one place that touches private names of rendercanvas; each is checked when this is imported.

So a version that moves one of them fails at once and by name, instead of taking signals from whoever they are for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rendercanvas.asyncio import AsyncioLoop
from rendercanvas.base import BaseLoop

__all__ = ["LoopWithoutSignals", "require"]


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
require(AsyncioLoop(), "_interactive_loop", "_run_loop")


class LoopWithoutSignals(AsyncioLoop):  # type: ignore[misc]
    """Leaves signals to whoever runs it.

    rendercanvas's own loop takes SIGINT from the server or the program that it is a part of, which then does not end,
    and at its end makes SIGTERM do nothing. There is no other way to tell it not to.
    """

    def _BaseLoop__setup_interrupt_hooks(self) -> dict[int, Callable[..., Any]]:
        """Take no signal. Returns what to set again at the end: nothing."""
        return {}
