"""run(): serve until the user ends it."""

from __future__ import annotations

import asyncio
import signal
import threading
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import FrameType
from typing import TypedDict, Unpack

from ..canvas import Canvas
from ..config import ServeOptions, VideoConfig
from ..encoded_frame import ChromaWish, Codec
from ..exceptions import ServeError
from .server import Server, serve

__all__ = ["run"]

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class VideoOptions(TypedDict, total=False):
    """The fields of `VideoConfig` that the command can set."""

    codec: Codec
    chroma: ChromaWish
    max_bitrate: int


@dataclass(slots=True)
class CommandLine:
    """What the command gives to a `run()` inside the file that it executes. It comes before what the file says.

    options: keywords of `serve()`, but `video`.
    video: fields of its `VideoConfig`; the file's own keeps the others.
    fps: the rate of every canvas, None to leave it.
    ran: whether a `run()` was called, or the canvases are served otherwise.
    """

    options: ServeOptions
    video: VideoOptions = field(default_factory=VideoOptions)
    fps: float | None = None
    open_browser: bool = False
    ran: bool = field(default=False)

    def over(self, options: ServeOptions) -> ServeOptions:
        """The options to serve with where a file gives these."""
        video = replace(options.get("video", VideoConfig()), **self.video)
        return {**options, **self.options, "video": video}


_command_line: CommandLine | None = None


def hold_command_line(given: CommandLine | None) -> None:
    """Let every `run()` of this process serve with these options from now on, on whichever thread; None ends that."""
    global _command_line
    _command_line = given


def given_command_line() -> CommandLine | None:
    """What the command that executes this program was given; None without one."""
    return _command_line


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
    given = _command_line
    if given is not None:
        given.ran = True
        options = given.over(options)
        open_browser = open_browser or given.open_browser
    if threading.current_thread() is not threading.main_thread():
        raise ServeError(
            "run() must be called from the main thread; use serve_in_thread() elsewhere."
        )
    server = serve(canvases, **options)
    if given is not None and given.fps is not None:
        for canvas in [canvases] if isinstance(canvases, Canvas) else canvases.values():
            canvas.fps = given.fps
    asyncio.run(_serve_until_signal(server, open_browser))


async def _serve_until_signal(server: Server, open_browser: bool) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    with stopped_by_signals(lambda: loop.call_soon_threadsafe(stop.set)):
        async with server:
            announce(server, open_browser=open_browser)
            await stop.wait()


def announce(server: Server, *, open_browser: bool) -> None:
    """Print the link to open, and open it where that is wanted."""
    print(f"Open {server.url}", flush=True)
    if open_browser:
        # On a thread that nothing waits for: a browser in a terminal runs until its user leaves it.
        threading.Thread(target=webbrowser.open, args=(server.url,), daemon=True).start()


@contextmanager
def stopped_by_signals(stop: Callable[[], object]) -> Iterator[None]:
    """Call `stop` at the first signal; the second one ends the process at once."""
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def received(number: int, frame: FrameType | None) -> None:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_DFL)
        stop()

    for number in SIGNALS:
        # Not the event loop's own handlers: those do not exist on Windows.
        signal.signal(number, received)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
