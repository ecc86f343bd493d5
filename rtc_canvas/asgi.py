"""Mounting canvases in an ASGI app: Starlette, FastAPI, FastHTML and whatever else speaks ASGI 3."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Unpack

from signaling.asgi import AsgiApp, Receive, Scope, Send
from signaling.authorization import Authorize

from .canvas import Canvas
from .config import MountOptions
from .serving.mounted import Mounted
from .serving.naming import by_name

__all__ = ["MountedApp", "asgi_app"]


class MountedApp:
    """An ASGI 3 app that serves canvases. Made by `asgi_app()`.

    It begins with its first request, on the event loop that this runs on, and ends with that loop, or before when it
    is told to: by `close()`, by `lifespan`, or by the lifespan events that an app at the root gets.
    """

    def __init__(self, mounted: Mounted) -> None:
        self._mounted = mounted
        self._app = AsgiApp(mounted.site, begin=mounted.begin, close=mounted.close)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    @property
    def token(self) -> str | None:
        """What lets one in, as `?token=` in the address; None with `authorize` or open access."""
        return self._mounted.token

    async def close(self) -> None:
        """Take no new peers, end the others with a reason, and stop. Idempotent.

        Best called before the server ends, as only then the pages are told at once. Where another event loop serves
        them, that one is told, and not waited for.
        """
        await self._mounted.close()

    @contextlib.asynccontextmanager
    async def lifespan(self, app: object = None) -> AsyncIterator[None]:
        """Closes when its block ends: what Starlette and FastAPI take as `lifespan=`.

        A rendercanvas program begins with it.
        """
        self._mounted.begin()
        try:
            yield
        finally:
            await self.close()


def asgi_app(
    canvases: Canvas | Mapping[str, Canvas],
    *,
    authorize: Authorize | None = None,
    **options: Unpack[MountOptions],
) -> MountedApp:
    """An ASGI 3 app that serves one canvas, or several by name, to be mounted under any prefix.

    Its media go over one UDP port, or over the WebSocket of the page where that does not get through. It has no
    listening socket of its own, and so no media over TCP.

    canvases: as `serve()` takes them; the app holds them.
    authorize: decides who may do what, in place of the token, before anything is made for a request: takes a
        `Request` and returns a `Grant`, or None for nobody. One that is not async is called on a thread. It has 3 s.
    options: the keywords of `MountOptions`.

    Raises:
        ConfigError: for a name or an option that is not taken.
    """
    named = by_name(canvases, "asgi_app")
    return MountedApp(Mounted(lambda: named, authorize, **options))
