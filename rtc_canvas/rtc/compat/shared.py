"""aioice over sockets that all peers share."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, TypeAlias

from aioice import Candidate, ice, stun
from aioice.candidate import candidate_foundation, candidate_priority

from ...net.candidates import Candidate as SharedCandidate
from ...net.demultiplexer import Address
from ...net.hub import Entrance, SharedSocket
from . import require

logger = logging.getLogger(__name__)

require(ice.Connection, "data_received", "request_received", "protocol_lost")
require(ice.StunProtocol, "connection_lost", "request", "send_data", "send_stun", "close")
require(stun.Transaction, "response_received")

COMPONENT = 1
"""RTP and RTCP share one transport, so this is all there is."""


SourceLost: TypeAlias = Callable[["SharedProtocol", Address], None]
"""Told when the TCP connection from an address has ended."""


class SharedProtocol(ice.StunProtocol):
    """One peer's part in a shared socket. A `net.demultiplexer.Receiver`.

    aioice would make sockets of each peer's own. It finds its pairs by the protocol and the remote address, so that one
    protocol does for all addresses of a socket.
    """

    def __init__(
        self,
        connection: Any,
        socket: SharedSocket,
        candidate: Candidate,
        on_source_lost: SourceLost,
    ) -> None:
        super().__init__(connection)
        require(self, "transactions", "receiver")
        self.local_candidate = candidate
        self.transport = _Transport(self, socket)  # type: ignore[assignment]
        self._socket = socket
        self._on_source_lost = on_source_lost

    # What its socket calls.

    def stun_received(self, data: bytes, address: Address) -> None:
        try:
            message = stun.parse_message(data)
        except Exception:
            # Of what anybody may send; the parser raises whatever its struct and string operations raise.
            logger.debug("A malformed STUN message was dropped.", exc_info=True)
            self._socket.demultiplexer.dropped["malformed"] += 1
            return
        if message.message_class == stun.Class.REQUEST:
            self.receiver.request_received(message, address, self)
        elif message.transaction_id in self.transactions:
            self.transactions[message.transaction_id].response_received(message, address)

    def data_received(self, data: bytes) -> None:
        self.receiver.data_received(data, COMPONENT)

    def source_lost(self, address: Address) -> None:
        self._on_source_lost(self, address)

    # What aioice calls.

    async def send_data(self, data: bytes, addr: Address) -> None:
        self._socket.send(data, addr)

    def send_stun(self, message: stun.Message, addr: Address) -> None:
        if message.message_class == stun.Class.RESPONSE:
            # It answers a request that was authenticated.
            self._socket.demultiplexer.bind(addr, self)
        super().send_stun(message, addr)

    async def request(
        self,
        request: stun.Message,
        addr: Address,
        integrity_key: bytes | None = None,
        retransmissions: int | None = None,
    ) -> tuple[stun.Message, Address]:
        demultiplexer = self._socket.demultiplexer
        demultiplexer.expect(request.transaction_id, self)
        try:
            return await super().request(request, addr, integrity_key, retransmissions)
        finally:
            demultiplexer.forget(request.transaction_id)

    # What is asked of it here.

    def refuse(self) -> None:
        """Count a request that is not authenticated, and leave it at that."""
        self._socket.demultiplexer.dropped["unauthenticated"] += 1

    def backlog(self, address: Address) -> int:
        return self._socket.backlog(address)

    def keep(self, address: Address | None) -> None:
        """Forget all addresses of the browser but one."""
        self._socket.keep(self, address)


class _Transport:
    """What a protocol of aioice takes for a datagram transport of its own."""

    def __init__(self, protocol: SharedProtocol, socket: SharedSocket) -> None:
        self._protocol = protocol
        self._socket = socket
        self._closing = False

    def sendto(self, data: bytes, address: Address) -> None:
        self._socket.send(data, address)

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            self._socket.leave(self._protocol)
            # aioice waits for it.
            asyncio.get_running_loop().call_soon(self._protocol.connection_lost, None)


def join(connection: Any, entrance: Entrance, on_source_lost: SourceLost) -> list[Candidate]:
    """Let a connection send and receive on the sockets of an entrance; returns its candidates."""
    found = []
    for socket, candidates in entrance.offers:
        own = [_candidate(candidate) for candidate in candidates]
        protocol = SharedProtocol(connection, socket, own[0], on_source_lost)
        socket.demultiplexer.join(entrance.ufrag, protocol)
        connection._protocols.append(protocol)
        found += own
    return found


class _Passive(Candidate):
    """A TCP candidate. It makes no connections, so there is nothing to check before its browser has made one."""

    def can_pair_with(self, other: Candidate) -> bool:
        return False


def _candidate(candidate: SharedCandidate) -> Candidate:
    is_tcp = candidate.transport == "tcp"
    kind = _Passive if is_tcp else Candidate
    return kind(
        foundation=candidate_foundation("host", candidate.transport, candidate.host),
        component=COMPONENT,
        transport=candidate.transport,
        priority=candidate_priority(COMPONENT, "host", candidate.preference),
        host=candidate.host,
        port=candidate.port,
        type="host",
        tcptype="passive" if is_tcp else None,
    )
