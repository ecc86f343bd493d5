"""The peers of the served canvases, and their WHEP sessions and WebSockets: where signaling and peers meet."""

from __future__ import annotations

import asyncio
import logging
import secrets
import weakref
from collections import Counter
from collections.abc import Callable, Coroutine, Hashable, Mapping, Sequence
from functools import partial
from typing import Any

from signaling.access import Grant
from signaling.authority import Reached
from signaling.discovery import Config, IceServer
from signaling.refusal import Refusal
from signaling.sdp import ice_ufrag
from signaling.trickle import TrickleCandidate
from signaling.websocket import Opening, Socket
from signaling.whep import no_canvas

from ..audience import Audience
from ..canvas import Canvas
from ..chroma import obstacle_in
from ..config import MAX_PEERS, MIN_BITRATE, START_BITRATE, VideoConfig
from ..encoded_frame import CODECS, Codec
from ..equipment import Equipment, equipment_maker
from ..exceptions import ConnectError, EncoderError
from ..ice_servers import IceServerSource, OfferedIceServers
from ..messages import PROTOCOL
from ..net.hub import Entrance, Hub
from ..peer_log import PeerLog
from ..peers.peer import Peer
from ..rtc.congestion.estimator import RateLimits
from ..rtc.connection import Connection
from ..version import __version__
from ..websocket.connection import WebSocketConnection
from .encoding_threads import encoding_threads
from .handover import Handover
from .leg import Leg
from .peer_limit import PeerLimit
from .resume_tokens import RefusedToken, ResumeTokens
from .short_turns import ShortTurns

logger = logging.getLogger(__name__)

SHUT_DOWN = "The server was shut down."
CLOSED = "The program closed the canvas."

REFUSALS = {
    "unknown": (404, "There is no such peer any more; connect as a new one."),
    "used": (409, "That resume token has served; connect as a new peer."),
    "foreign": (403, "That peer is somebody else's."),
}


class Session:
    """One WHEP session: a peer's WebRTC connection. A `signaling.whep.Session`.

    grant: what the request that made it was granted.
    """

    def __init__(
        self,
        id: str,
        grant: Grant,
        handover: Handover,
        leg: Leg,
        connection: Connection,
        offer: str,
        answer: str,
    ) -> None:
        self.id = id
        self.grant = grant
        self.answer = answer
        self.remote_ufrag = ice_ufrag(offer)
        self.handover = handover
        self._leg = leg
        self._connection = connection

    @property
    def peer(self) -> Peer:
        return self.handover.peer

    @property
    def is_over(self) -> bool:
        """Whether its connection serves its peer no more."""
        return not self.handover.has(self._leg)

    @property
    def etag(self) -> str:
        return self._connection.ufrag

    async def restart_ice(self, ufrag: str, password: str) -> tuple[str, str]:
        try:
            ours = self._connection.restart_ice(ufrag, password)
        except ConnectError as error:
            raise _refusal(error) from error
        self.remote_ufrag = ufrag
        return ours

    async def add_candidates(self, candidates: Sequence[TrickleCandidate]) -> None:
        for candidate in candidates:
            try:
                await self._connection.add_candidate(candidate.candidate, candidate.mid)
            except ConnectError as error:
                raise Refusal(400, str(error)) from None

    async def close(self, reason: str) -> None:
        await self.handover.leave(self._leg, reason)


class _Served:
    """One canvas on the server. Holds it weakly: a canvas that nobody else holds may go."""

    def __init__(self, canvas: Canvas, limit: PeerLimit) -> None:
        self.canvas = weakref.ref(canvas)
        self._limit = limit
        self.audience: Audience = canvas.open_audience()
        self.sessions: dict[str, Session] = {}
        self.tokens: ResumeTokens[Handover] = ResumeTokens()
        # Those too that have ended and still close their transports.
        self._open: weakref.WeakSet[Handover] = weakref.WeakSet()
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

    def add(self, session: Session) -> None:
        """Keep a session until its peer ends, or goes on without it: some pages make a new one each minute."""
        self.sessions = {id: each for id, each in self.sessions.items() if not each.is_over}
        self.sessions[session.id] = session

    def _forget(self, handover: Handover) -> None:
        """Its peer has ended."""
        self._limit.give_back(handover)
        self.tokens.forget(handover)
        self.sessions = {
            id: each for id, each in self.sessions.items() if each.handover is not handover
        }

    def handover(self, token: str | None, grant: Grant) -> Handover:
        """The transports of the peer that a token is for, or of a new one.

        Raises:
            Refusal: for a token that is not taken, or a new peer that is one too many.
        """
        if token is None:
            peer = Peer(secrets.token_hex(3), grant.role, grant.user, self.audience)
            handover = Handover(peer)
            if not self._limit.take(handover):
                raise _too_many(self._limit.most)
            peer.ended.add_done_callback(lambda _: self._forget(handover))
            return handover
        try:
            handover = self.tokens.present(token, _owner(grant))
        except RefusedToken as refused:
            logger.info("A page did not come back as the peer that it names: %s", refused)
            raise Refusal(*REFUSALS[refused.why]) from None
        if handover.peer.role != grant.role:
            # What a user may do is settled when a peer joins; with another role it is another peer.
            raise Refusal(*REFUSALS["unknown"])
        return handover

    def give_up(self, handover: Handover) -> None:
        """A transport for it came to nothing; without another one, no peer comes of it."""
        if handover.in_use is None:
            self._limit.give_back(handover)

    def token(self, handover: Handover, grant: Grant) -> str:
        """A token for a transport that is to be added to a peer's."""
        self._open.add(handover)
        return self.tokens.issue(handover, _owner(grant))

    async def close(self, reason: str, *, retry: bool = True) -> None:
        """End all sessions, those that are still connecting too, and give the canvas back.

        retry: whether the pages shall come back by themselves, as after a restart of the program.
        """
        self.finalizer.detach()
        self.audience.end_waiting()
        await asyncio.gather(*(handover.end(reason, retry=retry) for handover in list(self._open)))
        await self.audience.close()
        canvas = self.canvas()
        if canvas is not None:
            await canvas.close_audience()


class Sessions:
    """The canvases of one server by name, and the sessions on them. A `signaling.whep.Host`.

    hub: the sockets that carry the media; whoever made it closes it.
    relay_only: whether media go through one of the TURN servers among the ICE servers, and no other way.
    max_peers: how many there may be at once; those that are away count, as their place is kept.
    dropped_messages: how many over WebSockets were not taken, by why.
    """

    def __init__(
        self,
        hub: Hub,
        *,
        video: VideoConfig,
        ice_servers: IceServerSource,
        relay_only: bool = False,
        max_peers: int = MAX_PEERS,
    ) -> None:
        self._hub = hub
        self._peer_limit = PeerLimit(max_peers)
        self._relay_only = relay_only
        self._video = video
        self._limits = RateLimits(
            start=min(START_BITRATE, video.max_bitrate),
            floor=MIN_BITRATE,
            ceiling=video.max_bitrate,
        )
        self._ice_servers = OfferedIceServers(ice_servers)
        self._served: dict[str, _Served] = {}
        self.dropped_messages: Counter[str] = Counter()
        self._executor = encoding_threads()
        self._short_turns = ShortTurns()
        self._closing = False

    def open(self, canvases: Mapping[str, Canvas]) -> None:
        """Serve these canvases too, until `close()`.

        Raises:
            ServeError: when one of them is served already; those before it are served.
        """
        for name, canvas in canvases.items():
            self._served[name] = _Served(canvas, self._peer_limit)

    @property
    def refused_peers(self) -> Counter[str]:
        """How many new peers were turned away, by why."""
        return Counter(self._peer_limit.refused)

    @property
    def refused_tokens(self) -> Counter[str]:
        """How many resume tokens were not taken, by why."""
        return sum((Counter(each.tokens.refused) for each in self._served.values()), Counter())

    def has_canvas(self, name: str) -> bool:
        served = self._served.get(name)
        return served is not None and served.canvas() is not None

    def session(self, canvas: str, session_id: str, *, grant: Grant) -> Session | None:
        served = self._served.get(canvas)
        session = None if served is None else served.sessions.get(session_id)
        if session is not None and session.grant.who != grant.who:
            raise Refusal(*REFUSALS["foreign"])
        return session

    async def snapshot(self, canvas: str, *, grant: Grant) -> bytes:
        self._check_served(canvas)
        await self._served[canvas].audience.look()
        self._check_served(canvas)
        try:
            image = await self._served[canvas].audience.exact_images.newest()
        except EncoderError as error:
            raise _refusal(error) from error
        if image is None:
            raise Refusal(503, "The program has not made a picture yet; try again later.")
        return image.data

    async def ice_servers(self, grant: Grant) -> list[IceServer]:
        name = grant.user if isinstance(grant.user, str) and grant.user else grant.role
        return [*await self._ice_servers.entries(name)]

    async def config(self, canvas: str | None, *, grant: Grant) -> Config:
        # Who may see this one may see no other by that: not even what it is called.
        shown = {
            name: served.canvas() for name, served in self._served.items() if canvas in (None, name)
        }
        return {
            "protocol": PROTOCOL,
            "version": __version__,
            "iceServers": await self.ice_servers(grant),
            "iceServersLifetime": self._ice_servers.lifetime,
            "codecs": list(CODECS),
            "canvases": [
                {
                    "name": name,
                    "title": each.title,
                    "size": (round(each.size[0]), round(each.size[1])),
                }
                for name, each in shown.items()
                if each is not None
            ],
        }

    async def connect(
        self,
        canvas: str,
        offer: str,
        *,
        grant: Grant,
        codec: str | None,
        reached: Reached,
        session: str | None = None,
        use: bool = False,
    ) -> Session:
        self._check_served(canvas)
        served = self._served[canvas]
        handover = served.handover(session, grant)
        peer, leg = handover.peer, handover.leg("webrtc", begins=use)
        connection: Connection | None = None
        try:
            entrance = await self._entrance(reached)
            connection = Connection(leg, self._limits, entrance, log=PeerLog(peer.id))
            answer = await connection.answer(
                offer, codec=self._wish(codec), chroma=self._video.chroma
            )
            equip = await equipment_maker(
                connection.codec, connection.chroma_obstacle, self._video, self._executor
            )
            self._check_served(canvas)
            if peer.ended.done():
                raise Refusal(*REFUSALS["unknown"])
        except BaseException as error:
            # A request that is given up half-way leaves nothing behind either.
            served.give_up(handover)
            if connection is not None:
                await connection.close()
            if isinstance(error, ConnectError | EncoderError):
                raise _refusal(error) from error
            raise
        token = served.token(handover, grant)
        made = Session(token, grant, handover, leg, connection, offer, answer)
        served.add(made)
        handover.add(
            leg, connection, equip, on_first_up=partial(served.tokens.use_up_before, token)
        )
        return made

    def _wish(self, codec: str | None) -> Codec | None:
        """The codec to take where the page can decode it: its own wish comes before the program's."""
        return next((known for known in CODECS if known == codec), self._video.codec)

    async def _entrance(self, reached: Reached) -> Entrance:
        if self._relay_only:
            return self._hub.relayed(await self._ice_servers.relays("server"))
        return self._hub.entrance(reached.authority, reached.local)

    async def open_socket(
        self, canvas: str, opening: Opening, socket: Socket, *, grant: Grant
    ) -> WebSocketConnection:
        codec = _decodable(opening.codecs, self._wish(opening.codec))
        obstacle = obstacle_in(self._video.chroma, codec, opening.codecs)
        try:
            equip = await equipment_maker(codec, obstacle, self._video, self._executor)
        except EncoderError as error:
            raise _refusal(error) from error
        self._check_served(canvas)
        served = self._served[canvas]
        handover = served.handover(opening.session, grant)
        try:
            return self._over_socket(served, handover, opening, socket, grant, codec, equip)
        except BaseException:
            served.give_up(handover)
            raise

    def _over_socket(
        self,
        served: _Served,
        handover: Handover,
        opening: Opening,
        socket: Socket,
        grant: Grant,
        codec: Codec,
        equip: Callable[[], Equipment],
    ) -> WebSocketConnection:
        peer, token = handover.peer, served.token(handover, grant)
        leg = handover.leg("websocket", begins=opening.use)

        def drop(why: str) -> None:
            self.dropped_messages[why] += 1
            peer.drop_input(why)

        connection = WebSocketConnection(
            socket,
            leg,
            self._limits,
            codec=codec,
            on_use=handover.use,
            on_drop=drop,
            log=PeerLog(peer.id),
        )
        connection.tell({"type": "opened", "session": token, "codec": codec})
        handover.add(
            leg,
            connection,
            equip,
            standby=connection,
            on_first_up=partial(served.tokens.use_up_before, token),
        )
        connection.open()
        return connection

    def _check_served(self, canvas: str) -> None:
        """Raise a Refusal where the server or the canvas is going, or went while a peer was being made."""
        if self._closing:
            raise Refusal(503, "The server is shutting down.")
        if not self.has_canvas(canvas):
            raise no_canvas(canvas)

    def close_canvas(self, name: str, reason: str) -> Coroutine[Any, Any, None]:
        """End the sessions on one canvas for good, and give it back. Its name is free before that is awaited."""
        served = self._served.pop(name, None)

        async def close() -> None:
            if served is not None:
                await served.close(reason, retry=False)

        return close()

    async def close(self, reason: str) -> None:
        """End every session and wait for what they leave behind."""
        self._closing = True
        await asyncio.gather(*(served.close(reason) for served in self._served.values()))
        # Waits for frames that are being encoded: some milliseconds each.
        await asyncio.to_thread(self._executor.shutdown)
        self._short_turns.end()


def _owner(grant: Grant) -> Hashable:
    """Who alone may come back as a peer: the same user, on a page of the same origin."""
    return grant.who, grant.origin


def _decodable(codecs: Sequence[str], wish: Codec | None) -> Codec:
    """The codec for a page that can decode these: the wish where it can, else the first of the page's that is ours.

    Raises:
        Refusal: when it can decode none.
    """
    if wish is not None and wish in codecs:
        return wish
    ours: tuple[Codec, ...] = (*CODECS, "jpeg")
    found = next((codec for name in codecs for codec in ours if codec == name), None)
    if found is None:
        raise Refusal(406, f"open: 'codecs' must have one of {', '.join(ours)}.")
    return found


def _too_many(most: int) -> Refusal:
    # A WebSocket closes with at most 123 bytes of it.
    return Refusal(
        503,
        f"As many viewers as the server takes are here ({most}): wait for one to leave, or raise --max-peers "
        "(max_peers=).",
    )


def _refusal(error: ConnectError | EncoderError) -> Refusal:
    if isinstance(error, ConnectError):
        return Refusal(error.status, str(error))
    logger.error("Nothing can be encoded: %s", error)
    return Refusal(500, "The server's encoder does not work; its log says why.")
