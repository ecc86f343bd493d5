"""RtcLoop: rendercanvas's loop on asyncio, which serves its canvases while it runs."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import Any, Unpack, cast

from aiohttp import web

from signaling.authorization import Authorize

from ..asgi import MountedApp
from ..canvas import Canvas
from ..config import MountOptions, ServeOptions
from ..serving.running import stopped_by_signals
from ..serving.server import Server
from ..subapp import app_of
from .lasting import LastingLoop
from .mounting import MountedLoop
from .resources import resources
from .serving import Serving

__all__ = ["RtcLoop", "loop"]


class RtcLoop(LastingLoop):
    """Runs the program, and serves all of its canvases: each has a page of its own."""

    def __init__(self) -> None:
        super().__init__()
        self._serving = Serving()
        # Where the program's asyncio loop runs already, and goes on.
        self._stopped: asyncio.Event | None = None
        self._watch: asyncio.Task[None] | None = None
        self._runs = False
        self._is_interrupted = False

    @property
    def server(self) -> Server | None:
        """What serves the canvases; None while nothing does."""
        return self._serving.server

    @property
    def fps(self) -> float | None:
        """The rate of every canvas where the command line or the environment says one, once the loop is told to
        serve, or mounted.

        It comes before what the program says. None without one.
        """
        return self._serving.fps

    def run(
        self,
        host: str | None = None,
        port: int | None = None,
        *,
        open_browser: bool | None = None,
        **options: Any,
    ) -> None:
        """Serve and run until the last canvas is closed, Ctrl+C or SIGTERM. Prints the link to open.

        In a program whose asyncio loop runs already it returns at once, and the canvases are served there.

        host, port: where to listen; default 127.0.0.1 and 8080.
        open_browser: open the link in the user's browser; default False.
        options: the others of `rtc_canvas.ServeConfig`. What is not given here is as `configure()` said. What the
            command `rtc-canvas run` was given comes first, or else what the environment's RTC_CANVAS_OPTIONS says in
            the same words.

        Raises:
            ConfigError, ServeError: as `rtc_canvas.serve()` does.
        """
        self._serving.override(_serve_options(host, port, options), open_browser=open_browser)
        signals: contextlib.AbstractContextManager[Any] = contextlib.nullcontext()
        if threading.current_thread() is threading.main_thread():
            signals = stopped_by_signals(self._stop_from_signal)
        self._runs = True
        try:
            with signals:
                super().run()
        finally:
            self._runs = self._is_interrupted = False
            if not self._runs_here:
                self._serving.run_ended()

    async def run_async(self) -> None:
        """Serve and run as `run()` does, on the asyncio loop that awaits it, until the last canvas is closed.

        Canvases that were made on that loop are served from then on; it is waited for the last of these, too. Whoever
        cancels this ends the program's loop, and closes its canvases.

        Raises:
            ConfigError, ServeError: as `run()` does.
        """
        if not self._runs_here:
            await super().run_async()
            return
        self._serving.report_to(self._stop_at_once)
        try:
            await self.ended()
        except asyncio.CancelledError:
            self._stop_at_once()
            await self.ended()
            raise
        self._serving.check()

    @property
    def _runs_here(self) -> bool:
        """Whether it has begun by itself on the event loop that runs, with the first canvas there, and goes on."""
        runs = self._stopped is not None and not self._stopped.is_set()
        return runs and self._interactive_loop is asyncio.get_running_loop()

    def configure(
        self,
        host: str | None = None,
        port: int | None = None,
        *,
        open_browser: bool = False,
        **options: Any,
    ) -> None:
        """Set what `run()` takes, for programs that have the loop run otherwise, as by `run_async()`.

        It holds for all runs from now on, in place of what this was told before; what a `run()` is given comes first
        there. A server that runs keeps what it has. Canvases that could not be served, as the log says, are served by
        this.

        Raises:
            ConfigError: as `rtc_canvas.serve()` does.
        """
        self._serving.configure(_serve_options(host, port, options), open_browser=open_browser)

    def asgi_app(
        self, *, authorize: Authorize | None = None, **options: Unpack[MountOptions]
    ) -> MountedApp:
        """An ASGI app that serves all canvases of this loop, to be mounted as that of `rtc_canvas.asgi_app()`.

        The loop begins on the event loop of the server around: when that says that it begins, to an app at its root or
        by `lifespan`, else with the first request. `run()` serves by itself as ever. Of several apps, one at a time can
        serve.

        authorize, options: as `rtc_canvas.asgi_app()` takes them. Of what the command `rtc-canvas run` was given, or
            the environment's RTC_CANVAS_OPTIONS says, only the rate holds.

        Raises:
            ConfigError: for an option that is not taken.
        """
        return MountedApp(self._mounted(authorize, options))

    def aiohttp_app(
        self, *, authorize: Authorize | None = None, **options: Unpack[MountOptions]
    ) -> web.Application:
        """An aiohttp application that serves all canvases of this loop: for `app.add_subapp("/view/", …)`.

        The loop begins with the application around it. Else it takes, does and raises what `asgi_app()` does.
        """
        return app_of(self._mounted(authorize, options))

    def _mounted(self, authorize: Authorize | None, options: MountOptions) -> MountedLoop:
        options.setdefault("resources", resources)
        mounted = MountedLoop(lambda: self._serving.canvases, self.begin, authorize, **options)
        self._serving.mount(mounted)
        return mounted

    def check_name(self, name: str) -> None:
        """Raise a ConfigError for a name that is not taken, or that another canvas has."""
        self._serving.check_name(name)

    def serve(self, canvas: Canvas, name: str | None) -> str:
        """Serve a canvas from now on, or as soon as the loop runs. Returns its name, a free one for None.

        Raises:
            ConfigError: for a name that is not taken, or that another canvas has.
        """
        return self._serving.add(canvas, name)

    def withdraw(self, canvas: Canvas) -> None:
        """Serve a canvas no longer, from any thread."""
        self._serving.remove(canvas)

    async def ended(self) -> None:
        """Wait, where an asyncio loop goes on without canvases, until nothing is left of what served them."""
        await self._serving.ended()
        # That of an event loop before is over with it.
        if self._watch is not None and self._watch.get_loop() is asyncio.get_running_loop():
            await asyncio.wait([self._watch])

    def _stop_at_once(self) -> None:
        self.stop(force=True)

    def _stop_from_signal(self) -> None:
        # For a loop that has not begun yet.
        self._is_interrupted = True
        # What that says, or one that has ended.
        with contextlib.suppress(AttributeError, RuntimeError):
            self.call_soon_threadsafe(self._stop_if_interrupted)

    def _stop_if_interrupted(self) -> None:
        if self._is_interrupted:
            self._is_interrupted = False
            self.stop()

    # What rendercanvas asks of a loop.

    def _rc_init(self) -> None:
        super()._rc_init()
        if self._interactive_loop is not None:
            self._stopped = asyncio.Event()
            self._serving.start(self._interactive_loop)
            self._watch = self._interactive_loop.create_task(self._serve_until(self._stopped))

    async def _serve_until(self, stopped: asyncio.Event) -> None:
        """A loop that is shut down with canvases on it cancels this task, and waits for its end."""
        try:
            await stopped.wait()
        except asyncio.CancelledError:
            self._serving.close_soon()
            raise
        finally:
            await self._serving.ended()

    async def _rc_run_async(self) -> None:
        self._serving.start(
            asyncio.get_running_loop(),
            on_failure=self._stop_at_once,
            even_if_mounted=self._runs,
        )
        # Once the loop has begun, after which no signal is lost any more.
        asyncio.get_running_loop().call_soon(self._stop_if_interrupted)
        try:
            await super()._rc_run_async()
        finally:
            self._serving.close_soon()
            await self._serving.ended()
        self._serving.check()

    def _rc_stop(self) -> None:
        super()._rc_stop()
        if self._stopped is not None:
            self._serving.close_soon()
            # Where its loop was closed, nobody waits for it.
            with contextlib.suppress(RuntimeError):
                self._stopped.set()


def _serve_options(host: str | None, port: int | None, others: dict[str, Any]) -> ServeOptions:
    given = {"host": host, "port": port}
    addressed = {name: value for name, value in given.items() if value is not None}
    return cast(ServeOptions, {**others, **addressed})


loop = RtcLoop()
