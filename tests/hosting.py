"""Apps of other frameworks on real servers, for tests of what is mounted in them."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import socket
import threading
from collections.abc import AsyncIterator, Callable
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import uvicorn
from aiohttp import ClientSession, CookieJar, web

from rtc_canvas import Server

from .command import ROOT


def example(name: str) -> ModuleType:
    """A fresh copy of an example, which does not run."""
    path = ROOT / "examples" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextlib.asynccontextmanager
async def running(app: Any, **options: Any) -> AsyncIterator[str]:
    """An app on the server that is made for it, uvicorn with these options or aiohttp's; gives its origin."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
        if isinstance(app, web.Application):
            runner = web.AppRunner(app, access_log=None)
            await runner.setup()
            await web.SockSite(runner, listening).start()
            try:
                yield origin
            finally:
                await runner.cleanup()
            return
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, **options))
        serving = asyncio.create_task(server.serve([listening]))
        try:
            while not server.started:  # no event tells
                assert not serving.done(), "uvicorn could not start; the log says why"
                await asyncio.sleep(0.005)
            yield origin
        finally:
            server.should_exit = True
            await asyncio.wait({serving})


class Elsewhere(threading.Thread):
    """Runs an app on a server with an event loop of its own, which ends as `asyncio.run` has it. See `elsewhere()`.

    origin: where it is.
    """

    def __init__(self, app: Any, new_loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
        super().__init__(name="a server elsewhere", daemon=True)
        self.origin = ""
        self._app = app
        self._new_loop = new_loop
        self._ready = threading.Event()

    def run(self) -> None:
        with asyncio.Runner(loop_factory=self._new_loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        async with running(self._app) as self.origin:
            self._ready.set()
            await self._end.wait()

    async def ready(self) -> None:
        assert await asyncio.to_thread(self._ready.wait, 10)

    async def stop(self) -> None:
        """End it, and wait until nothing of it runs any more. Idempotent."""
        with contextlib.suppress(RuntimeError):  # its loop is closed
            self._loop.call_soon_threadsafe(self._end.set)
        await asyncio.to_thread(self.join, 10)
        assert not self.is_alive(), "the loop does not end"


@contextlib.asynccontextmanager
async def elsewhere(
    app: Any, new_loop: Callable[[], asyncio.AbstractEventLoop]
) -> AsyncIterator[Elsewhere]:
    """An app on a server whose event loop is made so."""
    server = Elsewhere(app, new_loop)
    server.start()
    await server.ready()
    try:
        yield server
    finally:
        await server.stop()


def place(url: str) -> Server:
    """What viewers in Python want to know of a server: where it is."""
    return cast(Server, SimpleNamespace(url=f"{url}/"))


@contextlib.asynccontextmanager
async def visitor() -> AsyncIterator[ClientSession]:
    """Somebody with cookies of their own."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as http:
        yield http


async def logged_in(url: str, **form: str) -> dict[str, str]:
    """Log in there; returns the fields by which one is known from then on."""
    async with visitor() as http:
        async with http.post(url, data=form, allow_redirects=False) as response:
            assert response.status == 303, await response.text()
        cookies = http.cookie_jar.filter_cookies(response.url)
        return {"Cookie": "; ".join(f"{c.key}={c.value}" for c in cookies.values())}
