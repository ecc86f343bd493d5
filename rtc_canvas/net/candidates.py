"""Where a browser may try to reach a shared socket. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from .demultiplexer import Address

Transport: TypeAlias = Literal["udp", "tcp"]

WILDCARDS = ("0.0.0.0", "::")

# RFC 6544 clause 4.2: TCP is what is left where UDP does not pass.
HIGHEST_PREFERENCE: dict[Transport, int] = {"udp": 65535, "tcp": 32767}

# By how much the address at which the page was reached comes before all that are only possible, on other sockets too.
LIKELIER = 100


@dataclass(frozen=True, slots=True)
class Candidate:
    """One address to try.

    preference: the local preference of RFC 8445 clause 5.1.2.1, higher ones first.
    """

    transport: Transport
    host: str
    port: int
    preference: int


@dataclass(frozen=True, slots=True)
class Bound:
    """Where a socket is bound.

    dual: an IPv6 one that takes IPv4 too.
    """

    transport: Transport
    host: str
    port: int
    dual: bool = False

    def speaks(self, host: str) -> bool:
        """Whether an address is of the socket's family."""
        return self.dual or (":" in host) == (":" in self.host)

    def covers(self, host: str) -> bool:
        """Whether what is sent to this address of the machine arrives at the socket."""
        return self.speaks(host) and self.host in (host, *WILDCARDS)


@dataclass(frozen=True, slots=True)
class Places:
    """What is known of how the machine can be reached.

    Chromium tries one address after the other, 50 ms apart: the likeliest are to come first.

    own: addresses of its interfaces. public: addresses that others translate to one of those.
    reached: host and port at which the page reached the server, where that is an IP address; through a tunnel or a
        published port it is another one than the server's own. http_port: the server's own.
    """

    own: Sequence[str]
    public: Sequence[str] = ()
    reached: Address | None = None
    http_port: int | None = None


def candidates(bound: Bound, places: Places) -> list[Candidate]:
    """The addresses of a socket that a browser is told, the likeliest first."""
    found = dict.fromkeys(_addresses(bound, places))
    highest = HIGHEST_PREFERENCE[bound.transport]
    if places.reached is None or places.reached[0] not in [host for host, _ in found]:
        highest -= LIKELIER
    return [
        Candidate(bound.transport, host, port, highest - index)
        for index, (host, port) in enumerate(found)
    ]


def _addresses(bound: Bound, places: Places) -> Iterable[Address]:
    reached = places.reached
    if reached is not None:
        # Who publishes the one number publishes its UDP port under the same other number.
        port = reached[1] if bound.port == places.http_port else bound.port
        if bound.transport == "tcp" or bound.speaks(reached[0]):
            yield reached[0], port
        if bound.transport == "tcp" and reached[0] == "::1":
            # A browser without an IPv6 address of its own has nothing to start from.
            yield "127.0.0.1", port
    local = [host for host in places.own if bound.covers(host)]
    elsewhere = [host for host in local if not is_loopback(host)]
    if reached is not None and is_loopback(reached[0]):
        yield from ((host, bound.port) for host in local if is_loopback(host))
    elif not elsewhere and not places.public:
        elsewhere = local
    yield from ((host, bound.port) for host in places.public if bound.speaks(host))
    yield from ((host, bound.port) for host in elsewhere)


def is_loopback(host: str) -> bool:
    return ipaddress.ip_address(host).is_loopback
