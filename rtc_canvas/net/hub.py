"""The sockets of one server that carry the media of all its peers."""

from __future__ import annotations

import secrets
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from ..ice_servers import Relay
from .candidates import Bound, Candidate, Places, candidates
from .demultiplexer import Address, Demultiplexer, Receiver
from .interfaces import Filter, interfaces
from .public import PublicAddresses

UFRAG_LENGTH = 8
_UFRAG = string.ascii_letters + string.digits


class SharedSocket(Protocol):
    """A socket, or many of one kind, on which every peer sends and receives."""

    demultiplexer: Demultiplexer[Receiver]

    @property
    def bound(self) -> Bound: ...

    async def open(self) -> None: ...

    def close(self) -> None: ...

    def leave(self, receiver: Receiver) -> None:
        """Forget a receiver, and end what is its alone."""

    def keep(self, receiver: Receiver, address: Address | None) -> None:
        """Forget all addresses of a receiver but one, and end what came from them."""

    def send(self, data: bytes, address: Address) -> None:
        """Send a packet, or lose it."""

    def backlog(self, address: Address) -> int:
        """Bytes for an address that have not left, or are not known to have arrived."""


class Offer(NamedTuple):
    """A socket, and where one browser may reach it: at least one address."""

    socket: SharedSocket
    candidates: list[Candidate]


@dataclass(slots=True)
class Entrance:
    """How one browser may come in.

    ufrag: the ICE user name fragment by which it asks for its peer, nobody else's on these sockets.
    relays: TURN servers through one of which it has to come, and not by the sockets; None where it may come directly.
    """

    ufrag: str
    offers: list[Offer]
    relays: Sequence[Relay] | None = None

    def rename(self) -> str:
        """Have it ask by a new fragment from now on, as an ICE restart wants it (RFC 8445 clause 9); returns that."""
        demultiplexers = [offer.socket.demultiplexer for offer in self.offers]
        ufrag = new_ufrag(demultiplexers)
        for each in demultiplexers:
            each.rename(self.ufrag, ufrag)
        self.ufrag = ufrag
        return ufrag


def new_ufrag(demultiplexers: Sequence[Demultiplexer[Receiver]]) -> str:
    """A fragment that nobody has on any of these."""
    while True:
        ufrag = "".join(secrets.choice(_UFRAG) for _ in range(UFRAG_LENGTH))
        if not any(each.knows(ufrag) for each in demultiplexers):
            return ufrag


class Hub:
    """Shared sockets, and what browsers are told of where they are.

    http_port: of the server that hands out the page; None where that is not ours.
    """

    def __init__(
        self,
        sockets: Sequence[SharedSocket],
        *,
        http_port: int | None = None,
        interfaces: Filter | None = None,
        public: PublicAddresses | None = None,
    ) -> None:
        self._sockets = list(sockets)
        self._http_port = http_port
        self._filter = interfaces or Filter()
        self._public = public or PublicAddresses()

    async def open(self) -> None:
        """Begin to receive, on the running event loop.

        Raises:
            ServeError: for a public address that has none, or an interface that is not there.
        """
        self._filter.check(interfaces())
        await self._public.open()
        for each in self._sockets:
            await each.open()

    def close(self) -> None:
        """Close all sockets. Idempotent."""
        self._public.close()
        for each in self._sockets:
            each.close()

    @property
    def dropped(self) -> Counter[str]:
        """How many packets were nobody's on all sockets, by what they were."""
        return sum((Counter(each.demultiplexer.dropped) for each in self._sockets), Counter())

    def relayed(self, relays: Sequence[Relay]) -> Entrance:
        """An entrance for a browser that may come through a TURN server only."""
        return Entrance(new_ufrag([each.demultiplexer for each in self._sockets]), [], relays)

    def entrance(self, authority: Address | None = None, local: str | None = None) -> Entrance:
        """An entrance for a browser that came to this address.

        authority: IP address and port in its Host field. local: the address of this machine at which it arrived.
        """
        own = [interface.address for interface in interfaces() if self._filter.takes(interface)]
        # What it came by is tried first.
        own.sort(key=lambda address: address != local)
        places = Places(own, self._public.now(), authority, self._http_port)
        offers = (Offer(each, candidates(each.bound, places)) for each in self._sockets)
        ufrag = new_ufrag([each.demultiplexer for each in self._sockets])
        return Entrance(ufrag, [offer for offer in offers if offer.candidates])
