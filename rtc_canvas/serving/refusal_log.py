"""A line in the log where a server turns much away in a short time."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable

from ..stats import ServerStats

logger = logging.getLogger(__name__)

LOOK_EVERY = 10.0

# Within that time. A browser's spare connections and a lost page's packets are a handful.
MANY = 200

UNSENT = "packets (unsent)"

# Seconds from one line to the next.
QUIET_FOR = 60.0


class RefusalLog:
    """Looks at the counters now and then, from `start` to `stop`, on the running event loop.

    stats: asked for them.
    """

    def __init__(self, stats: Callable[[], ServerStats]) -> None:
        self._stats = stats
        self._loop = asyncio.get_running_loop()
        self._before: Counter[str] = Counter()
        self._told_at = float("-inf")
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        self._before = self._stats().by_reason()
        self._timer = self._loop.call_later(LOOK_EVERY, self._look)

    def stop(self) -> None:
        """Idempotent."""
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        new, now = self._stats().by_reason() - self._before, self._loop.time()
        # Nobody knocked: a network that is down takes none.
        del new[UNSENT]
        if new.total() >= MANY and now - self._told_at >= QUIET_FOR:
            self._told_at = now
            each = ", ".join(f"{count} {what}" for what, count in new.most_common())
            logger.warning(
                "Much was turned away in the last %.0f s: %s. Server.stats has all counts.",
                LOOK_EVERY,
                each,
            )
        self.start()
