"""This project as shipped: a draw function that is called at a steady rate, every setting left alone.

Unless the benchmark sets some: ``{"canvas": {…}, "video": {…}, "serve": {…}, "ice_servers": [{…}, …]}``, keywords of
`Canvas`, `VideoConfig`, `serve()`, and of `TurnSecret` where they have a secret, else of `IceServer`; ``{"turn":
SECONDS}`` after which a thread of the interpreter gives way.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtc_canvas import Canvas, DrawRequest, IceServer, TurnSecret, VideoConfig, serve_in_thread

from .contract import Options, Rest, Source, read_options, report
from .counting import count_sockets, every_second


def main() -> None:
    options = read_options()
    source = Source(options)
    rest = Rest(options.rest)
    canvas = make_canvas(options, fps=options.fps, mode="continuous")

    @canvas.draw
    def draw(request: DrawRequest) -> NDArray[np.uint8] | None:
        if rest.remaining(request.time):
            return None
        picture = source.next()
        source.handed_over()
        return picture

    with serving(canvas, options):
        threading.Event().wait()


def make_canvas(options: Options, **settings: Any) -> Canvas:
    """A canvas of the scene's size with these settings and those that the benchmark sets."""
    return Canvas(size=(1280, 720), **settings, **options.settings.get("canvas", {}))


@contextmanager
def serving(canvas: Canvas, options: Options) -> Iterator[None]:
    """Serve it while the block runs, and tell of it what the benchmark wants to know."""
    if options.count:
        count_sockets()
        every_second(lambda: _tell_peers(canvas))
    video = VideoConfig(**options.settings.get("video", {}))
    serve = options.settings.get("serve", {})
    ice_servers = [_ice_server(each) for each in options.settings.get("ice_servers", [])]
    with serve_in_thread(
        canvas, host=options.host, port=options.port, video=video, ice_servers=ice_servers, **serve
    ) as server:
        sys.setswitchinterval(options.settings.get("turn", sys.getswitchinterval()))
        report(ready=server.url)
        yield


def _ice_server(keywords: dict[str, Any]) -> IceServer | TurnSecret:
    return TurnSecret(**keywords) if "secret" in keywords else IceServer(**keywords)


def _tell_peers(canvas: Canvas) -> None:
    report(peers=[peer.stats.as_dict() for peer in canvas.peers], time=time.monotonic())


if __name__ == "__main__":
    main()
