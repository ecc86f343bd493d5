"""run(): serve until the user ends it."""

from __future__ import annotations

import asyncio
import contextvars
import signal
import threading
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Unpack

from .canvas import Canvas
from .config import ServeOptions
from .exceptions import ServeError
from .server import Server, serve

__all__ = ["run"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(slots=True)
class CommandLine:
    """What the command gives to a `run()` inside the file that it executes.

    options: they come before those of the file.
    ran: whether a `run()` was called.
    """

    options: ServeOptions
    open_browser: bool = False
    ran: bool = field(default=False)


_command_line: contextvars.ContextVar[CommandLine | None] = contextvars.ContextVar(
    "rtc_canvas_command_line", default=None
)


@contextmanager
def command_line(given: CommandLine) -> Iterator[None]:
    """Let every `run()` inside serve with these options."""
    token = _command_line.set(given)
    try:
        yield
    finally:
        _command_line.reset(token)


def run(
    canvases: Canvas | Mapping[str, Canvas],
    *,
    open_browser: bool = False,
    **options: Unpack[ServeOptions],
) -> None:
    """Serve until Ctrl+C or SIGTERM; prints the link to open. Call it from the main thread.

    canvases, options: as `serve()` takes them.
    open_browser: open the link in the user's browser.

    Raises:
        ConfigError, ServeError: as `serve()` does.
    """
    given = _command_line.get()
    if given is not None:
        given.ran = True
        options = {**options, **given.options}
        open_browser = open_browser or given.open_browser
    if threading.current_thread() is not threading.main_thread():
        raise ServeError(
            "run() must be called from the main thread; use serve_in_thread() elsewhere."
        )
    asyncio.run(_serve_until_signal(serve(canvases, **options), open_browser))


async def _serve_until_signal(server: Server, open_browser: bool) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    with _signals(lambda: loop.call_soon_threadsafe(stop.set)):
        async with server:
            print(f"Open {server.url}", flush=True)
            if open_browser:
                await asyncio.to_thread(webbrowser.open, server.url)
            await stop.wait()


@contextmanager
def _signals(stop: Callable[[], object]) -> Iterator[None]:
    """Call `stop` at the first signal; at the second the program ends at once, as it would without us."""
    before = {number: signal.getsignal(number) for number in _SIGNALS}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def received(number: int, frame: FrameType | None) -> None:
        restore()
        stop()

    for number in _SIGNALS:
        # Not the event loop's own handlers: those do not exist on Windows.
        signal.signal(number, received)
    try:
        yield
    finally:
        restore()
