"""Where browser and server are, and what lies between them."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..wan.link import Conditions
from ..wan.namespace import Namespace, ip, remove_stale
from ..wan.network import SERVER, Network, network, viewer_address
from .nginx import NAME, URL, nginx

LINK = Conditions(rate=20e6, delay=0.020, queue=0.200)
"""A round trip of 40 ms."""

NARROW = Conditions(rate=8e6, delay=0.020, queue=0.200)
NARROWEST = Conditions(rate=0.5e6, delay=0.020, queue=2.0)
LONG = Conditions(rate=8e6, delay=0.100, queue=0.300)

RELAY = "198.51.100.1"
"""The address of the TURN server between the two routers."""
HOME, OFFICE = "198.51.100.2", "203.0.113.2"
"""The addresses of the two routers that others see: the browser's and the server's (RFC 5737)."""
MACHINE = "192.168.7.2"
"""The address of the one machine where there is no other: all goes over its loopback device."""

INSIDE, INNER = "10.20.0.2", "10.20.0.1"
"""The server's address behind its router, which the world has no way to, and the router's own there."""

BEHIND_NGINX = {"allow_hosts": [NAME], "trusted_proxies": ["127.0.0.1", INNER]}
"""What `serve()` has to know where an nginx stands in front of it."""

SYMMETRIC_NAT = """
table ip nat {
    chain postrouting {
        type nat hook postrouting priority srcnat;
        oifname "out" masquerade random,fully-random
    }
}
"""

NO_UDP = """
table ip blocked {
    chain input {
        type filter hook input priority filter;
        meta l4proto udp drop
    }
}
"""


@dataclass(frozen=True)
class Place:
    """browser, server: their namespaces. host: the address at which the program serves."""

    browser: Namespace
    server: Namespace
    host: str
    folder: Path
    """For what programs need."""
    network: Network | None = None
    """The emulated link, where there is one."""
    relay: Namespace | None = None
    """Where a TURN server reaches both, where not on the same machine."""
    edge: Namespace | None = None
    """The server's router, where there is one."""
    router: Namespace | None = None
    """The browser's, where it is to be disturbed."""


@contextmanager
def linked(conditions: Conditions = LINK) -> Iterator[Place]:
    """A link between two machines."""
    with folder() as made, network(1) as links:
        links.play(0, [(0.0, conditions)])
        yield Place(links.viewers[0], links.server, SERVER, made, links)


@contextmanager
def one_machine(rules: str = "") -> Iterator[Place]:
    """Browser and server on one machine; rules: of nftables there."""
    remove_stale()
    with folder() as made, namespaces("machine") as (machine,):
        # A browser without any way out gathers nothing.
        way_out(machine, f"{MACHINE}/24")
        if rules:
            machine.filter(rules)
        yield Place(machine, machine, MACHINE, made)


@contextmanager
def two_symmetric_nats() -> Iterator[Place]:
    """Browser and server behind a router each that maps every connection to another random port."""
    remove_stale()
    with folder() as made, namespaces("home", "near", "world", "far", "office") as all_of_them:
        home, near, world, far, office = all_of_them
        wire(home, "lan", "192.168.1.2/24", near, "in", "192.168.1.1/24")
        wire(near, "out", f"{HOME}/24", world, "near", f"{RELAY}/24")
        wire(world, "far", "203.0.113.1/24", far, "out", f"{OFFICE}/24")
        wire(far, "in", f"{INNER}/24", office, "lan", f"{INSIDE}/24")
        for namespace, via in (
            (home, "192.168.1.1"),
            (near, RELAY),
            (far, "203.0.113.1"),
            (office, INNER),
        ):
            ip("-n", namespace.name, "route", "add", "default", "via", via)
        for router in (near, world, far):
            router.forward()
        # coturn closes its socket where the kernel knows no way to an address that a page tries.
        way_out(world, "192.0.2.2/24")
        near.filter(SYMMETRIC_NAT)
        far.filter(SYMMETRIC_NAT)
        yield Place(home, office, INSIDE, made, relay=world, edge=far)


@contextmanager
def behind_a_nat() -> Iterator[Place]:
    """A browser behind a router that maps every connection to a random port, and a server that all can reach."""
    remove_stale()
    with folder() as made, namespaces("home", "near", "world") as (home, near, world):
        wire(home, "lan", "192.168.1.2/24", near, "in", "192.168.1.1/24")
        wire(near, "out", f"{HOME}/24", world, "near", f"{RELAY}/24")
        ip("-n", home.name, "route", "add", "default", "via", "192.168.1.1")
        near.forward()
        near.filter(SYMMETRIC_NAT)
        yield Place(home, world, RELAY, made, router=near)


def forget_mappings(place: Place) -> None:
    """Have the browser's router forget all connections, as one does that begins anew: the next packet of each gets
    another port.
    """
    assert place.router is not None
    # The kernel drops what was masqueraded with an address when that goes.
    for change in ("delete", "add"):
        ip("-n", place.router.name, "address", change, f"{HOME}/24", "dev", "out")


@contextmanager
def behind_nginx(place: Place, url: str) -> Iterator[str]:
    """An nginx in front of the program at the edge of its network; gives the URL there."""
    backend = re.search(r"//([^/]+)/", url)
    assert backend is not None
    namespace, at = (place.edge, OFFICE) if place.edge is not None else (place.server, SERVER)
    with place.browser.knowing(NAME, at), nginx(namespace, place.folder, backend[1]):
        yield url.replace(f"http://{backend[1]}/", URL)


def wire(one: Namespace, name: str, own: str, other: Namespace, far: str, others: str) -> None:
    """Lay a wire between two namespaces, and give its ends their addresses."""
    ip(
        *("link", "add", "name", name, "netns", one.name, "type", "veth"),
        *("peer", "name", far, "netns", other.name),
    )
    address(one, name, own)
    address(other, far, others)


def way_out(namespace: Namespace, own: str) -> None:
    """Give a namespace a default route. Nothing answers there."""
    ip("-n", namespace.name, "link", "add", "name", "rest", "type", "veth", "peer", "name", "void")
    address(namespace, "rest", own)
    ip("-n", namespace.name, "link", "set", "void", "up")
    ip("-n", namespace.name, "route", "add", "default", "dev", "rest")


def address(namespace: Namespace, device: str, own: str) -> None:
    """Give a device its address and bring it up."""
    ip("-n", namespace.name, "link", "set", device, "addrgenmode", "none")
    ip("-n", namespace.name, "address", "add", own, "dev", device)
    ip("-n", namespace.name, "link", "set", device, "up")


def move_browser(place: Place) -> None:
    """Take the browser's address away and give it another one, as a change of network does."""
    name, device = place.browser.name, "link0"
    ip("-n", name, "address", "flush", "dev", device)
    ip("-n", name, "address", "add", viewer_address(100), "peer", SERVER, "dev", device)
    ip("-n", name, "route", "replace", "default", "dev", device)


@contextmanager
def namespaces(*roles: str) -> Iterator[list[Namespace]]:
    """A namespace for each role."""
    with ExitStack() as cleanup:
        made = []
        for role in roles:
            made.append(Namespace(role))
            cleanup.callback(made[-1].close)
        yield made


@contextmanager
def folder() -> Iterator[Path]:
    """A folder until the end of the block."""
    with tempfile.TemporaryDirectory(prefix="network-") as made:
        path = Path(made)
        # Programs that give up root's rights read what is in it.
        path.chmod(0o755)
        yield path
