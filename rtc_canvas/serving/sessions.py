"""The peers of the served canvases, and their WHEP sessions and WebSockets: where signaling and peers meet."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial
from typing import Any

from signaling.access import Grant
from signaling.authority import Reached
from signaling.discovery import Config, IceServer
from signaling.refusal import Refusal
from signaling.websocket import Opening, Socket
from signaling.whep import no_canvas

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
from ..rtc.congestion.estimator import RateLimits
from ..rtc.connection import Connection
from ..version import __version__
from ..websocket.connection import WebSocketConnection
from .encoding_threads import encoding_threads
from .handover import Handover
from .peer_limit import PeerLimit
from .refusals import no_such_peer, refusal_for
from .served import Served
from .session import Session
from .short_turns import ShortTurns

SHUT_DOWN = "The server was shut down."
CLOSED = "The program closed the canvas."


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
        self._served: dict[str, Served] = {}
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
            self._served[name] = Served(canvas, self._peer_limit)

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
            raise no_such_peer("foreign")
        return session

    async def snapshot(self, canvas: str, *, grant: Grant) -> bytes:
        self._check_served(canvas)
        await self._served[canvas].audience.look()
        self._check_served(canvas)
        try:
            image = await self._served[canvas].audience.exact_images.newest()
        except EncoderError as error:
            raise refusal_for(error) from error
        if image is None:
            raise Refusal(503, "The program has not made a picture yet; try again later.")
        return image.data

    async def ice_servers(self, grant: Grant) -> list[IceServer]:
        return [*await self._ice_servers.entries(_name(grant))]

    async def config(self, canvas: str | None, *, grant: Grant) -> Config:
        # Who may see this one may see no other by that: not even what it is called.
        shown = {
            name: served.canvas() for name, served in self._served.items() if canvas in (None, name)
        }
        ice_servers, lifetime = await self._ice_servers.offer(_name(grant))
        return {
            "protocol": PROTOCOL,
            "version": __version__,
            "iceServers": [*ice_servers],
            "iceServersLifetime": lifetime,
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
                raise no_such_peer()
        except BaseException as error:
            # A request that is given up half-way leaves nothing behind either.
            served.give_up(handover)
            if connection is not None:
                await connection.close()
            if isinstance(error, ConnectError | EncoderError):
                raise refusal_for(error) from error
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
            raise refusal_for(error) from error
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
        served: Served,
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


def _name(grant: Grant) -> str:
    """Whom credentials are for, as a TURN server's log tells it."""
    return grant.user if isinstance(grant.user, str) and grant.user else grant.role


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
