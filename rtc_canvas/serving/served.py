"""One canvas on the server: its audience, and the sessions of its peers."""

from __future__ import annotations

import asyncio
import logging
import secrets
import weakref
from collections.abc import Hashable

from signaling.access import Grant

from ..audience import Audience
from ..canvas import Canvas
from ..peers.peer import Peer
from .handover import Handover
from .peer_limit import PeerLimit
from .refusals import no_such_peer, too_many
from .resume_tokens import RefusedToken, ResumeTokens
from .session import Session

logger = logging.getLogger(__name__)


class Served:
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
                raise too_many(self._limit.most)
            peer.ended.add_done_callback(lambda _: self._forget(handover))
            return handover
        try:
            handover = self.tokens.present(token, _owner(grant))
        except RefusedToken as refused:
            logger.info("A page did not come back as the peer that it names: %s", refused)
            raise no_such_peer(refused.why) from None
        if handover.peer.role != grant.role:
            # What a user may do is settled when a peer joins; with another role it is another peer.
            raise no_such_peer()
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


def _owner(grant: Grant) -> Hashable:
    """Who alone may come back as a peer: the same user, on a page of the same origin."""
    return grant.who, grant.origin
