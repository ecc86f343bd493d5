"""The settings that a program may give, checked."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, TypedDict, TypeGuard

from .adaptation import Preference
from .encoded_frame import CHROMA_WISHES, CODECS, ChromaWish, Codec
from .exceptions import ConfigError
from .ice_servers import IceServerSource, checked_source, has_relay
from .tls import server_context

TOKEN_VARIABLE = "RTC_CANVAS_TOKEN"

MIN_BITRATE = 150_000
MAX_BITRATE = 200_000_000
START_BITRATE = 1_000_000

MAX_PEERS = 64

MAX_LOGICAL_SIDE = 16_384
MAX_FPS = 240
LONGEST_CSS_LENGTH = 100

Resource: TypeAlias = tuple[str, str | bytes]
"""A file of the program's own: its content type, and its body."""

_FILE_NAME = re.compile(r"[^/]+\.[^/.]+")

ENCODERS = ("software", "auto", "nvenc")


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoConfig:
    """How each peer's video is encoded.

    codec: `"h264"`, `"vp8"`, or None for H.264 where the browser takes it and VP8 elsewhere (default). A page's own
        wish (`?codec=`) comes first where it decodes that, over WebRTC and over a WebSocket.
    encoder: `"software"` (libx264, libvpx; default), `"auto"` (a hardware encoder where one works, else software),
        or `"nvenc"` (NVIDIA's, an error where it does not work). Only H.264 is encoded in hardware.
    chroma: `"auto"` (H.264 of 4:4:4, which keeps the colour of each pixel, where the browser takes it, software encodes
        and the machine can afford it, else 4:2:0; default), `"420"`, or `"444"` (whatever it costs, where the browser
        takes it). `Peer.stats` tells which it is, and why.
    max_bitrate: the most bits per second to each peer, 150 000 to 200 000 000; default 8 000 000. Below that the rate
        follows what the way to the peer carries; it does not depend on the frame rate.
    min_fps: frames per second that are kept when there is little, 1 to 60; default 12.
    prefer: what gives way last when there is little: "sharpness" (default) or "motion".

    Raises:
        ConfigError: for a value that is not taken.
    """

    codec: Codec | None = None
    encoder: str = "software"
    chroma: ChromaWish = "auto"
    max_bitrate: int = 8_000_000
    min_fps: float = 12
    prefer: Preference = "sharpness"

    def __post_init__(self) -> None:
        if self.codec is not None and self.codec not in CODECS:
            raise ConfigError(f"codec must be 'h264', 'vp8' or None, got {self.codec!r}.")
        if self.encoder not in ENCODERS:
            raise ConfigError(
                f"encoder must be one of {', '.join(ENCODERS)}, got {self.encoder!r}."
            )
        if self.chroma not in CHROMA_WISHES:
            raise ConfigError(f"chroma must be 'auto', '420' or '444', got {self.chroma!r}.")
        if isinstance(self.max_bitrate, bool) or not isinstance(self.max_bitrate, int):
            raise ConfigError(
                f"max_bitrate must be an int, bits per second, got {self.max_bitrate!r}."
            )
        if not MIN_BITRATE <= self.max_bitrate <= MAX_BITRATE:
            raise ConfigError(
                f"max_bitrate must be {MIN_BITRATE} to {MAX_BITRATE} bits per second, got {self.max_bitrate}."
            )
        if not (_is_number(self.min_fps) and 1 <= self.min_fps <= 60):
            raise ConfigError(f"min_fps must be 1 to 60, got {self.min_fps!r}.")
        if self.prefer not in ("sharpness", "motion"):
            raise ConfigError(f"prefer must be 'sharpness' or 'motion', got {self.prefer!r}.")


@dataclass(frozen=True, slots=True)
class CanvasConfig:
    """The settings of a canvas, checked. `Canvas` says what each of them means.

    Raises:
        ConfigError: for a value that is not taken.
    """

    size: tuple[float, float]
    fps: float
    mode: Literal["ondemand", "continuous"]
    title: str
    format: Literal["rgb", "bgr"]
    resizable: bool
    max_pixel_ratio: float
    exact: bool

    def __post_init__(self) -> None:
        check_size(self.size)
        if not (_is_number(self.fps) and 1 <= self.fps <= MAX_FPS):
            raise ConfigError(f"fps must be 1 to {MAX_FPS}, got {self.fps!r}.")
        if not isinstance(self.title, str):
            raise ConfigError(f"title must be a string, got {self.title!r}.")
        if self.mode not in ("ondemand", "continuous"):
            raise ConfigError(f"mode must be 'ondemand' or 'continuous', got {self.mode!r}.")
        if self.format not in ("rgb", "bgr"):
            raise ConfigError(f"format must be 'rgb' or 'bgr', got {self.format!r}.")
        if not (_is_number(self.max_pixel_ratio) and 0.1 <= self.max_pixel_ratio <= 16):
            raise ConfigError(f"max_pixel_ratio must be 0.1 to 16, got {self.max_pixel_ratio!r}.")
        if not isinstance(self.exact, bool):
            raise ConfigError(f"exact must be True or False, got {self.exact!r}.")


def check_resource(name: object, resource: object) -> None:
    """Raise a ConfigError for what cannot be a file of the program's own, or its name."""
    if not (isinstance(name, str) and _FILE_NAME.fullmatch(name)):
        raise ConfigError(
            f"A resource's name must be one such as 'index.html', with a dot and no slash, got {name!r:.80}."
        )
    match resource:
        case (str(), str() | bytes()):
            return
    raise ConfigError(
        f"The resource {name!r} must be (content type, str or bytes), such as ('text/html', '<p>…'), got "
        f"{resource!r:.80}."
    )


def check_size(size: object) -> None:
    """Raise a ConfigError for what cannot be the logical size of a canvas."""
    if not _is_size(size):
        raise ConfigError(
            f"size must be (width, height) of 1 to {MAX_LOGICAL_SIDE} each, got {size!r:.80}."
        )


def check_css_length(value: object) -> None:
    """Raise a ConfigError for what cannot be one side of an element."""
    if not (value is None or (isinstance(value, str) and 1 <= len(value) <= LONGEST_CSS_LENGTH)):
        raise ConfigError(
            f"A CSS size must be None or a string such as '640px', '100%' or 'calc(100vh - 4em)' of at most "
            f"{LONGEST_CSS_LENGTH} characters, got {value!r:.80}."
        )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_size(value: object) -> bool:
    return (
        isinstance(value, tuple)
        and len(value) == 2
        and all(_is_number(side) and 1 <= side <= MAX_LOGICAL_SIDE for side in value)
    )


class MountOptions(TypedDict, total=False):
    """The keywords of `asgi_app()` and `aiohttp_app()`; `ServeConfig` says what each of them means.

    Two differ: without `udp_port` and `udp_port_range` the media take the UDP port of the same number as the one at
    which the first request arrived, or any free one where that cannot be had. And `allow_hosts` counts only without
    `authorize`: with it, names are the business of the app around.
    """

    token: str | None
    open_access: bool
    allow_origins: Sequence[str]
    allow_hosts: Sequence[str]
    udp_port: int | None
    udp_port_range: tuple[int, int] | None
    public_addresses: Sequence[str]
    interfaces: Sequence[str]
    trusted_proxies: Sequence[str]
    ice_servers: IceServerSource
    relay_only: bool
    max_peers: int
    video: VideoConfig
    resources: Mapping[str, Resource]


class ServeOptions(MountOptions, total=False):
    """The keywords of `serve()`, `serve_in_thread()` and `run()`; `ServeConfig` says what each of them means."""

    host: str
    port: int
    cert: str | os.PathLike[str] | None
    key: str | os.PathLike[str] | None
    self_signed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeConfig:
    """Where canvases are served, and to whom.

    host: the address to listen on; default "127.0.0.1". "0.0.0.0" listens on all IPv4 addresses.
    port: 0 to 65535, default 8080; 0 takes any free one.
    token: what the link carries; default None: that of the environment's RTC_CANVAS_TOKEN, else one that is made once
        and kept per port in the user's state folder.
    open_access: True lets everybody in who can reach the port, without a token; default False.
    allow_origins: origins such as "https://example.org" whose pages may embed the canvases; "null" is every page
        without an origin of its own, as in a sandboxed frame: with open_access, that is everybody's.
    allow_hosts: names besides the machine's own and those of `public_addresses` that the server may be reached by.
    udp_port: the UDP port that carries the media of all viewers, 0 to 65535, 0 for any free one; default None: the
        same number as `port`.
    udp_port_range: (first, last): the first of these that is free carries them instead.
    public_addresses: IP addresses or names under which browsers reach the server where its machine does not know them,
        as behind a 1:1 NAT or a published port; they are offered beside the machine's own. Ports must have the same
        number on both sides.
    interfaces: whose addresses are offered to browsers: names such as "eth0", addresses, or networks such as
        "10.0.0.0/8"; default: all.
    trusted_proxies: addresses, and networks such as "10.0.0.0/8", of reverse proxies whose X-Forwarded-Host, -Proto and
        -Prefix are believed; default none.
    cert: a PEM file with a certificate: the server then speaks https; default None: http. Its private key stands in
        the same file or in `key`.
    key: a PEM file with the private key of `cert`.
    self_signed: True makes a certificate and keeps it in the user's state folder: https for a LAN, of which
        browsers warn once; default False.
    ice_servers: STUN and TURN servers for the viewers' browsers: a list of `IceServer` and `TurnSecret`, or an async
        function that returns one, called for each page; default none.
    relay_only: True has the server itself send and receive through one of those TURN servers and in no other way, where
        browsers reach nothing of its machine; default False. A page's answer waits until that server has given an
        address, which it does over `turn:` and over `turns:` with a certificate that the machine trusts.
    max_peers: how many viewers there may be at once, at all canvases together; at least 1, default 64. One more is
        told so, and comes by itself once there is room. Who comes back to a place that is kept is not turned away.
    video: how pictures are encoded.
    resources: files of your own by their names: (content type, str or bytes). They lie beside the page and need access
        as it does; "index.html" takes its place. It is read with each request, and may be changed meanwhile.

    Raises:
        ConfigError: for a value that is not taken.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    token: str | None = None
    open_access: bool = False
    allow_origins: Sequence[str] = ()
    allow_hosts: Sequence[str] = ()
    udp_port: int | None = None
    udp_port_range: tuple[int, int] | None = None
    public_addresses: Sequence[str] = ()
    interfaces: Sequence[str] = ()
    trusted_proxies: Sequence[str] = ()
    cert: str | os.PathLike[str] | None = None
    key: str | os.PathLike[str] | None = None
    self_signed: bool = False
    ice_servers: IceServerSource = ()
    relay_only: bool = False
    max_peers: int = MAX_PEERS
    video: VideoConfig = field(default_factory=VideoConfig)
    resources: Mapping[str, Resource] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.host, str):
            raise ConfigError(f"host must be a string, got {self.host!r}.")
        if not _is_port(self.port):
            raise ConfigError(f"port must be 0 to 65535, got {self.port!r}.")
        if self.udp_port is not None and not _is_port(self.udp_port):
            raise ConfigError(f"udp_port must be 0 to 65535, got {self.udp_port!r}.")
        if self.udp_port_range is not None:
            _check_range(self.udp_port_range)
            if self.udp_port is not None:
                raise ConfigError(
                    "udp_port and udp_port_range say the same thing; give one of them."
                )
        if self.token is not None and not isinstance(self.token, str):
            raise ConfigError(f"token must be a string, got {type(self.token).__name__}.")
        if self.open_access and self.token is not None:
            raise ConfigError("open_access=True asks for no token, so token must not be given.")
        lists = (
            "allow_origins",
            "allow_hosts",
            "trusted_proxies",
            "public_addresses",
            "interfaces",
        )
        for name in lists:
            if isinstance(getattr(self, name), str):
                raise ConfigError(f"{name} must be a list of strings, got one string.")
        self._check_certificate()
        checked_source(self.ice_servers)
        if not isinstance(self.relay_only, bool):
            raise ConfigError(f"relay_only must be True or False, got {self.relay_only!r}.")
        if self.relay_only and not has_relay(self.ice_servers):
            raise ConfigError("relay_only=True needs a TURN server in ice_servers, got none.")
        if not (_is_int(self.max_peers) and self.max_peers >= 1):
            raise ConfigError(f"max_peers must be an int, at least 1, got {self.max_peers!r}.")
        if not isinstance(self.video, VideoConfig):
            raise ConfigError(f"video must be a VideoConfig, got {type(self.video).__name__}.")
        if not isinstance(self.resources, Mapping):
            raise ConfigError(f"resources must be a dict of files, got {self.resources!r:.80}.")
        for name, resource in self.resources.items():
            check_resource(name, resource)

    def _check_certificate(self) -> None:
        if self.key is not None and self.cert is None:
            raise ConfigError("key is that of a certificate; give cert too.")
        if self.self_signed and self.cert is not None:
            raise ConfigError("self_signed=True makes a certificate, so cert must not be given.")
        if self.cert is not None:
            # Files that cannot be used are to be known now, not when the first page comes.
            server_context(self.cert, self.key)

    @property
    def udp_ports(self) -> Sequence[int] | None:
        """The numbers to try in turn for UDP; None for that of `port`."""
        if self.udp_port_range is not None:
            first, last = self.udp_port_range
            return range(first, last + 1)
        return None if self.udp_port is None else [self.udp_port]


def _is_int(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_port(value: object) -> bool:
    return _is_int(value) and 0 <= value <= 65535


def _check_range(value: object) -> None:
    match value:
        case (int(first), int(last)) if 0 < first <= last <= 65535:
            return
    raise ConfigError(
        f"udp_port_range must be (first, last), 1 to 65535 and in this order, got {value!r}."
    )
