"""STUN and TURN servers: what a program names, and what each page is told of them."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import logging
import math
import re
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NotRequired, TypeAlias, TypedDict

from .exceptions import ConfigError

__all__ = [
    "IceServer",
    "IceServerSource",
    "OfferedIceServers",
    "Relay",
    "TurnSecret",
    "checked_source",
    "has_relay",
]

logger = logging.getLogger(__name__)

# RFC 7064 and RFC 7065 clause 3.1. Only TURN has a transport.
_URL = re.compile(
    r"(?:(?P<turn>turns?)|stuns?):(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>\d{1,5}))?"
    r"(?(turn)(?:\?transport=(?P<transport>udp|tcp))?)"
)

# A page waits for its configuration; what takes longer than this is left out of it.
PATIENCE = 2.0

SHORTEST_TTL = 60


class Entry(TypedDict):
    """One server as a page gets it, an RTCIceServer."""

    urls: list[str]
    username: NotRequired[str]
    credential: NotRequired[str]


@dataclass(frozen=True, slots=True)
class IceServer:
    """A STUN or TURN server, and credentials that stay as they are.

    urls: one or several of the same server, such as "turn:turn.example.org:3478?transport=tcp".
    username, credential: what a TURN server wants; a STUN server wants none.

    Raises:
        ConfigError: for a URL that is none, and for a TURN server without credentials.
    """

    urls: str | Sequence[str]
    username: str | None = None
    credential: str | None = None

    def __post_init__(self) -> None:
        for url in _checked(self.urls):
            if url.startswith("turn") and not (self.username and self.credential):
                raise ConfigError(
                    f"{url} needs a username and a credential, or a TurnSecret where it shares a secret with you."
                )

    def entry(self, user: str, now: float) -> Entry:
        """What a page is told."""
        entry: Entry = {"urls": _checked(self.urls)}
        if self.username and self.credential:
            entry["username"], entry["credential"] = self.username, self.credential
        return entry


@dataclass(frozen=True, slots=True)
class TurnSecret:
    """A TURN server with which a secret is shared: each page gets credentials that expire.

    That is coturn's `use-auth-secret`, draft-uberti-behave-turn-rest-00.

    urls: one or several of the same server.
    secret: coturn's `static-auth-secret`.
    ttl: seconds for which credentials are good, 60 or more; default 6 hours. Connections that are up go on after that.

    Raises:
        ConfigError: for a value that is not taken.
    """

    urls: str | Sequence[str]
    secret: str
    ttl: int = 6 * 3600

    def __post_init__(self) -> None:
        for url in _checked(self.urls):
            if not url.startswith("turn"):
                raise ConfigError(f"A TurnSecret takes URLs of TURN servers, got {url}.")
        if not isinstance(self.secret, str) or not self.secret:
            raise ConfigError("A TurnSecret needs the secret that the TURN server has.")
        if isinstance(self.ttl, bool) or not isinstance(self.ttl, int) or self.ttl < SHORTEST_TTL:
            raise ConfigError(
                f"ttl must be an int of {SHORTEST_TTL} seconds or more, got {self.ttl!r}."
            )

    def entry(self, user: str, now: float) -> Entry:
        """What a page is told. now: seconds of `time.time()`, which the TURN server's clock must agree with."""
        # Rounded up: they are good for no less than what the page is told.
        username = f"{math.ceil(now) + self.ttl}:{user}"
        digest = hmac.digest(self.secret.encode(), username.encode(), hashlib.sha1)
        credential = base64.b64encode(digest).decode()
        return {"urls": _checked(self.urls), "username": username, "credential": credential}


IceServers: TypeAlias = Sequence[IceServer | TurnSecret]
IceServerSource: TypeAlias = IceServers | Callable[[], Awaitable[IceServers]]
"""ICE servers, or an async function that returns them each time a page asks."""


@dataclass(frozen=True, slots=True)
class Relay:
    """A TURN server as its client sees it. port: by default that of RFC 7065 clause 3.2."""

    host: str
    port: int
    transport: Literal["udp", "tcp"]
    secure: bool
    username: str
    credential: str

    def __str__(self) -> str:
        return f"{self.host}:{self.port} ({'tls' if self.secure else self.transport})"


class OfferedIceServers:
    """The ICE servers of one program, with the credentials of the moment."""

    def __init__(self, source: IceServerSource) -> None:
        self._source = source

    async def offer(self, user: str) -> tuple[list[Entry], int | None]:
        """The servers for a page that asks now, and the seconds for which their credentials are good: None for ever, or
        where that is not known.

        A source that fails leaves the page without them: most need none.

        user: whom the credentials are for; a TURN server's log tells it.
        """
        now = time.time()
        servers = await self._servers()
        lifetime = min((s.ttl for s in servers if isinstance(s, TurnSecret)), default=None)
        return [server.entry(user, now) for server in servers], lifetime

    async def entries(self, user: str) -> list[Entry]:
        """The servers alone."""
        entries, _ = await self.offer(user)
        return entries

    async def relays(self, user: str) -> list[Relay]:
        """The TURN servers among them for the server itself, one for each URL that it can use."""
        return [relay for entry in await self.entries(user) for relay in _relays(entry)]

    async def _servers(self) -> IceServers:
        if not callable(self._source):
            return self._source
        try:
            async with asyncio.timeout(PATIENCE):
                return _checked_servers(await self._source())
        except Exception:
            logger.exception("The function for ICE servers failed; a page gets none.")
            return ()


def _relays(entry: Entry) -> Iterator[Relay]:
    for url in entry["urls"]:
        match = _URL.fullmatch(url)
        assert match is not None, "it was checked"
        secure = match["turn"] == "turns"
        transport = match["transport"] or ("tcp" if secure else "udp")
        if match["turn"] is None or (secure and transport == "udp"):
            # A STUN server relays nothing, and TURN over DTLS (RFC 7350) is not spoken here.
            continue
        yield Relay(
            host=match["host"].strip("[]"),
            port=int(match["port"] or (5349 if secure else 3478)),
            transport="udp" if transport == "udp" else "tcp",
            secure=secure,
            username=entry.get("username", ""),
            credential=entry.get("credential", ""),
        )


def has_relay(source: IceServerSource) -> bool:
    """Whether there may be a TURN server among them: what a function returns is not known before."""
    if callable(source):
        return True
    return any(url.startswith("turn") for server in source for url in _checked(server.urls))


def checked_source(source: object) -> None:
    """Raise ConfigError for what is no `IceServerSource`."""
    if not callable(source):
        _checked_servers(source)


def _checked_servers(servers: object) -> IceServers:
    if isinstance(servers, str) or not isinstance(servers, Sequence):
        raise ConfigError(
            "ice_servers must be a list of IceServer and TurnSecret, or an async function that returns one, "
            f"got {servers!r:.80}."
        )
    for server in servers:
        if not isinstance(server, IceServer | TurnSecret):
            raise ConfigError(
                f"An ICE server must be an IceServer or a TurnSecret, got {type(server).__name__}."
            )
    return servers


def _checked(urls: str | Sequence[str]) -> list[str]:
    listed = [urls] if isinstance(urls, str) else list(urls)
    if not listed:
        raise ConfigError("An ICE server needs one URL at least, got none.")
    for url in listed:
        if not isinstance(url, str) or not _URL.fullmatch(url):
            raise ConfigError(
                "The URL of an ICE server must be like stun:HOST:PORT, turn:HOST:PORT?transport=tcp or "
                f"turns:HOST:PORT, got {url!r:.80}."
            )
    return listed
