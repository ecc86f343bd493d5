"""aioice's TURN client: an address of a relay's, where this side has none that a browser could reach."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from aioice import Candidate, ice, stun

from ...ice_servers import Relay
from ...net.demultiplexer import PACKET_LIMIT
from ...net.stun import LAST_FIRST_BYTE
from . import require
from .shared import COMPONENT

logger = logging.getLogger(__name__)

require(ice, "relayed_candidate")
require(ice.StunProtocol, "datagram_received", "close")

# Seconds that a relay has to answer. A page that has no answer after three goes on without one.
PATIENCE = 2.5


async def allocate(connection: Any, relays: Sequence[Relay]) -> list[Candidate]:
    """Have a relay receive for a connection: the first of these that gives an address. None where none does."""
    tasks = {asyncio.create_task(_candidate(connection, relay)): relay for relay in relays}
    waiting = set(tasks)
    try:
        async with asyncio.timeout(PATIENCE):
            while waiting:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    if (error := task.exception()) is None:
                        del tasks[task]
                        return [_taken(connection, *task.result())]
                    logger.warning(
                        "The relay %s gives no address: %s", tasks.pop(task), _why(error)
                    )
    except TimeoutError:
        names = ", ".join(str(tasks[task]) for task in waiting)
        logger.warning("No answer within %.1f s from the relay %s.", PATIENCE, names)
    finally:
        await _give_up(list(tasks))
    return []


def _candidate(connection: Any, relay: Relay) -> Any:
    return ice.relayed_candidate(
        component=COMPONENT,
        # Where this side really is, is nobody's business.
        hide_related_address=True,
        protocol_factory=lambda: ice.StunProtocol(connection),
        turn_server=(relay.host, relay.port),
        turn_username=relay.username,
        turn_password=relay.credential,
        turn_ssl=relay.secure,
        turn_transport=relay.transport,
    )


def _taken(connection: Any, candidate: Candidate, protocol: Any) -> Candidate:
    _shield(connection, protocol)
    connection._protocols.append(protocol)
    return candidate


async def _give_up(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """End allocations that are not needed, those too that were made meanwhile."""
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if not isinstance(outcome, BaseException):
            _, protocol = outcome
            protocol.transport.close()


def _why(error: BaseException) -> str:
    if isinstance(error, stun.TransactionFailed):
        code, reason = error.response.attributes.get("ERROR-CODE", (0, "an error without a code"))
        return f"it refused with {code} {reason}."
    return f"{str(error) or type(error).__name__}."


def _shield(connection: Any, protocol: Any) -> None:
    """Drop what does harm in the layers above, as whoever finds the address can send it, before any authentication.

    aioice raises for malformed STUN attributes; aiortc ends the connection for an empty datagram, and for one that is
    longer than the buffer of its SRTP library, and OpenSSL takes the first handshake that comes.
    """
    receive = protocol.datagram_received

    def datagram_received(data: bytes, address: tuple[Any, ...]) -> None:
        if not 0 < len(data) <= PACKET_LIMIT:
            return
        if data[0] > LAST_FIRST_BYTE and not _is_known(connection, (address[0], address[1])):
            return
        try:
            receive(data, address)
        except Exception:
            logger.debug("A malformed datagram was dropped.", exc_info=True)

    protocol.datagram_received = datagram_received


def _is_known(connection: Any, address: tuple[str, int]) -> bool:
    """Whether an address was offered, or an authenticated check came from it."""
    return any(pair.remote_addr == address for pair in connection._check_list)
