"""Whose a packet is, on a socket that all peers share. Pure.

A request names the ICE user name fragment of its receiver, a response the request that it answers. All else goes by
where it comes from, and only from where its receiver has authenticated a request. What is nobody's is dropped without
a word: an answer would tell strangers who is there, and could be aimed at others.
"""

from __future__ import annotations

from collections import Counter
from typing import Generic, Protocol, TypeAlias, TypeVar

from . import stun

Address: TypeAlias = tuple[str, int]

PACKET_LIMIT = 1500
"""No WebRTC packet is longer than what Ethernet carries."""

SOURCES_LIMIT = 64
"""So many addresses may be one receiver's: a browser has a few, and a hostile one is not to fill the tables."""


class Receiver(Protocol):
    """Who gets the packets of one peer."""

    def stun_received(self, data: bytes, address: Address) -> None:
        """Take a STUN message that names this receiver; it is not authenticated yet."""

    def data_received(self, data: bytes) -> None:
        """Take a packet from an address that was bound."""

    def source_lost(self, address: Address) -> None:
        """Nothing comes from an address any more that was bound: its connection has ended."""


ReceiverT = TypeVar("ReceiverT", bound=Receiver)
KeyT = TypeVar("KeyT")


class Demultiplexer(Generic[ReceiverT]):
    """The tables of one socket.

    dropped: how many packets were nobody's, by what they were.
    """

    def __init__(self) -> None:
        self._ufrags: dict[str, ReceiverT] = {}
        self._sources: dict[Address, ReceiverT] = {}
        self._transactions: dict[bytes, ReceiverT] = {}
        # Of each receiver, oldest first.
        self._sources_of: dict[ReceiverT, dict[Address, None]] = {}
        self.dropped: Counter[str] = Counter()

    def join(self, ufrag: str, receiver: ReceiverT) -> None:
        """Let requests that name this fragment reach a receiver.

        Raises:
            ValueError: when it is another's already.
        """
        if ufrag in self._ufrags:
            raise ValueError(f"The ICE user name fragment {ufrag!r} is taken.")
        self._ufrags[ufrag] = receiver
        self._sources_of.setdefault(receiver, {})

    def rename(self, old: str, new: str) -> None:
        """Let a receiver be reached by another fragment, and by the old one no more, as after an ICE restart.

        Raises:
            ValueError: when nobody has the old one, or somebody the new one.
        """
        if new in self._ufrags:
            raise ValueError(f"The ICE user name fragment {new!r} is taken.")
        if old not in self._ufrags:
            raise ValueError(f"Nobody has the ICE user name fragment {old!r}.")
        self._ufrags[new] = self._ufrags.pop(old)

    def knows(self, ufrag: str) -> bool:
        return ufrag in self._ufrags

    def leave(self, receiver: ReceiverT) -> list[Address]:
        """Forget a receiver and all that led to it; returns the addresses that it had."""
        own = list(self._sources_of.pop(receiver, ()))
        for address in own:
            del self._sources[address]
        self._ufrags = _without(self._ufrags, receiver)
        self._transactions = _without(self._transactions, receiver)
        return own

    def bind(self, address: Address, receiver: ReceiverT) -> None:
        """Let all that comes from an address reach a receiver, which has authenticated it.

        It may have been another's: a browser uses a port again.
        """
        owner = self._sources.get(address)
        if owner is receiver or receiver not in self._sources_of:
            return
        if owner is not None:
            del self._sources_of[owner][address]
        own = self._sources_of[receiver]
        if len(own) == SOURCES_LIMIT:
            del self._sources[oldest := next(iter(own))], own[oldest]
        own[address] = None
        self._sources[address] = receiver

    def unbind(self, address: Address) -> ReceiverT | None:
        """Forget an address; returns whose it was."""
        owner = self._sources.pop(address, None)
        if owner is not None:
            del self._sources_of[owner][address]
        return owner

    def keep(self, receiver: ReceiverT, address: Address | None) -> list[Address]:
        """Forget all addresses of a receiver but one; returns them. Its next request from there binds one again."""
        gone = [each for each in self.sources(receiver) if each != address]
        for each in gone:
            self.unbind(each)
        return gone

    def owner(self, address: Address) -> ReceiverT | None:
        """Whose an address is."""
        return self._sources.get(address)

    def sources(self, receiver: ReceiverT) -> list[Address]:
        """The addresses of a receiver."""
        return list(self._sources_of.get(receiver, ()))

    def expect(self, transaction_id: bytes, receiver: ReceiverT) -> None:
        """Let the response to a request reach a receiver."""
        self._transactions[transaction_id] = receiver

    def forget(self, transaction_id: bytes) -> None:
        """Expect a response no more."""
        self._transactions.pop(transaction_id, None)

    def deliver(self, data: bytes, address: Address) -> bool:
        """Hand a packet to its receiver; whether it has one. It must have come from the address."""
        if not 0 < len(data) <= PACKET_LIMIT:
            return self._drop("size")
        if data[0] > stun.LAST_FIRST_BYTE:
            receiver = self._sources.get(address)
            if receiver is None:
                return self._drop("stranger")
            receiver.data_received(data)
            return True
        return self._deliver_stun(data, address)

    def _deliver_stun(self, data: bytes, address: Address) -> bool:
        message = stun.parse(data)
        if message is None:
            return self._drop("malformed")
        if message.kind == "response":
            receiver = self._transactions.get(message.transaction_id)
        else:
            # By its name even where the address is known: another peer may have come to use that.
            receiver = self._ufrags.get(message.ufrag or "")
        if receiver is None:
            return self._drop(message.kind)
        receiver.stun_received(data, address)
        return True

    def _drop(self, what: str) -> bool:
        self.dropped[what] += 1
        return False


def _without(table: dict[KeyT, ReceiverT], receiver: ReceiverT) -> dict[KeyT, ReceiverT]:
    return {key: owner for key, owner in table.items() if owner is not receiver}
