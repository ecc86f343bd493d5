"""How a browser asked, where a reverse proxy passed its request on. Pure.

`X-Forwarded-Host`, `-Proto` and `-Prefix` tell it. They are believed from the proxies that the settings name and from
nobody else, for whoever reaches the port can write them. The viewer's own address decides nothing here.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["Asked", "TrustedProxies"]

_Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

# RFC 3986's path, without empty segments: two slashes at its beginning would name a host, and a semicolon would end the
# path of a cookie.
_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,=:@%-]+)*/?")


@dataclass(frozen=True, slots=True)
class Asked:
    """How the browser asked.

    host: its Host field; None without one.
    encrypted: whether it asked by https.
    prefix: what a proxy took away from the beginning of the path, such as "/lab/7"; empty where nothing.
    """

    host: str | None
    encrypted: bool
    prefix: str = ""


class TrustedProxies:
    """The proxies that are believed.

    listed: IP addresses, and networks such as "10.0.0.0/8".

    Raises:
        ValueError: for what is neither.
    """

    def __init__(self, listed: Iterable[str] = ()) -> None:
        self._networks = [_network(text) for text in listed]

    def trust(self, remote: str | None) -> bool:
        """Whether the other end of a connection is one of them.

        remote: its address, as the socket tells it.
        """
        try:
            address = ipaddress.ip_address(remote or "")
        except ValueError:
            return False
        if isinstance(address, ipaddress.IPv6Address):
            # Without the zone, which says on which of this machine's links it is.
            address = address.ipv4_mapped or ipaddress.IPv6Address(int(address))
        return any(address in network for network in self._networks)

    def asked(
        self, fields: Iterable[tuple[str, str]], *, remote: str | None, encrypted: bool
    ) -> Asked:
        """How the browser asked.

        fields: the request's, in their order; several of one name count as one list (RFC 9110 clause 5.3).
        remote: the other end of its connection.
        encrypted: whether that connection is.
        """
        listed = [(name.lower(), value) for name, value in fields]
        host = next((value for name, value in listed if name == "host"), None)
        if not self.trust(remote):
            return Asked(host, encrypted)
        scheme = _last(listed, "x-forwarded-proto").lower()
        return Asked(
            _last(listed, "x-forwarded-host") or host,
            scheme == "https" if scheme in ("http", "https") else encrypted,
            _checked_prefix(_last(listed, "x-forwarded-prefix")),
        )


def _last(fields: list[tuple[str, str]], name: str) -> str:
    """The last of a list, which the nearest proxy wrote: what stands before it may be anybody's. Empty without one."""
    values = [value for each, value in fields if each == name]
    return values[-1].rpartition(",")[2].strip() if values else ""


def _checked_prefix(prefix: str) -> str:
    parts = prefix.split("/")
    if not _PREFIX.fullmatch(prefix) or "." in parts or ".." in parts:
        return ""
    return prefix.removesuffix("/")


def _network(text: str) -> _Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except (ValueError, TypeError):
        raise ValueError(
            f"A trusted proxy is an IP address or a network, like 127.0.0.1 or 10.0.0.0/8, got {text!r:.80}."
        ) from None
