"""Serving canvases: the listening socket and what hangs on it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from types import MappingProxyType, TracebackType
from typing import Any, Self, Unpack

from aiohttp import web

from signaling.access import Access, cookie_name
from signaling.app import create_app
from signaling.forwarded import TrustedProxies
from signaling.request import Request
from signaling.site import Site
from signaling.token import new_token, saved_token, state_folder

from ..canvas import Canvas
from ..config import TOKEN_VARIABLE, ServeConfig, ServeOptions
from ..exceptions import ConfigError, ServeError
from ..net.candidates import WILDCARDS, Bound
from ..net.front import Front
from ..net.hub import Hub
from ..net.interfaces import Filter
from ..net.ports import Sockets, take
from ..net.public import PublicAddresses
from ..net.tcp import TcpLinks
from ..net.udp import UdpSocket
from ..stats import ServerStats
from ..tls import own_certificate, server_context
from ..video.choice import h264_encoder_name
from .http_log import HttpLog
from .naming import by_name, check_name
from .refusal_log import RefusalLog
from .sessions import CLOSED, SHUT_DOWN, Sessions
from .static import static_folder

__all__ = ["Server", "serve", "serve_in_thread"]

logger = logging.getLogger(__name__)

# Seconds until a connection is closed on which no whole request came, or none after the last: a browser makes another,
# and who sends a request byte by byte holds none up.
IDLE_TIMEOUT = 30.0


class Server:
    """Serves canvases for as long as its `async with` block runs. Made by `serve()`.

    host, port: where it listens; the real port where 0 was asked for.
    """

    def __init__(self, canvases: Mapping[str, Canvas], config: ServeConfig) -> None:
        self._canvases: Mapping[str, Canvas] = canvases
        self._config = config
        self._hub: Hub | None = None
        self._links: TcpLinks | None = None
        self._front: Front | None = None
        self._sessions: Sessions | None = None
        self._http_log = HttpLog()
        self._refusal_log: RefusalLog | None = None
        self._runner: web.AppRunner | None = None
        self._closing: asyncio.Task[None] | None = None
        self._token: str | None = None
        self.host = config.host
        self.port = config.port

    @property
    def url(self) -> str:
        """The link to open in a browser, with the token that lets one in."""
        host = _reachable(self.host, self._config.public_addresses)
        shown = f"[{host}]" if ":" in host else host
        query = "" if self._token is None else f"?token={self._token}"
        encrypted = self._config.self_signed or self._config.cert is not None
        return f"{'https' if encrypted else 'http'}://{shown}:{self.port}/{query}"

    @property
    def stats(self) -> ServerStats:
        """What was turned away since the server was opened; from any thread."""
        if (
            self._hub is None
            or self._links is None
            or self._front is None
            or self._sessions is None
        ):
            return ServerStats()
        return ServerStats(
            packets=MappingProxyType(dict(self._hub.dropped)),
            connections=MappingProxyType(
                dict(self._front.refused + Counter(malformed=self._http_log.malformed))
            ),
            links=MappingProxyType(dict(self._links.refused)),
            messages=MappingProxyType(dict(self._sessions.dropped_messages)),
            peers=MappingProxyType(dict(self._sessions.refused_peers)),
            resume_tokens=MappingProxyType(dict(self._sessions.refused_tokens)),
        )

    async def __aenter__(self) -> Self:
        if self._hub is not None or self._closing is not None:
            raise ServeError("A server serves once; make another one with serve().")
        # The ports are taken before anything else is made.
        sockets = take(self.host, self.port, self._config.udp_ports)
        self.port = sockets.tcp.getsockname()[1]
        try:
            await self._start(sockets)
        except BaseException:
            await self._close()
            sockets.close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Take no new peers, end the others with a reason, and stop. Idempotent; every caller waits for the end."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close())
        await asyncio.shield(self._closing)

    def add(self, name: str, canvas: Canvas) -> None:
        """Serve one more canvas, from the server's event loop while it runs.

        Raises:
            ConfigError: for a name that is not taken, or has a canvas.
            ServeError: when the canvas is served already, or the server does not run.
        """
        check_name(name)
        if self._sessions is None or self._closing is not None:
            raise ServeError("A canvas can be added only while the server runs.")
        if self._sessions.has_canvas(name):
            raise ConfigError(f"There is a canvas {name!r} already; give another name.")
        self._sessions.open({name: canvas})

    def has(self, name: str) -> bool:
        """Whether a canvas of that name is served."""
        return self._sessions is not None and self._sessions.has_canvas(name)

    def remove(self, name: str, reason: str = CLOSED) -> Coroutine[Any, Any, None]:
        """Serve a canvas no longer: its peers are told the reason, and do not come back by themselves.

        Its name is free at once; that they have been told is to be awaited.
        """
        if self._sessions is None:
            return asyncio.sleep(0)
        return self._sessions.close_canvas(name, reason)

    async def _start(self, sockets: Sockets) -> None:
        config = self._config
        links = self._links = TcpLinks(_bound(sockets.tcp))
        self._hub = Hub(
            [*(UdpSocket(each) for each in sockets.udp), links],
            http_port=self.port,
            interfaces=Filter(config.interfaces),
            public=PublicAddresses(config.public_addresses),
        )
        await self._hub.open()
        # An encoder that was insisted on and does not work is to be known now, not when the first page comes.
        await asyncio.to_thread(h264_encoder_name, config.video.encoder)
        access, proxies = self._access(), self._proxies()
        encryption = await asyncio.to_thread(self._encryption)
        self._sessions = Sessions(
            self._hub,
            video=config.video,
            ice_servers=config.ice_servers,
            relay_only=config.relay_only,
            max_peers=config.max_peers,
        )
        self._sessions.open(self._canvases)
        # From here on only the sessions know the canvases, and they hold them weakly.
        self._canvases = {}
        site = Site(
            self._sessions,
            access,
            static=static_folder(),
            cookie=cookie_name(self.port),
            proxies=proxies,
            resources=config.resources,
        )

        async def find_site(request: Request) -> Site:
            return site

        app = create_app(find_site)
        # Without an access log: it would print the token of every link that is opened.
        self._runner = web.AppRunner(
            app,
            access_log=None,
            logger=self._http_log,
            shutdown_timeout=0.5,
            keepalive_timeout=IDLE_TIMEOUT,
        )
        await self._runner.setup()
        assert self._runner.server is not None, "setup() makes it"
        self._front = Front(
            sockets.tcp, http=self._runner.server, media=links.new, encryption=encryption
        )
        self._front.open()
        self._refusal_log = RefusalLog(lambda: self.stats)
        self._refusal_log.start()
        logger.info("Serving on %s port %d.", self.host, self.port)

    def _access(self) -> Access:
        config = self._config
        name = socket.gethostname()
        if not config.open_access:
            given = config.token or os.environ.get(TOKEN_VARIABLE)
            # A port that the system chose is another one next time: nothing to keep a token for.
            self._token = given or (saved_token(self.port) if config.port else new_token())
        try:
            return Access(
                self._token,
                open_access=config.open_access,
                allowed_origins=config.allow_origins,
                allowed_hosts=config.allow_hosts,
                own_names=(name, f"{name}.local", *config.public_addresses),
            )
        except ValueError as error:
            raise ConfigError(str(error)) from None

    def _proxies(self) -> TrustedProxies:
        try:
            return TrustedProxies(self._config.trusted_proxies)
        except ValueError as error:
            raise ConfigError(str(error)) from None

    def _encryption(self) -> ssl.SSLContext | None:
        """What https needs; None for http."""
        config = self._config
        if config.cert is not None:
            return server_context(config.cert, config.key)
        if not config.self_signed:
            return None
        name = socket.gethostname()
        reached = {
            "localhost",
            "127.0.0.1",
            "::1",
            name,
            f"{name}.local",
            _reachable(self.host, config.public_addresses),
        }
        try:
            return server_context(own_certificate(sorted(reached), state_folder()), None)
        except (OSError, RuntimeError) as error:
            raise ServeError(
                f"The certificate cannot be kept ({error}); give one of your own with cert and key."
            ) from error

    async def _close(self) -> None:
        if self._refusal_log is not None:
            self._refusal_log.stop()
        if self._front is not None:
            # First, so that no page comes back while the others are sent away.
            await self._front.close()
        if self._sessions is not None:
            await self._sessions.close(SHUT_DOWN)
        if self._runner is not None:
            await _end(self._runner)
        if self._hub is not None:
            # Last, as farewells go through it.
            self._hub.close()


async def _end(runner: web.AppRunner) -> None:
    """Let requests end, then close all connections."""
    connections = [] if runner.server is None else runner.server.connections
    transports = [connection.transport for connection in connections]
    await runner.cleanup()
    for transport in transports:
        # An encrypted one would wait half a minute for the goodbye of a browser, which says none.
        if transport is not None:
            transport.abort()
    # They are closed in the next round of the loop.
    await asyncio.sleep(0)


def serve(canvases: Canvas | Mapping[str, Canvas], **options: Unpack[ServeOptions]) -> Server:
    """Serve one canvas, or several by name, inside `async with serve(canvas) as server:`.

    canvases: a canvas (its name is "main"), or names of `[a-z0-9][a-z0-9-]{0,62}` with their canvases.
    options: the keywords of `ServeConfig`.

    Raises:
        ConfigError: for a name or an option that is not taken.
        ServeError: on entering, when the port is taken or a canvas is served already.
        EncoderError: on entering, when the encoder that is insisted on does not work.
    """
    return Server(by_name(canvases, "serve"), ServeConfig(**options))


@contextlib.contextmanager
def serve_in_thread(
    canvases: Canvas | Mapping[str, Canvas], **options: Unpack[ServeOptions]
) -> Iterator[Server]:
    """Serve for as long as a `with` block runs, for programs without an event loop.

    Takes and raises what `serve()` does; the server and its event loop run on a daemon thread.
    """
    server = serve(canvases, **options)
    thread = _ServerThread(server)
    thread.start()
    thread.wait_until_ready()
    try:
        yield server
    finally:
        thread.stop()


class _ServerThread(threading.Thread):
    """Runs one server on an event loop of its own."""

    def __init__(self, server: Server) -> None:
        super().__init__(name="rtc_canvas server", daemon=True)
        self._server = server
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None

    def run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            # Raised again by whoever waits for the server.
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        async with self._server:
            self._ready.set()
            await self._end.wait()

    def wait_until_ready(self) -> None:
        self._ready.wait()
        if self._failure is not None:
            self.join()
            raise self._failure

    def stop(self) -> None:
        if self._loop is not None and self._end is not None and self.is_alive():
            self._loop.call_soon_threadsafe(self._end.set)
        self.join()
        if self._failure is not None:
            raise self._failure


def _bound(listening: socket.socket) -> Bound:
    host, port = listening.getsockname()[:2]
    dual = listening.family == socket.AF_INET6 and not listening.getsockopt(
        socket.IPPROTO_IPV6, socket.IPV6_V6ONLY
    )
    return Bound("tcp", host, port, dual)


def _reachable(host: str, public: Sequence[str]) -> str:
    """An address that a browser can open, for one that stands for all."""
    if host not in ("", *WILDCARDS):
        return host
    if public:
        return public[0]
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            # Nothing is sent: the system only chooses the address it would send from.
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"
