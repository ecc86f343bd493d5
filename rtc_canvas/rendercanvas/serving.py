"""What serves a loop's canvases: a server that comes with the first of them and goes with the loop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass

from ..canvas import Canvas
from ..config import ServeConfig, ServeOptions
from ..exceptions import ConfigError
from ..options import coming_first, from_outside
from ..serving.mounted import Mounted
from ..serving.naming import DEFAULT_NAME, check_name
from ..serving.running import CommandLine, announce
from ..serving.server import Server
from .resources import resources

logger = logging.getLogger(__name__)

_DEFAULTS: ServeOptions = {"resources": resources}


@dataclass(frozen=True, slots=True)
class _Said:
    """What the program says of how to serve."""

    options: ServeOptions
    open_browser: bool


@dataclass(frozen=True, slots=True)
class _Ask:
    """How to serve."""

    config: ServeConfig
    open_browser: bool


class Serving:
    """Knows the canvases, weakly, and how they shall be served, while there is a loop and before.

    fps: the rate of every canvas, once it was said outside of the program; else None.
    """

    def __init__(self) -> None:
        self._canvases: dict[str, weakref.ref[Canvas]] = {}
        # By `configure()`, and over that for the run that goes on.
        self._configured = self._said = _Said(_DEFAULTS, open_browser=False)
        self.fps: float | None = None
        self._service: _Service | None = None
        # Whether the program has said how to serve since that was last asked.
        self._has_news = False
        # Each app that was made of them; one that its host has given up may go.
        self._mounted: weakref.WeakSet[Mounted] = weakref.WeakSet()
        self._is_mounted = False
        self._ending: threading.Thread | None = None
        self._on_failure: Callable[[], None] | None = None
        self._failure: Exception | None = None

    @property
    def server(self) -> Server | None:
        """What serves the canvases now."""
        return None if self._service is None else self._service.server

    @property
    def canvases(self) -> dict[str, Canvas]:
        """Those that there are, by their names."""
        # A copy, as other threads change it.
        known = self._canvases.copy()
        return {name: alive for name, ref in known.items() if (alive := ref()) is not None}

    def configure(self, options: ServeOptions, *, open_browser: bool) -> None:
        """Take what the program says, in place of what it has said before.

        A server that runs keeps what it has, one that could not start tries again.

        Raises:
            ConfigError: for an option that is not taken.
        """
        said = _Said({**_DEFAULTS, **options}, open_browser)
        self._take(said)
        self._configured = said

    def override(self, options: ServeOptions, *, open_browser: bool | None) -> None:
        """Take what the program says for one run, until `run_ended()`, over what `configure()` said.

        open_browser: None leaves it at that.

        Raises:
            ConfigError: as `configure()` does.
        """
        configured = self._configured
        self._take(
            _Said(
                {**configured.options, **coming_first(options)},
                configured.open_browser if open_browser is None else open_browser,
            )
        )

    def run_ended(self) -> None:
        """What comes next is served as `configure()` said."""
        self._said = self._configured

    def _take(self, said: _Said) -> None:
        """What is refused leaves nothing behind."""
        self._asked(said)
        self._said = said
        self._has_news = True
        self._open()

    def ask(self) -> _Ask:
        """How to serve, by the program and by what was said outside of it; canvases take the rate that was said there.

        Raises:
            ConfigError: for what is not taken.
        """
        self._has_news = False
        return self._asked(self._said)

    def _asked(self, said: _Said) -> _Ask:
        given = self._from_outside()
        if given is None:
            return _Ask(ServeConfig(**said.options), said.open_browser)
        given.ran = True
        config = ServeConfig(**given.over(said.options))
        return _Ask(config, said.open_browser or given.open_browser)

    def _from_outside(self) -> CommandLine | None:
        given = from_outside()
        if given is not None:
            self._set_rate(given.fps)
        return given

    def _set_rate(self, fps: float | None) -> None:
        self.fps = fps
        if fps is not None:
            for canvas in self.canvases.values():
                canvas.fps = fps

    def mount(self, mounted: Mounted) -> None:
        """Leave the serving to this and others like it, but for a loop that is told to run.

        Of what was said outside of the program, canvases take the rate; the rest is for a server of our own.

        Raises:
            ConfigError: for what is said there and not taken.
        """
        self._from_outside()
        self._mounted.add(mounted)
        self._is_mounted = True
        self.close_soon()

    def check_name(self, name: str) -> None:
        """Raise a ConfigError for a name that is not taken, or that another canvas has."""
        check_name(name)
        if name in self.canvases:
            raise ConfigError(f"There is a canvas {name!r} already; give another name.")

    def add(self, canvas: Canvas, name: str | None) -> str:
        """Serve a canvas, at once or once there is a loop. Returns its name.

        Raises:
            ConfigError: for a name that is not taken, or that another canvas has.
        """
        if name is None:
            name = _free_name(self.canvases)
        self.check_name(name)
        self._canvases[name] = weakref.ref(canvas)
        if self._service is not None:
            self._service.add(name, canvas)
        else:
            for mounted in list(self._mounted):
                mounted.add(name, canvas)
        return name

    def remove(self, canvas: Canvas) -> None:
        """Serve a canvas no longer. From any thread: one that nobody held may be collected on whichever."""
        for name, ref in self._canvases.copy().items():
            if ref() in (canvas, None):
                self._canvases.pop(name, None)
                if self._service is not None:
                    self._service.remove_soon(name)
                else:
                    for mounted in list(self._mounted):
                        mounted.remove(name)

    def start(
        self,
        loop: asyncio.AbstractEventLoop,
        on_failure: Callable[[], None] | None = None,
        *,
        even_if_mounted: bool = False,
    ) -> None:
        """Serve as soon as there is a canvas. loop: the program's event loop, which runs.

        on_failure: see `report_to()`.
        """
        if self._service is None and (even_if_mounted or not self._is_mounted):
            self._service = _Service(self, loop, self._failed, after=self._ending)
        self.report_to(on_failure)

    def report_to(self, on_failure: Callable[[], None] | None) -> None:
        """Have this called on the program's loop where serving fails, and `check()` raise why; None has it logged.

        What could not start before tries again.
        """
        self._failure, self._on_failure = None, on_failure
        self._open()

    def _open(self) -> None:
        if self._service is not None and self.canvases:
            self._service.open()

    def _failed(self, service: _Service, failure: Exception) -> None:
        """Called on the program's loop."""
        # None where the loop has ended meanwhile; another is not to blame for it.
        if self._on_failure is not None and self._service in (service, None):
            self._failure = failure
            self._on_failure()
            return
        logger.error("The canvases are not served: %s", failure)
        if service is self._service:
            # It begins with the next canvas, or with the next word on how to serve.
            self._service = service.another()
            if self._has_news:
                self._open()

    def check(self) -> None:
        """Raise what kept the server from starting, once."""
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def close_soon(self) -> None:
        """End the server; another that is started meanwhile waits for that."""
        service, self._service = self._service, None
        if service is not None:
            self._ending = service.stop()

    async def ended(self) -> None:
        """Wait until nothing is left of the servers that were closed."""
        while (ending := self._ending) is not None:
            await asyncio.to_thread(ending.join)
            # Only now: what is started meanwhile has to wait for it, too.
            if self._ending is ending:
                self._ending = None


class _Service:
    """One server, from the first canvas of a running loop to the end of that.

    It has a thread and an event loop of its own, so that pictures leave and events come while the program draws.

    after: what has to be over first, as it may have the port.
    """

    def __init__(
        self,
        serving: Serving,
        loop: asyncio.AbstractEventLoop,
        on_failure: Callable[[_Service, Exception], None],
        *,
        after: threading.Thread | None,
    ) -> None:
        self._serving = serving
        self._program = loop
        self._on_failure = on_failure
        self._after = after
        self._opening = False
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()
        # Once it runs.
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None
        self._removing: set[asyncio.Task[None]] = set()
        self.server: Server | None = None

    # On the program's loop, or any thread.

    def open(self) -> None:
        """Start, in the program's next moment: until then its `run()` may say how it wants to be served."""
        if not self._opening:
            self._opening = True
            self._program.call_soon_threadsafe(self._start)

    def _start(self) -> None:
        if self._stopped.is_set():
            return
        try:
            ask = self._serving.ask()
        except Exception as failure:
            self._on_failure(self, failure)
            return
        self._thread = threading.Thread(
            target=self._run, args=(ask,), name="rtc_canvas rendercanvas server", daemon=True
        )
        self._thread.start()

    def add(self, name: str, canvas: Canvas) -> None:
        self.open()
        self._call(self._add, name, canvas)

    def remove_soon(self, name: str) -> None:
        self._call(self._remove, name)

    def stop(self) -> threading.Thread | None:
        """Have it end. Returns what to wait for, which is what it waits for itself where it has not begun."""
        self._stopped.set()
        self._call(self._set_end)
        return self._thread or self._after

    def another(self) -> _Service:
        """One that has not begun, in the place of this, which has failed."""
        return _Service(self._serving, self._program, self._on_failure, after=self.stop())

    def _call(self, function: Callable[..., None], *arguments: object) -> None:
        """Call a function on the server's loop; not at all where that does not run yet, or any more."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(function, *arguments)

    # On the server's thread.

    def _run(self, ask: _Ask) -> None:
        if self._after is not None:
            self._after.join()
        try:
            asyncio.run(self._serve(ask))
        except Exception as failure:
            with contextlib.suppress(RuntimeError):
                self._program.call_soon_threadsafe(self._on_failure, self, failure)

    async def _serve(self, ask: _Ask) -> None:
        self._end = asyncio.Event()
        async with Server({}, ask.config) as server:
            self._loop = asyncio.get_running_loop()
            self._add_all(server)
            self.server = server
            if not self._stopped.is_set():
                announce(server, open_browser=ask.open_browser)
                await self._end.wait()
        await asyncio.gather(*self._removing)

    def _add_all(self, server: Server) -> None:
        for name, canvas in self._serving.canvases.items():
            server.add(name, canvas)

    def _add(self, name: str, canvas: Canvas) -> None:
        if self.server is not None and not self.server.has(name):
            self.server.add(name, canvas)

    def _remove(self, name: str) -> None:
        if self.server is not None:
            task = asyncio.create_task(self.server.remove(name))
            self._removing.add(task)
            task.add_done_callback(self._removing.discard)

    def _set_end(self) -> None:
        if self._end is not None:
            self._end.set()


def _free_name(taken: dict[str, Canvas]) -> str:
    """The first name that no canvas has."""
    if DEFAULT_NAME not in taken:
        return DEFAULT_NAME
    number = 2
    while f"canvas-{number}" in taken:
        number += 1
    return f"canvas-{number}"
