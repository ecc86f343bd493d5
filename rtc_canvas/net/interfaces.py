"""The addresses of this machine."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

import ifaddr

from ..exceptions import ServeError


@dataclass(frozen=True, slots=True)
class Interface:
    """One address of this machine.

    name: of its interface, such as "eth0". address: an IPv4 or IPv6 address, the latter without scope.
    """

    name: str
    address: str

    @property
    def is_loopback(self) -> bool:
        return ipaddress.ip_address(self.address).is_loopback


def interfaces() -> list[Interface]:
    """All addresses that others can name: those of one link (IPv6 with a scope) mean nothing elsewhere."""
    return [
        Interface(adapter.nice_name, ip.ip if isinstance(ip.ip, str) else ip.ip[0])
        for adapter in ifaddr.get_adapters()
        for ip in adapter.ips
        if isinstance(ip.ip, str) or ip.ip[2] == 0
    ]


class Filter:
    """Which addresses of the machine are offered to browsers.

    wanted: names of interfaces ("eth0"), addresses, and networks ("10.0.0.0/8"); none of them means all.
    """

    def __init__(self, wanted: Sequence[str] = ()) -> None:
        self._wanted = tuple(wanted)

    def check(self, there: Sequence[Interface]) -> None:
        """Raise a ServeError for the first that is wanted and names nothing that is there."""
        for wanted in self._wanted:
            if not any(_is_meant(wanted, interface) for interface in there):
                known = ", ".join(f"{each.name} ({each.address})" for each in there)
                raise ServeError(
                    f"No address of this machine is on the interface {wanted!r}; it has {known}."
                )

    def takes(self, interface: Interface) -> bool:
        return not self._wanted or any(_is_meant(wanted, interface) for wanted in self._wanted)


def _is_meant(wanted: str, interface: Interface) -> bool:
    network = _network(wanted)
    if network is None:
        return wanted == interface.name
    return ipaddress.ip_address(interface.address) in network


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
