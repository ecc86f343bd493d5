"""Canvases inside a server that others wrote and run: started by its first request, ended with it."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import os
import socket
from collections.abc import Callable, Mapping
from typing import Unpack

from signaling.access import Access, cookie_name
from signaling.authorization import Authorization, Authorize
from signaling.forwarded import TrustedProxies
from signaling.refusal import Refusal
from signaling.request import Request
from signaling.site import Site
from signaling.token import new_token

from ..canvas import Canvas
from ..config import TOKEN_VARIABLE, MountOptions, ServeConfig
from ..exceptions import ConfigError, RtcCanvasError, ServeError
from ..net.hub import Hub
from ..net.interfaces import Filter
from ..net.ports import take_udp
from ..net.public import PublicAddresses
from ..net.udp import UdpSocket
from ..video.choice import h264_encoder_name
from .running import given_command_line
from .sessions import CLOSED, SHUT_DOWN, Sessions
from .static import static_folder

logger = logging.getLogger(__name__)


class Mounted:
    """Serves canvases on the event loop of whoever mounts them, for as long as that runs.

    canvases: gives those that there are when it starts, by their names, checked.
    token: what lets one in, None where `authorize` or nobody asks for one.

    Raises:
        ConfigError: for a name or an option that is not taken.
    """

    def __init__(
        self,
        canvases: Callable[[], Mapping[str, Canvas]],
        authorize: Authorize | None,
        **options: Unpack[MountOptions],
    ) -> None:
        self.canvases = canvases
        self.config = ServeConfig(**options)
        self.authorize = authorize
        self._check()
        self.token, self._is_own_token = self._choose_token()
        try:
            self.access = self._access()
            self.proxies = TrustedProxies(self.config.trusted_proxies)
        except ValueError as error:
            raise ConfigError(str(error)) from None
        self._life: _Life | None = None

    def _check(self) -> None:
        config = self.config
        if self.authorize is None:
            return
        if not callable(self.authorize):
            raise ConfigError(
                f"authorize must be a function of a request, got {self.authorize!r:.80}."
            )
        if config.open_access or config.token is not None:
            raise ConfigError(
                "authorize= decides who may watch, so token and open_access must not be given."
            )

    def _choose_token(self) -> tuple[str | None, bool]:
        """The token, and whether it is known to nobody yet."""
        if self.authorize is not None or self.config.open_access:
            return None, False
        given = self.config.token or os.environ.get(TOKEN_VARIABLE)
        return (given, False) if given else (new_token(), True)

    def _access(self) -> Access:
        config, name = self.config, socket.gethostname()
        return Access(
            self.token,
            open_access=self.token is None,
            allowed_origins=config.allow_origins,
            allowed_hosts=config.allow_hosts,
            own_names=(name, f"{name}.local", *config.public_addresses),
            any_host=self.authorize is not None,
        )

    def begin(self) -> None:
        """Called where the server around says that it begins. Here the first request does: only that tells the port."""
        self._tell_command()

    def _tell_command(self) -> None:
        """The command that executes this program, if one does, has nothing left to serve."""
        given = given_command_line()
        if given is not None:
            given.ran = True

    async def site(self, request: Request) -> Site:
        """What answers a request; the first one starts it.

        Raises:
            Refusal: when it has ended, or cannot start.
        """
        if self._life is None or self._life.is_of_the_past:
            self._tell_command()
            self._life = _Life(self, request.port)
            self._tell_token(request)
        try:
            return await self._life.site()
        except RtcCanvasError as error:
            raise Refusal(503, str(error)) from None

    def _tell_token(self, request: Request) -> None:
        if self._is_own_token:
            logger.warning(
                "Mounted without authorize=: whoever opens %s/?token=%s may watch and steer.",
                request.prefix,
                self.token,
            )

    def add(self, name: str, canvas: Canvas) -> None:
        """Serve one more canvas where it runs, which `canvases` gives too. From any thread."""
        if self._life is not None:
            self._life.call(self._life.add, name, canvas)

    def remove(self, name: str) -> None:
        """Serve a canvas no longer. From any thread."""
        if self._life is not None:
            self._life.call(self._life.remove, name)

    async def close(self) -> None:
        """Take no new peers, end the others with a reason, and stop. Idempotent.

        Where another event loop serves them, that one is told, and not waited for: it may have stopped for good.
        """
        if self._life is not None:
            await self._life.close()


class _Life:
    """From the first request on one event loop until that ends, or until it is closed.

    One task opens everything and closes it again. A loop that ends cancels the tasks that are left, as `asyncio.run`
    does: so it learns of its end, whatever the server around says or does not say.
    """

    def __init__(self, mounted: Mounted, port: int | None) -> None:
        self._loop = asyncio.get_running_loop()
        self._mounted = mounted
        self._port = port
        self._hub: Hub | None = None
        self._sessions: Sessions | None = None
        self._end = asyncio.Event()
        self._removing: set[asyncio.Task[None]] = set()
        self._site: asyncio.Future[Site] = self._loop.create_future()
        # Nothing of the request that happened to be the first goes with it.
        self._task = self._loop.create_task(self._live(), context=contextvars.Context())

    @property
    def is_of_the_past(self) -> bool:
        """Whether the next request begins another one: it never started, or its loop has ended."""
        if self._loop is asyncio.get_running_loop():
            return self._task.done() and not self._end.is_set()
        return self._task.done() or self._loop.is_closed()

    async def site(self) -> Site:
        """Raises ServeError or EncoderError where it cannot start."""
        if self._loop is not asyncio.get_running_loop():
            raise ServeError("The canvas is served by another event loop already.")
        if self._end.is_set():
            raise ServeError(SHUT_DOWN)
        return await asyncio.shield(self._site)

    def call(self, function: Callable[..., None], *arguments: object) -> None:
        """Call a function on its event loop, from any thread; not at all where that is over."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(function, *arguments)

    def add(self, name: str, canvas: Canvas) -> None:
        # Before the sessions are there, nothing has to be added to them; afterwards nothing may be.
        if self._sessions is not None and not self._sessions.has_canvas(name):
            self._sessions.open({name: canvas})

    def remove(self, name: str) -> None:
        if self._sessions is not None:
            task = self._loop.create_task(self._sessions.close_canvas(name, CLOSED))
            self._removing.add(task)
            task.add_done_callback(self._removing.discard)

    async def close(self) -> None:
        if self._loop is not asyncio.get_running_loop():
            self.call(self._end.set)
            return
        self._end.set()
        await asyncio.wait({self._task})

    async def _live(self) -> None:
        try:
            self._site.set_result(await self._start())
            await self._end.wait()
        except Exception as error:
            if not isinstance(error, RtcCanvasError):
                error = ServeError("The canvas could not be started; the program's log says why.")
            logger.error("The mounted canvas could not be started.", exc_info=True)
            self._site.set_exception(error)
            # Where the request that waits for it is gone already, nobody misses it.
            self._site.exception()
        finally:
            self._site.cancel()
            await self._stop()

    async def _start(self) -> Site:
        mounted, config = self._mounted, self._mounted.config
        sockets = take_udp(config.udp_ports, like=self._port)
        self._hub = Hub(
            [UdpSocket(each) for each in sockets],
            http_port=self._port,
            interfaces=Filter(config.interfaces),
            public=PublicAddresses(config.public_addresses),
        )
        await self._hub.open()
        await asyncio.to_thread(h264_encoder_name, config.video.encoder)
        self._sessions = Sessions(
            self._hub,
            video=config.video,
            ice_servers=config.ice_servers,
            relay_only=config.relay_only,
            max_peers=config.max_peers,
        )
        self._sessions.open(mounted.canvases())
        site = Site(
            self._sessions,
            mounted.access,
            static=static_folder(),
            cookie=cookie_name(self._port or 0),
            proxies=mounted.proxies,
            authorization=mounted.authorize and Authorization(mounted.authorize),
            resources=config.resources,
        )
        logger.info("Serving inside of another server; media on UDP %s.", sockets[0].getsockname())
        return site

    async def _stop(self) -> None:
        # No canvas is added to them any more.
        sessions, self._sessions = self._sessions, None
        try:
            if sessions is not None:
                await sessions.close(SHUT_DOWN)
        finally:
            if self._hub is not None:
                # Last, as farewells go through it.
                self._hub.close()
