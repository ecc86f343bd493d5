"""Mounting canvases in an aiohttp application of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Unpack

from aiohttp import web

from signaling.app import create_app
from signaling.authorization import Authorize

from .canvas import Canvas
from .config import MountOptions
from .serving.mounted import Mounted
from .serving.naming import by_name

__all__ = ["TOKEN", "aiohttp_app", "app_of"]

TOKEN: web.AppKey[str | None] = web.AppKey("TOKEN")
"""The key of the token that lets one in to an `aiohttp_app()`, `?token=` in its address; None where none is asked."""


def aiohttp_app(
    canvases: Canvas | Mapping[str, Canvas],
    *,
    authorize: Authorize | None = None,
    **options: Unpack[MountOptions],
) -> web.Application:
    """An aiohttp application that serves one canvas, or several by name: for `app.add_subapp("/view/", …)`.

    Takes, does and raises what `asgi_app()` does. It begins with its first request and ends with the application
    around it. `request.session` and `request.user` are what a middleware put into `request["session"]` and
    `request["user"]` of aiohttp's own request, which is `request.native`. Its token stands in it by the key `TOKEN`.
    """
    named = by_name(canvases, "aiohttp_app")
    return app_of(Mounted(lambda: named, authorize, **options))


def app_of(mounted: Mounted) -> web.Application:
    """The aiohttp application of what is mounted, which is told of the beginning and the end of the one around."""
    app = create_app(mounted.site)
    app[TOKEN] = mounted.token

    async def begin(app: web.Application) -> None:
        mounted.begin()

    async def close(app: web.Application) -> None:
        await mounted.close()

    app.on_startup.append(begin)
    app.on_shutdown.append(close)
    return app
