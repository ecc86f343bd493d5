"""What serves a loop's canvases: a server that comes with the first of them and goes with the loop."""

from __future__ import annotations

import asyncio
import logging
import weakref
from collections.abc import Callable
from dataclasses import dataclass

from ..canvas import Canvas
from ..config import ServeConfig, ServeOptions
from ..exceptions import ConfigError
from ..options import from_outside
from ..naming import DEFAULT_NAME, check_name
from ..running import announce
from ..server import Server

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Ask:
    """How to serve."""

    config: ServeConfig
    open_browser: bool
    fps: float | None


class Serving:
    """Knows the canvases, weakly, and how they shall be served, while there is a loop and before."""

    def __init__(self) -> None:
        self._canvases: dict[str, weakref.ref[Canvas]] = {}
        self._options: ServeOptions = {}
        self._open_browser = False
        self._service: _Service | None = None
        self._ending: asyncio.Task[None] | None = None
        self._failure: Exception | None = None

    @property
    def server(self) -> Server | None:
        """What serves the canvases now."""
        return None if self._service is None else self._service.server

    @property
    def canvases(self) -> dict[str, Canvas]:
        """Those that there are, by their names."""
        return {name: alive for name, ref in self._canvases.items() if (alive := ref()) is not None}

    def configure(self, options: ServeOptions, *, open_browser: bool) -> None:
        """Take what the program says; a server that runs keeps what it has.

        Raises:
            ConfigError: for an option that is not taken.
        """
        self._options, self._open_browser = options, open_browser
        self.ask()

    def ask(self) -> _Ask:
        """How to serve, by the program and by what was said outside of it.

        Raises:
            ConfigError: for what is not taken.
        """
        given = from_outside()
        if given is None:
            return _Ask(ServeConfig(**self._options), self._open_browser, None)
        given.ran = True
        config = ServeConfig(**given.over(self._options))
        return _Ask(config, self._open_browser or given.open_browser, given.fps)

    def add(self, canvas: Canvas, name: str | None) -> str:
        """Serve a canvas, at once or once there is a loop. Returns its name.

        Raises:
            ConfigError: for a name that is not taken, or that another canvas has.
        """
        there = self.canvases
        if name is None:
            name = _free_name(there)
        check_name(name)
        if name in there:
            raise ConfigError(f"There is a canvas {name!r} already; give another name.")
        self._canvases[name] = weakref.ref(canvas)
        if self._service is not None:
            self._service.add(name, canvas)
        return name

    def remove(self, canvas: Canvas) -> None:
        """Serve a canvas no longer. From any thread: one that nobody held may be collected on whichever."""
        for name, ref in list(self._canvases.items()):
            if ref() in (canvas, None):
                self._canvases.pop(name, None)
                if self._service is not None:
                    self._service.remove_soon(name)

    def start(
        self, loop: asyncio.AbstractEventLoop, on_failure: Callable[[], None] | None = None
    ) -> None:
        """Serve on this event loop, which runs, as soon as there is a canvas.

        on_failure: is called where that fails, and `check()` raises why; by default it is logged.
        """
        self._failure = None
        if self._service is not None:
            return

        def failed(failure: Exception) -> None:
            if on_failure is None:
                logger.error("The canvases are not served: %s", failure)
            else:
                self._failure = failure
                on_failure()

        self._service = _Service(self, loop, failed, after=self._ending)
        if self.canvases:
            self._service.open()

    def check(self) -> None:
        """Raise what kept the server from starting, once."""
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    async def close(self) -> None:
        """End the server, and wait until nothing of it is left."""
        self.close_soon()
        await self.ended()

    def close_soon(self) -> None:
        """End the server; another that is started meanwhile waits for that."""
        service, self._service = self._service, None
        if service is not None:
            service.close()
            self._ending = service.task

    async def ended(self) -> None:
        """Wait for what `close_soon()` began."""
        await _over(self._ending)


class _Service:
    """One server, from the start of a loop to its end.

    after: what has to be over first, as it may have the port.
    """

    def __init__(
        self,
        serving: Serving,
        loop: asyncio.AbstractEventLoop,
        on_failure: Callable[[Exception], None],
        *,
        after: asyncio.Task[None] | None,
    ) -> None:
        self._serving = serving
        self._loop = loop
        self._on_failure = on_failure
        self._after = after
        self._end = asyncio.Event()
        self._removing: set[asyncio.Task[None]] = set()
        self.task: asyncio.Task[None] | None = None
        self.server: Server | None = None

    def open(self) -> None:
        if self.task is None:
            self.task = self._loop.create_task(self._serve())

    async def _serve(self) -> None:
        """One task to the end: a loop that is shut down cancels it, and waits for what it still does then."""
        try:
            await _over(self._after)
            # The program has told meanwhile, by `run()`, how it wants to be served.
            ask = self._serving.ask()
            async with Server({}, ask.config) as self.server:
                self._present(self.server, ask)
                await self._end.wait()
        except Exception as failure:
            self._on_failure(failure)
        await asyncio.gather(*self._removing)

    def _present(self, server: Server, ask: _Ask) -> None:
        for name, canvas in self._serving.canvases.items():
            if ask.fps is not None:
                canvas.fps = ask.fps
            server.add(name, canvas)
        announce(server, open_browser=ask.open_browser)

    def add(self, name: str, canvas: Canvas) -> None:
        if self.server is not None:
            self.server.add(name, canvas)
        else:
            self.open()

    def remove_soon(self, name: str) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._remove, name)

    def _remove(self, name: str) -> None:
        if self.server is not None:
            task = self._loop.create_task(self.server.remove(name))
            self._removing.add(task)
            task.add_done_callback(self._removing.discard)

    def close(self) -> None:
        """Have the task end."""
        self._end.set()


async def _over(task: asyncio.Task[None] | None) -> None:
    """Wait for a task of this event loop; one of another loop, which has ended, is over."""
    if task is not None and not task.done():
        await asyncio.wait([task])


def _free_name(taken: dict[str, Canvas]) -> str:
    """The first name that no canvas has."""
    if DEFAULT_NAME not in taken:
        return DEFAULT_NAME
    number = 2
    while f"canvas-{number}" in taken:
        number += 1
    return f"canvas-{number}"
