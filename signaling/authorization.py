"""Who may use a mounted canvas, as a function of the host's program decides."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import inspect
import logging
import threading
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TypeAlias

from .access import Grant
from .refusal import Refusal
from .request import NotInRequest, Request

__all__ = ["Authorization", "Authorize"]

_log = logging.getLogger(__name__)

Authorize: TypeAlias = Callable[[Request], Grant | Awaitable[Grant | None] | None]
"""Decides what a request may do, None for nothing. One that is not async runs on a thread."""

PATIENCE = 3.0
"""Seconds that the function has; a page waits for it."""

AT_ONCE = 32
"""Calls that may run on threads at the same time."""

NOBODY = "You are not logged in; log in on this site, then open this page again."
NOT_ALLOWED = "You may not see this canvas; ask whoever runs this site."
FAILED = "The site failed to decide whether you may see this canvas; its log says why."


class Authorization:
    """Asks the host's function, and waits for it no longer than `PATIENCE`.

    Whatever becomes of it, the request gets one sentence, and nobody else waits. Belongs to one event loop.
    """

    def __init__(self, function: Authorize) -> None:
        self._function = function
        self._free = asyncio.Semaphore(AT_ONCE)
        self._asking: set[asyncio.Task[object]] = set()
        self._failures = 0

    async def grant(self, request: Request) -> Grant:
        """What a request may do.

        Raises:
            Refusal: 401 when the function returns None for somebody of whom the request tells nothing, 403 when it
                does for others, 500 when it fails, 503 when it takes too long.
        """
        asking = asyncio.create_task(self._ask(request))
        self._asking.add(asking)
        asking.add_done_callback(self._asking.discard)
        try:
            await asyncio.wait({asking}, timeout=PATIENCE)
            if not asking.done():
                _log.error("authorize() did not return within %.0f s.", PATIENCE)
                raise Refusal(
                    503,
                    f"The site did not decide within {PATIENCE:.0f} s whether you may see this canvas; try again.",
                )
        finally:
            asking.cancel()
        try:
            granted = asking.result()
            if granted is None:
                raise Refusal(403, NOT_ALLOWED) if request.is_known else Refusal(401, NOBODY)
            if not isinstance(granted, Grant):
                raise TypeError(f"authorize() must return a Grant or None, got {granted!r:.80}.")
        except Refusal:
            raise
        except (Exception, asyncio.CancelledError) as error:
            raise self._failed(error) from None
        return granted

    async def _ask(self, request: Request) -> object:
        function: Callable[[Request], object] = self._function
        answer = function(request) if _is_async(function) else await self._on_a_thread(request)
        return await answer if inspect.isawaitable(answer) else answer

    async def _on_a_thread(self, request: Request) -> object:
        """Call a function that may block.

        On a thread of its own that nothing waits for: a pool's would keep the process from ending while one hangs.
        """
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[object] = loop.create_future()
        context = contextvars.copy_context()

        def settle(answer: object, error: BaseException | None) -> None:
            self._free.release()
            if outcome.done():
                return
            if error is None:
                outcome.set_result(answer)
            else:
                outcome.set_exception(_failure(error))

        def work() -> None:
            answer, failure = None, None
            try:
                answer = context.run(self._function, request)
            except BaseException as error:
                failure = error
            with contextlib.suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(settle, answer, failure)

        await self._free.acquire()
        try:
            threading.Thread(target=work, name="rtc_canvas authorize", daemon=True).start()
        except BaseException:
            # The system has no more threads: nothing will settle this.
            self._free.release()
            raise
        return await outcome

    def _failed(self, error: BaseException) -> Refusal:
        told = _refusal_of_the_hosts(error)
        if told is not None:
            return told
        self._failures += 1
        if self._failures == 1:
            _log.error("authorize() failed.", exc_info=error)
        else:
            _log.error("authorize() failed for the %d. time: %r", self._failures, error)
        return Refusal(500, str(error) if isinstance(error, NotInRequest) else FAILED)


def _failure(error: BaseException) -> Exception:
    """An error of a thread, as one that ends nothing else: those that are no `Exception` would end the host.

    SystemExit ends a thread, no process. And a future takes no StopIteration.
    """
    if isinstance(error, Exception) and not isinstance(error, StopIteration):
        return error
    failure = RuntimeError(repr(error))
    failure.__cause__ = error
    return failure


def _refusal_of_the_hosts(error: BaseException) -> Refusal | None:
    """What a host's own exception says that is meant for the page: the HTTPException of Starlette, FastAPI, aiohttp."""
    status = getattr(error, "status_code", getattr(error, "status", None))
    if status not in (401, 403):
        return None
    detail = getattr(error, "detail", None)
    # Without one, hosts give the phrase that the status has.
    if isinstance(detail, str) and detail.isprintable() and detail != HTTPStatus(status).phrase:
        return Refusal(status, detail)
    return Refusal(status, NOBODY if status == 401 else NOT_ALLOWED)


def _is_async(function: object) -> bool:
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(function, "__call__", None)  # noqa: B004  # which of the two it is matters
    )
