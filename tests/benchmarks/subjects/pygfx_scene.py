"""One pygfx program on either backend of rendercanvas: ``--set {"backend": "rtc" or "http", "mode": …}``.

Its pictures are numbered as they come from the GPU; ``{"render": SECONDS}`` tells how long each took until then.
Where the mode is "ondemand", a press draws the next one; where it is "moved", presses, releases and moves do, and
``{"handled": {TYPE: CALLS}}`` tells what they were told.
"""

from __future__ import annotations

import importlib
import logging
import os
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pygfx as gfx

from ..number_blocks import NUMBERS, write_number
from .contract import Options, read_options, report
from .counting import every_second

LARGE_PAGE = "position: fixed; left: 0; top: 0; width:1280px; height:720px"


def backend(name: str) -> Any:
    """The module that has a backend's RenderCanvas and loop."""
    if name == "rtc":
        return importlib.import_module("rtc_canvas.rendercanvas.canvas")
    http = importlib.import_module("rendercanvas.http")
    kind, page = http.resources["index.html"]
    http.resources["index.html"] = kind, page.replace("width:640px; height:480px", LARGE_PAGE)
    logging.getLogger("rendercanvas").setLevel(logging.ERROR)  # it announces its page as a warning
    return http


def numbered(kind: Any) -> Any:
    """A class of canvases that number what they present."""

    class Numbered(kind):  # type: ignore[misc]
        number = 0
        began = 0.0

        def _rc_present_bitmap(self, *, data: Any, format: str, **more: Any) -> None:
            now = time.monotonic()
            self.number = (self.number + 1) % NUMBERS
            if data.shape[:2] == (720, 1280):  # another where no page has come yet
                write_number(data, self.number)
                report(render=now - self.began)
                report(number=self.number, time=now)
            super()._rc_present_bitmap(data=data, format=format, **more)

    return Numbered


def main() -> None:
    options = read_options()
    module = backend(options.settings["backend"])
    mode = options.settings.get("mode", "continuous")
    canvas = numbered(module.RenderCanvas)(
        size=(1280, 720),
        update_mode="continuous" if mode == "continuous" else "ondemand",
        max_fps=options.fps,
    )
    draw_scene(canvas, mode)
    if options.count:
        count(options, canvas)
    report(ready=f"http://{options.host}:{options.port}/")
    if options.settings["backend"] == "rtc":
        os.environ["RTC_CANVAS_OPTIONS"] = "--open-access"
    module.loop.run(host=options.host, port=options.port)


def count(options: Options, canvas: Any) -> None:
    """Tell how much is sent."""
    if options.settings["backend"] == "http":
        from .rendercanvas_http import Count

        Count(type(importlib.import_module("rendercanvas.http").asgi))
        return
    every_second(lambda: tell(canvas.get_stats()))


def tell(stats: dict[str, Any]) -> None:
    now = time.monotonic()
    report(sent=stats["bytes"], time=now)
    report(peers=list(stats["peers"].values()), time=now)


def make_scene(target: Any) -> Callable[[int], None]:
    """A turning box, one sample for each four pixels: what software renders in time. Returns what draws a number's."""
    renderer = gfx.renderers.WgpuRenderer(
        target, pixel_ratio=0.5, ppaa="none", pixel_filter="nearest"
    )
    scene = gfx.Scene()
    box = gfx.Mesh(
        gfx.box_geometry(1, 1, 1),
        gfx.MeshPhongMaterial(color="#e8a13a"),
    )
    light = gfx.DirectionalLight(intensity=3)
    light.local.position = (3, 4, 5)
    scene.add(box, gfx.AmbientLight(intensity=0.7), light)
    camera = gfx.PerspectiveCamera(50)
    camera.local.position = (0, 0, 6)

    def render(number: int) -> None:
        box.local.rotation = gfx.utils.transform.la.quat_from_euler((0, number * 0.03, 0))
        renderer.render(scene, camera)

    return render


def draw_scene(canvas: Any, mode: str) -> None:
    render = make_scene(canvas)

    def draw() -> None:
        canvas.began = time.monotonic()
        render((canvas.number + 1) % NUMBERS)

    canvas.request_draw(draw)
    if mode == "ondemand":
        canvas.add_event_handler(lambda event: canvas.request_draw(), "pointer_down")
    elif mode == "moved":
        tell_moves(canvas)


def tell_moves(canvas: Any) -> None:
    """Draw what a move asks for, and tell how many calls of handlers that takes."""
    calls: Counter[str] = Counter()

    def handle(event: dict[str, Any]) -> None:
        calls[event["event_type"]] += 1
        canvas.request_draw()

    canvas.add_event_handler(handle, "pointer_move", "pointer_down", "pointer_up")
    every_second(lambda: report(handled=dict(calls)))


if __name__ == "__main__":
    main()
