"""A backend for rendercanvas: what pygfx, wgpu-py and fastplotlib draw on, in browsers.

Take this line in place of any other backend's:

    from rtc_canvas.rendercanvas import RenderCanvas, loop

Importing it without rendercanvas installed raises an ImportError that says what to install.
"""

from __future__ import annotations

from .requirements import what_is_missing

if (missing := what_is_missing()) is not None:
    raise ImportError(missing)

from .canvas import RenderCanvas
from .loop import RtcLoop, loop
from .resources import resources

__all__ = ["RenderCanvas", "RtcLoop", "loop", "resources"]


def __getattr__(name: str) -> object:
    """Make `asgi`, the app that `loop.asgi_app()` gives, once somebody wants it: the canvases are mounted by that."""
    if name != "asgi":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()["asgi"] = app = loop.asgi_app()
    return app
