"""Where a browser reached the server. Pure."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple

__all__ = ["Reached", "ip_authority"]


class Reached(NamedTuple):
    """Where a browser reached the server.

    authority: the IP address, without brackets, and the port of its Host field; None where that has
        a name.
    local: the address of this machine at which the request arrived; None where it is not known.
    """

    authority: tuple[str, int] | None = None
    local: str | None = None


_FIELD = re.compile(
    r"(?:\[(?P<v6>[0-9A-Fa-f]*:[0-9A-Fa-f:.]{1,45})\]|(?P<v4>[0-9.]{7,15})|(?P<name>(?i:localhost)\.?))"
    r"(?::(?P<port>[0-9]{1,5}))?",
    re.ASCII,
)

_DEFAULT_PORTS = {False: 80, True: 443}


def ip_authority(field: str | None, *, encrypted: bool) -> tuple[str, int] | None:
    """The address and port in a Host field; None where it has a name other than `localhost`, or is malformed.

    Behind a tunnel or a published port they are others than those that the server listens at, and
    nobody but the browser knows them. Who forges them misleads nobody but itself.

    encrypted: whether the browser asked by https.
    """
    match = _FIELD.fullmatch(field or "")
    if match is None:
        return None
    port = int(match["port"] or _DEFAULT_PORTS[encrypted])
    if not 0 < port <= 65535:
        return None
    if match["name"]:
        return "127.0.0.1", port
    try:
        address = ipaddress.ip_address(match["v6"] or match["v4"])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address
    if address.is_unspecified or address.is_multicast:
        return None
    return str(address), port
