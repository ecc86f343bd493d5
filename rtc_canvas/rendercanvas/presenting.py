"""Whether the picture of a draw is still on its way to the canvas, and how long to wait for it."""

from __future__ import annotations

import asyncio
import time
import weakref
from collections import deque
from collections.abc import Callable
from typing import Any

from rendercanvas.contexts import BaseContext

# A picture may take so many times as long as the slowest of the last ones, so many of them.
SLOWER = 5.0
REMEMBERED = 30
# But always so many seconds, as a scene may become a heavy one, and never more. The first one may wait for shaders.
SHORTEST_LIMIT = 2.0
FIRST_LIMIT = 10.0
LONGEST_LIMIT = 60.0


class Limit:
    """How long a picture may take before it is given up, by what the last ones took. Pure.

    seconds: the limit now; from 2 to 60, and 10 until a picture has come.
    """

    def __init__(self) -> None:
        self.seconds = FIRST_LIMIT
        self._taken: deque[float] = deque(maxlen=REMEMBERED)

    def take(self, seconds: float) -> None:
        """A picture came after so long, maybe after it was given up."""
        self._taken.append(seconds)
        self.seconds = min(max(SHORTEST_LIMIT, SLOWER * max(self._taken)), LONGEST_LIMIT)

    def miss(self) -> None:
        """One did not come in time. The next one has twice as long: else, where all take longer than the limit, each
        would be given up for the next."""
        self.seconds = min(2 * self.seconds, LONGEST_LIMIT)


class Presenting:
    """Listens to a context presenting: rendercanvas tells a backend of pictures only, not of draws that bring none.

    Of a picture that cannot be fetched from the GPU it may tell nobody, once the download has begun: neither wgpu
    where the buffer is not mapped, nor rendercanvas where it is not read, calls what waits for it. So there is a limit.

    arrived: is called once the newest picture, which was under way, is there, or its context says that it failed.
    """

    def __init__(self, arrived: Callable[[], object]) -> None:
        self._arrived = arrived
        self._limit = Limit()
        # When the newest picture began to be fetched, one that is waited for.
        self._began: float | None = None
        # The event loop that it would come on.
        self._event_loop: asyncio.AbstractEventLoop | None = None

    def forget(self) -> None:
        """Wait no more for the newest picture: a draw begins, which may bring none."""
        self._began = None

    def patience(self, now: float) -> float:
        """Seconds for which the newest picture is waited for yet; 0 where none is under way, or it is given up now.

        One from an event loop before is given up at once: it would have come on that.

        now: `time.monotonic()`.
        """
        if self._event_loop is not _running():
            self._began = None
        if self._began is None:
            return 0.0
        left = self._began + self._limit.seconds - now
        if left > 0:
            return left
        self._began = None
        self._limit.miss()
        return 0.0

    def listen(self, context: BaseContext) -> None:
        """Know of all that a context presents from now on."""
        # The context must not hold itself by this.
        own = weakref.WeakMethod(context._rc_present)

        def present(**how: Any) -> dict[str, Any]:
            method = own()
            assert method is not None, "its context calls this"
            # What was under way before is given up for this one.
            self.forget()
            result: dict[str, Any] = method(**how)
            if result["method"] == "async":
                self._wait_for(result["awaitable"])
            return result

        context._rc_present = present

    def _wait_for(self, awaitable: Any) -> None:
        began = self._began = time.monotonic()
        self._event_loop = _running()

        def over(result: dict[str, Any]) -> None:
            if result["method"] != "fail":
                self._limit.take(time.monotonic() - began)
            # One that was given up says nothing of the newest.
            if self._began == began:
                self._began = None
                self._arrived()

        awaitable.then(over)


def _running() -> asyncio.AbstractEventLoop | None:
    """The event loop that runs; None in a loop of another kind."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
