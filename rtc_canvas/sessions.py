"""WHEP sessions of the served canvases: where signaling and peers meet."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import weakref
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from aiortc import RTCIceServer

from signaling.access import Grant
from signaling.discovery import Config
from signaling.refusal import Refusal
from signaling.sdp import ice_ufrag
from signaling.trickle import TrickleCandidate
from signaling.whep import no_canvas

from .adaptation import Adaptation
from .audience import Audience
from .canvas import Canvas
from .chroma import ChromaChoice
from .config import MIN_BITRATE, START_BITRATE, VideoConfig
from .encoded_frame import CODECS, Codec
from .exceptions import ConnectError, EncoderError
from .messages import PROTOCOL
from .peer import Peer
from .peer_log import PeerLog
from .rtc.congestion.estimator import RateLimits
from .rtc.connection import Connection
from .version import __version__
from .video.choice import chroma_obstacle, make_encoder

logger = logging.getLogger(__name__)


class Session:
    """One WHEP session: a peer and its connection. A `signaling.whep.Session`."""

    def __init__(self, peer: Peer, connection: Connection, offer: str, answer: str) -> None:
        self.id = secrets.token_urlsafe(16)
        self.etag = connection.ufrag
        self.answer = answer
        self.remote_ufrag = ice_ufrag(offer)
        self.peer = peer
        self._connection = connection

    async def add_candidates(self, candidates: Sequence[TrickleCandidate]) -> None:
        for candidate in candidates:
            try:
                await self._connection.add_candidate(candidate.candidate, candidate.mid)
            except ConnectError as error:
                raise Refusal(400, str(error)) from None

    async def close(self, reason: str) -> None:
        await self.peer.end(reason, retry=False)


class _Served:
    """One canvas on the server. Holds it weakly: a canvas that nobody else holds may go."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = weakref.ref(canvas)
        self.audience: Audience = canvas.open_audience()
        self.sessions: dict[str, Session] = {}
        self._loop = asyncio.get_running_loop()
        self._closing: asyncio.Task[None] | None = None
        self.finalizer = weakref.finalize(canvas, self._abandoned)
        self.finalizer.atexit = False

    def _abandoned(self) -> None:
        """The canvas was collected, on whatever thread."""
        self._loop.call_soon_threadsafe(self._start_closing)

    def _start_closing(self) -> None:
        self._closing = self._loop.create_task(
            self.close("The program gave the canvas up.", retry=False)
        )

    async def close(self, reason: str, *, retry: bool = True) -> None:
        """End all sessions, those that are still connecting too, and give the canvas back.

        retry: whether the pages shall come back by themselves, as after a restart of the program.
        """
        self.finalizer.detach()
        self.audience.end_waiting()
        await asyncio.gather(
            *(session.peer.end(reason, retry=retry) for session in list(self.sessions.values()))
        )
        self.audience.close()
        canvas = self.canvas()
        if canvas is not None:
            await canvas.close_audience()


class Sessions:
    """The canvases of one server by name, and the sessions on them. A `signaling.whep.Host`."""

    def __init__(self, *, video: VideoConfig, ice_servers: Sequence[RTCIceServer]) -> None:
        self._video = video
        self._limits = RateLimits(
            start=min(START_BITRATE, video.max_bitrate),
            floor=MIN_BITRATE,
            ceiling=video.max_bitrate,
        )
        self._ice_servers = ice_servers
        self._served: dict[str, _Served] = {}
        # Encoding leaves the interpreter's lock, so there may be a thread for each core.
        self._executor = ThreadPoolExecutor(os.cpu_count() or 1, "rtc_canvas encoding")
        self._closing = False

    def open(self, canvases: Mapping[str, Canvas]) -> None:
        """Serve these canvases, until `close()`.

        Raises:
            ServeError: when one of them is served already; those before it are served.
        """
        for name, canvas in canvases.items():
            self._served[name] = _Served(canvas)

    def has_canvas(self, name: str) -> bool:
        served = self._served.get(name)
        return served is not None and served.canvas() is not None

    def session(self, canvas: str, session_id: str) -> Session | None:
        served = self._served.get(canvas)
        return None if served is None else served.sessions.get(session_id)

    async def snapshot(self, canvas: str, *, grant: Grant) -> bytes:
        self._check_served(canvas)
        try:
            image = await self._served[canvas].audience.exact_images.newest()
        except EncoderError as error:
            raise _refusal(error) from error
        if image is None:
            raise Refusal(503, "The program has not made a picture yet; try again later.")
        return image.data

    def config(self, canvas: str | None, *, grant: Grant) -> Config:
        shown = {name: served.canvas() for name, served in self._served.items()}
        return {
            "protocol": PROTOCOL,
            "version": __version__,
            "iceServers": [],
            "codecs": list(CODECS),
            "canvases": [
                {
                    "name": name,
                    "title": canvas.title,
                    "size": (round(canvas.size[0]), round(canvas.size[1])),
                }
                for name, canvas in shown.items()
                if canvas is not None
            ],
        }

    async def connect(self, canvas: str, offer: str, *, grant: Grant, codec: str | None) -> Session:
        self._check_served(canvas)
        served = self._served[canvas]
        peer = Peer(secrets.token_hex(3), grant.role, grant.user, served.audience)
        connection = Connection(
            peer, self._limits, log=PeerLog(peer.id), ice_servers=self._ice_servers
        )
        wish: Codec | None = next((known for known in CODECS if known == codec), self._video.codec)
        try:
            answer = await connection.answer(offer, codec=wish, chroma=self._video.chroma)
            # On another thread, as a hardware encoder is tried out first.
            encoder = await asyncio.to_thread(make_encoder, connection.codec, self._video)
            self._check_served(canvas)
        except BaseException as error:
            # A request that is given up half-way leaves nothing behind either.
            await connection.close()
            if isinstance(error, ConnectError | EncoderError):
                raise _refusal(error) from error
            raise
        session = Session(peer, connection, offer, answer)
        served.sessions[session.id] = session
        peer.ended.add_done_callback(lambda _: served.sessions.pop(session.id, None))
        adaptation = Adaptation(self._video.prefer, self._video.min_fps)
        obstacle = connection.chroma_obstacle or chroma_obstacle(encoder.name)
        chroma = ChromaChoice(
            obstacle, insists=self._video.chroma == "444", cores=os.cpu_count() or 1
        )
        peer.attach(connection, encoder, adaptation, chroma, self._executor)
        return session

    def _check_served(self, canvas: str) -> None:
        """Raise a Refusal where the server or the canvas is going, or went while a peer was being made."""
        if self._closing:
            raise Refusal(503, "The server is shutting down.")
        if not self.has_canvas(canvas):
            raise no_canvas(canvas)

    async def close(self, reason: str) -> None:
        """End every session and wait for what they leave behind."""
        self._closing = True
        await asyncio.gather(*(served.close(reason) for served in self._served.values()))
        # Waits for frames that are being encoded: some milliseconds each.
        await asyncio.to_thread(self._executor.shutdown)


def _refusal(error: ConnectError | EncoderError) -> Refusal:
    if isinstance(error, ConnectError):
        return Refusal(error.status, str(error))
    logger.error("Nothing can be encoded: %s", error)
    return Refusal(500, "The server's encoder does not work; its log says why.")
