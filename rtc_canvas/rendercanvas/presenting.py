"""Whether the picture of a draw is still on its way to the canvas."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from rendercanvas.contexts import BaseContext


class Presenting:
    """Listens to a context presenting: rendercanvas tells a backend of pictures only, not of draws that bring none.

    arrived: is called once a picture that was under way is there, or has failed.
    under_way: whether the newest picture comes later, as one does that is fetched from the GPU.
    """

    def __init__(self, arrived: Callable[[], object]) -> None:
        self._arrived = arrived
        self.under_way = False

    def listen(self, context: BaseContext) -> None:
        """Know of all that a context presents from now on."""
        # The context must not hold itself by this.
        own = weakref.WeakMethod(context._rc_present)

        def present(**how: Any) -> dict[str, Any]:
            method = own()
            assert method is not None, "its context calls this"
            # What was under way before is given up for this one.
            self.under_way = False
            result: dict[str, Any] = method(**how)
            if result["method"] == "async":
                self.under_way = True
                result["awaitable"].then(self._over)
            return result

        context._rc_present = present

    def _over(self, result: object) -> None:
        self.under_way = False
        self._arrived()
