"""rtc_canvas: numpy frames on the screen of a plain browser, over WebRTC, and the viewer's input back."""

from __future__ import annotations

import signaling as _signaling

from .version import __version__

if getattr(_signaling, "PROJECT", None) != "rtc_canvas":
    raise ImportError(
        f"rtc_canvas needs its own package 'signaling', but another distribution's was found at "
        f"{getattr(_signaling, '__file__', None)}; remove that one or use a fresh virtual environment."
    )

from signaling.access import Grant
from signaling.request import Request

from .asgi import asgi_app
from .canvas import Canvas
from .canvas_track import CanvasTrack
from .config import ServeConfig, VideoConfig
from .exceptions import (
    ConfigError,
    ConnectError,
    EncoderError,
    PictureError,
    RtcCanvasError,
    ServeError,
)
from .ice_servers import IceServer, TurnSecret
from .peers.peer import Peer
from .program.drawing import DrawRequest
from .program.probe import ProbeRequest
from .serving.running import run
from .serving.server import Server, serve, serve_in_thread
from .settled import Settled
from .stats import PeerStats, ServerStats
from .subapp import TOKEN, aiohttp_app

__all__ = [
    "TOKEN",
    "Canvas",
    "CanvasTrack",
    "ConfigError",
    "ConnectError",
    "DrawRequest",
    "EncoderError",
    "Grant",
    "IceServer",
    "Peer",
    "PeerStats",
    "PictureError",
    "ProbeRequest",
    "Request",
    "RtcCanvasError",
    "ServeConfig",
    "ServeError",
    "Server",
    "ServerStats",
    "Settled",
    "TurnSecret",
    "VideoConfig",
    "__version__",
    "aiohttp_app",
    "asgi_app",
    "run",
    "serve",
    "serve_in_thread",
]
