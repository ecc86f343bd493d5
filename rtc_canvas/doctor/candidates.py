"""The server's candidates, and which of their addresses cannot be right for whom. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

# RFC 8839 clause 5.1; names instead of addresses are nothing that a server offers.
_LINE = re.compile(
    r"a=candidate:\S+ 1 (?P<transport>udp|tcp) \d+ (?P<host>[0-9A-Fa-f.:]+) (?P<port>\d{1,5}) typ \w+(?P<rest>.*)",
    re.IGNORECASE,
)

# What Docker takes for its networks, unless it is told otherwise.
_DOCKER = [ipaddress.ip_network(f"172.{second}.0.0/16") for second in (17, *range(18, 32))]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One address that the server offers."""

    transport: Literal["udp", "tcp"]
    address: tuple[str, int]

    def __str__(self) -> str:
        host, port = self.address
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def parse_candidates(answer: str) -> list[Candidate]:
    """Those that a browser can begin with, each once."""
    return list(dict.fromkeys(_candidates(answer)))


def _candidates(answer: str) -> Iterator[Candidate]:
    for line in answer.splitlines():
        match = _LINE.fullmatch(line.strip())
        if match is None or not 0 < int(match["port"]) < 65536:
            continue
        tcp = match["transport"].lower() == "tcp"
        if not tcp or "tcptype passive" in match["rest"]:
            yield Candidate("tcp" if tcp else "udp", (match["host"], int(match["port"])))


def doubt(offered: str, reached: str) -> str | None:
    """Why an address that the server offers cannot be right for who reached it at another; None without a doubt.

    reached: the address by which its page came.
    """
    try:
        address, known = ipaddress.ip_address(offered), ipaddress.ip_address(reached)
    except ValueError:
        return None
    if address == known:
        return None
    if address.is_loopback:
        return None if known.is_loopback else "only the server's own machine reaches that"
    if address.is_link_local:
        return "that is good on one link only"
    if any(address in network for network in _DOCKER):
        return "it looks like one of Docker's own, which only its host reaches"
    if address.is_private and known.is_global:
        return "that is private, and the server was reached at a public one"
    return None
