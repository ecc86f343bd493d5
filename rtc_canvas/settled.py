"""Waiting until pictures stand on screens in their final quality, from a coroutine or from a thread."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable, Generator
from concurrent.futures import Future

from .peers.peer import Peer

__all__ = ["Settled"]


# An event loop holds its tasks weakly, and a canvas those who wait: somebody has to hold a task that does.
_awaited: set[asyncio.Future[None]] = set()


class Settled:
    """Await it, on any event loop, or `wait()` for it in a thread. Made by `Canvas.settled`.

    Awaiting raises ServeError when the canvas is served no longer before it has settled.
    """

    def __init__(self, peer: Peer | None = None) -> None:
        self.peer = peer
        self._future: Future[None] = Future()

    def __await__(self) -> Generator[object, None, None]:
        # Whoever stops awaiting does not end it for others.
        outcome = asyncio.shield(asyncio.wrap_future(self._future))
        _awaited.add(outcome)
        try:
            yield from outcome
        finally:
            _awaited.discard(outcome)

    def wait(self, timeout: float | None = None) -> bool:
        """Block until it has settled, at most `timeout` seconds; whether it has.

        Not for a draw or a handler of the canvas, as draws wait for those.

        Raises:
            ServeError: when the canvas is served no longer before that.
            RuntimeError: where it would block an event loop; await it there.
        """
        if _is_on_event_loop():
            raise RuntimeError("wait() would block the event loop: await canvas.settled() instead.")
        try:
            self._future.result(timeout)
        except TimeoutError:
            return False
        return True

    @property
    def is_done(self) -> bool:
        """Whether it has settled, or never will."""
        return self._future.done()

    def finish(self) -> None:
        """It has settled. Called by the canvas."""
        self._future.set_result(None)

    def fail(self, error: Exception) -> None:
        """It never will. Called by the canvas."""
        self._future.set_exception(error)


class Waiting:
    """Those who wait for a canvas to settle. Lives on the event loop, and holds them weakly: who gives up is gone.

    is_settled: whether a peer's screen, or everybody's, shows the newest picture in its final quality.
    """

    def __init__(self, is_settled: Callable[[Peer | None], bool]) -> None:
        self._is_settled = is_settled
        self._waiting: weakref.WeakSet[Settled] = weakref.WeakSet()
        self._error: Exception | None = None

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, settled: Settled) -> None:
        if self._error is not None:
            settled.fail(self._error)
            return
        self._waiting.add(settled)
        self.look()

    def look(self) -> None:
        """Something changed that may have settled it."""
        for settled in list(self._waiting):
            if self._is_settled(settled.peer):
                self._waiting.discard(settled)
                settled.finish()

    def fail(self, error: Exception) -> None:
        """End those who wait, and those who come."""
        self._error = error
        for settled in list(self._waiting):
            self._waiting.discard(settled)
            settled.fail(error)


def _is_on_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
