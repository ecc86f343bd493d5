"""One WHEP session: what signaling asks of a peer's WebRTC connection."""

from __future__ import annotations

from collections.abc import Sequence

from signaling.access import Grant
from signaling.refusal import Refusal
from signaling.sdp import ice_ufrag
from signaling.trickle import TrickleCandidate

from ..exceptions import ConnectError
from ..peers.peer import Peer
from ..rtc.connection import Connection
from .handover import Handover
from .leg import Leg
from .refusals import refusal_for


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
            raise refusal_for(error) from error
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
