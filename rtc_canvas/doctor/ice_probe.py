"""Tries STUN and TURN servers, and the candidates of an answer."""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from . import stun
from .candidates import Candidate
from .outcome import Outcome
from .transact import Channel, Transport, channel

PATIENCE = 3.0

_URL = re.compile(
    r"(?P<scheme>stuns?|turns?):(?P<host>\[[^\]]+\]|[^:?]+)(?::(?P<port>\d+))?(?:\?transport=(?P<transport>\w+))?"
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a TURN server wants."""

    username: str
    credential: str


@dataclass(frozen=True, slots=True)
class Agents:
    """Two ICE agents, as their descriptions tell: ours, and the server's with its password."""

    own_ufrag: str
    ufrag: str
    password: str


async def try_ice_server(
    url: str, credentials: Credentials | None, *, patience: float = PATIENCE
) -> Outcome:
    """Ask a STUN server for this machine's address, or a TURN server for a relay, which is given back at once."""
    match = _URL.fullmatch(url)
    if match is None:
        return Outcome("unreachable", detail="its URL is none")
    encrypted = match["scheme"].endswith("s")
    transport: Transport = "tls" if encrypted else "tcp" if match["transport"] == "tcp" else "udp"
    port = int(match["port"] or (5349 if encrypted else 3478))
    host = match["host"].strip("[]")

    async def ask(way: Channel) -> Outcome:
        if match["scheme"].startswith("stun"):
            return await _bind(way)
        return await _allocate(way, credentials or Credentials("", ""))

    return await _tried(transport, host, port, ask, patience)


async def try_candidate(
    candidate: Candidate, agents: Agents, *, patience: float = PATIENCE
) -> Outcome:
    """Check a candidate, as a browser would."""

    async def ask(way: Channel) -> Outcome:
        attributes = [
            (stun.USERNAME, f"{agents.ufrag}:{agents.own_ufrag}".encode()),
            (stun.PRIORITY, (1).to_bytes(4, "big")),
            (stun.ICE_CONTROLLING, stun.new_transaction()[:8]),
        ]
        return await _bind(way, attributes, agents.password.encode())

    return await _tried(candidate.transport, *candidate.address, ask, patience, framed=True)


async def _tried(
    transport: Transport,
    host: str,
    port: int,
    ask: Callable[[Channel], Awaitable[Outcome]],
    patience: float,
    *,
    framed: bool = False,
) -> Outcome:
    started = time.monotonic()
    try:
        async with asyncio.timeout(patience), channel(transport, host, port, framed=framed) as way:
            outcome = await ask(way)
    except TimeoutError:
        return Outcome("silent")
    except ssl.SSLError as error:
        return Outcome("untrusted", detail=getattr(error, "verify_message", "") or str(error))
    except OSError as error:
        return Outcome("unreachable", detail=error.strerror or str(error))
    if outcome.kind != "ok":
        return outcome
    return Outcome("ok", outcome.address, time.monotonic() - started)


async def _bind(
    way: Channel, attributes: stun.Attributes = (), key: bytes | None = None
) -> Outcome:
    transaction = stun.new_transaction()
    request = stun.request(stun.BINDING, transaction, attributes, key=key)
    answer = await way.ask(request, transaction)
    return _outcome(answer, stun.XOR_MAPPED_ADDRESS)


async def _allocate(way: Channel, credentials: Credentials) -> Outcome:
    """RFC 8656 clause 7: first without credentials, to learn the realm and a nonce."""
    wanted = [(stun.REQUESTED_TRANSPORT, bytes([17, 0, 0, 0]))]
    transaction = stun.new_transaction()
    answer = await way.ask(stun.request(stun.ALLOCATE, transaction, wanted), transaction)
    for _ in range(2):
        code, _reason = answer.error
        # 438: the nonce has gone stale, and a new one is in the answer.
        if (
            answer.kind == "success"
            or code not in (401, 438)
            or stun.NONCE not in answer.attributes
        ):
            break
        realm, nonce = answer.attributes.get(stun.REALM, b""), answer.attributes[stun.NONCE]
        signature = [
            (stun.USERNAME, credentials.username.encode()),
            (stun.REALM, realm),
            (stun.NONCE, nonce),
        ]
        key = stun.long_term_key(
            credentials.username, realm.decode(errors="replace"), credentials.credential
        )
        transaction = stun.new_transaction()
        request = stun.request(stun.ALLOCATE, transaction, [*wanted, *signature], key=key)
        answer = await way.ask(request, transaction)
        if answer.kind == "success":
            transaction = stun.new_transaction()
            over = [(stun.LIFETIME, bytes(4)), *signature]
            await way.ask(stun.request(stun.REFRESH, transaction, over, key=key), transaction)
        elif answer.error[0] != 438:
            break
    return _outcome(answer, stun.XOR_RELAYED_ADDRESS)


def _outcome(answer: stun.Response, address: int) -> Outcome:
    if answer.kind == "success":
        return Outcome("ok", answer.address(address))
    code, reason = answer.error
    return Outcome("refused", code=code, detail=reason)
