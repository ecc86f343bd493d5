"""The ways, each one run: what is set up, what is done to it, and what came of it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing
from dataclasses import replace
from typing import Any, TypeAlias

from ..wan import packets
from . import coturn
from .figures import Figures
from .places import (
    LONG,
    MACHINE,
    NARROW,
    NARROWEST,
    NO_UDP,
    OFFICE,
    RELAY,
    Place,
    behind_a_nat,
    behind_nginx,
    forget_mappings,
    linked,
    move_browser,
    one_machine,
    two_symmetric_nats,
)
from .tunnel import tunnel
from .watch import chromium, glimpse, longest_gap, look, origin, serving, watch

Measured: TypeAlias = Iterator[tuple[str, Figures]]
"""The figures of each row that a run measures, as they come."""

OPENINGS = 10
"""How often a page is opened where the median counts."""
PEERS = 20
ICMP = 1

SLOW_FPS = 2.0
"""Pictures a second for 20 pages at once: this is about the port, not about the processors."""

AWAY = 10.0
BACK = 12.0
"""Seconds for which the browser's end is cut off, and is watched after a disturbance."""


def opened_often() -> Measured:
    """A page that is opened again and again, on one machine and over a link."""
    for row, where in (("opened, one machine", one_machine()), ("opened, 40 ms", linked())):
        with where as place, serving(place) as subject, chromium(place, subject.url) as browser:
            glimpse(browser, subject.url)
            times = [glimpse(browser, subject.url) for _ in range(OPENINGS)]
            seen = look(browser, subject)
            connected = statistics.median(up for up, _ in times if up is not None)
            first_frame = statistics.median(first for _, first in times)
            yield row, replace(seen, connected=connected, first_frame=first_frame)


def beside_each_other() -> Measured:
    """All transports on one machine, one after the other."""
    with one_machine() as place:
        relay = {"urls": coturn.url(MACHINE, "udp"), "secret": coturn.SECRET}
        with (
            coturn.coturn(place.server, place.folder, MACHINE),
            serving(place, ice_servers=[relay]) as subject,
            chromium(place, origin(subject.url)) as browser,
        ):
            yield "glass, UDP", look(browser, subject)
            yield "glass, TURN/UDP", look(browser, subject, "&relay")
            yield "glass, WebSocket", look(browser, subject, "&transport=websocket")
            place.server.filter(NO_UDP)
            yield "glass, ICE-TCP", look(browser, subject)


def without_udp() -> Measured:
    """Nothing but TCP passes."""
    with linked() as place, serving(place) as subject:
        assert place.network is not None
        place.network.block(0, packets.UDP)
        with chromium(place, origin(subject.url)) as browser:
            yield "no UDP", look(browser, subject)


def narrow_tcp() -> Measured:
    """Media over TCP on a link that carries little and queues much, with a picture that asks for more."""
    with linked(NARROWEST) as place, serving(place, content="busy") as subject:
        assert place.network is not None
        place.network.block(0, packets.UDP)
        with chromium(place, origin(subject.url)) as browser:
            yield "no UDP, 500 kbit/s", look(browser, subject)


def only_http() -> Measured:
    """Nothing but HTTP passes, through nginx; twice with one profile."""
    with linked() as place, serving(place, host="127.0.0.1") as subject:
        assert place.network is not None
        place.network.block(0, packets.UDP)
        with (
            behind_nginx(place, subject.url) as url,
            chromium(place, origin(url)) as browser,
        ):
            yield "only HTTP", look(browser, subject, at=url)
            yield "only HTTP, again", look(browser, subject, at=url)


def many_peers() -> Measured:
    """Twenty pages at once: all of them over one UDP port."""
    with (
        linked() as place,
        serving(place, fps=SLOW_FPS) as subject,
        chromium(place, origin(subject.url)) as browser,
        ExitStack() as pages,
    ):
        viewers = [pages.enter_context(closing(browser.open(subject.url))) for _ in range(PEERS)]
        for viewer in viewers:
            viewer.take_sightings()
        viewers[0].wait(4 / SLOW_FPS)
        seeing = [viewer for viewer in viewers if viewer.take_sightings()]
        ports = {viewer.evaluate("moments.port()") for viewer in viewers}
        failure = None if len(ports) == 1 else f"over ports {sorted(ports)}"
        taken = viewers[-1].evaluate("moments.taken()")
        yield (
            "20 peers",
            Figures(way=taken["way"], pages=len(seeing), failure=failure),
        )


def through_a_relay(transport: str) -> Callable[[], Measured]:
    """Two symmetric NATs, and a TURN server between them."""

    def run() -> Measured:
        server = {"urls": coturn.url(RELAY, transport), "secret": coturn.SECRET}
        yield f"TURN/{transport.upper()}", _between_nats(ice_servers=[server])

    return run


def server_behind_a_relay() -> Measured:
    """The same two NATs; the server has an address at the TURN server and no other."""
    server = {"urls": coturn.url(RELAY, "udp"), "secret": coturn.SECRET}
    settings = {"serve": {"relay_only": True}, "ice_servers": [server]}
    yield "TURN, server's", _between_nats(**settings)


def refused_by_the_relay() -> Measured:
    """A TURN server that does not take what the page has."""
    url = coturn.url(RELAY, "udp")
    yield "TURN, wrong secret", _between_nats(ice_servers=[{"urls": url, "secret": "south"}])
    name = f"{int(time.time()) - 60}:expired"
    digest = hmac.digest(coturn.SECRET.encode(), name.encode(), hashlib.sha1)
    expired = {
        "urls": url,
        "username": name,
        "credential": base64.b64encode(digest).decode(),
    }
    yield "TURN, expired", _between_nats(ice_servers=[expired])


def _between_nats(**settings: Any) -> Figures:
    # A TURN server passes on what comes from addresses that the page was told of, and no other.
    settings["serve"] = {"public_addresses": [OFFICE]} | settings.get("serve", {})
    with (
        two_symmetric_nats() as place,
        serving(place, **settings) as subject,
        behind_nginx(place, subject.url) as url,
        chromium(place, origin(url)) as browser,
    ):
        assert place.relay is not None
        with coturn.coturn(place.relay, place.folder, RELAY):
            return look(browser, subject, at=url)


def dead_relay() -> Measured:
    """A TURN server that never answers, which nobody needs."""
    # Nobody has this address (RFC 5737), and nothing says so.
    dead = {"urls": "turn:192.0.2.1:3478", "username": "name", "credential": "password"}
    with (
        linked() as place,
        serving(place, ice_servers=[dead]) as subject,
        chromium(place, origin(subject.url)) as browser,
    ):
        glimpse(browser, subject.url)
        yield "TURN, dead", look(browser, subject)


def new_address() -> Measured:
    """The browser's machine gets another address."""
    yield "new address", _disturbed(linked(), move_browser)


def rebound() -> Measured:
    """The browser's router forgets its mappings, so that everything comes from other ports."""
    yield "NAT rebinding", _disturbed(behind_a_nat(), forget_mappings)


def cut_off() -> Measured:
    """The browser's end is cut off for a while."""

    def cut(place: Place) -> None:
        assert place.network is not None
        place.network.block(0, packets.UDP, packets.TCP, ICMP)

    def mend(place: Place) -> None:
        assert place.network is not None
        place.network.block(0)

    yield "cut off", _disturbed(linked(), cut, mend)


def _disturbed(
    where: AbstractContextManager[Place],
    disturb: Callable[[Place], None],
    mend: Callable[[Place], None] | None = None,
) -> Figures:
    """The gap counts from the disturbance on, or where that is mended, from then on."""
    with (
        where as place,
        serving(place) as subject,
        chromium(place, origin(subject.url)) as browser,
        closing(browser.open(subject.url)) as viewer,
    ):
        seen = watch(viewer, subject)
        viewer.take_sightings()
        clock = viewer.clock()
        disturb(place)
        if mend is not None:
            viewer.wait(AWAY)
            mend(place)
        begin = time.monotonic()
        viewer.wait(BACK)
        moments = [at + clock.offset for _, at in viewer.take_sightings()]
        return replace(
            seen,
            way=viewer.evaluate("moments.taken()")["way"],
            gap=longest_gap(moments, begin, begin + BACK),
        )


def over_ssh() -> Measured:
    """Nothing but a tunnel of OpenSSH's."""
    with linked() as place, serving(place, host="127.0.0.1") as subject:
        assert place.network is not None
        place.network.block(0, packets.UDP)
        port = int(origin(subject.url).rpartition(":")[2])
        with (
            tunnel(place.browser, place.server, place.folder, place.host, port) as near,
            chromium(place, near) as browser,
        ):
            yield (
                "ssh -L",
                look(browser, subject, at=subject.url.replace(origin(subject.url), near)),
            )


def websocket_over_links() -> Measured:
    """The WebSocket over links that carry little, with a picture that asks for more."""
    for row, link in (("WebSocket, 8 Mbit/s", NARROW), ("WebSocket, 200 ms", LONG)):
        with (
            linked(link) as place,
            serving(place, content="busy") as subject,
            chromium(place, origin(subject.url)) as browser,
        ):
            yield row, look(browser, subject, "&transport=websocket")


RUNS: Mapping[tuple[str, ...], Callable[[], Measured]] = {
    ("opened, one machine", "opened, 40 ms"): opened_often,
    ("glass, UDP", "glass, TURN/UDP", "glass, WebSocket", "glass, ICE-TCP"): beside_each_other,
    ("20 peers",): many_peers,
    ("no UDP",): without_udp,
    ("no UDP, 500 kbit/s",): narrow_tcp,
    ("only HTTP", "only HTTP, again"): only_http,
    ("TURN/UDP",): through_a_relay("udp"),
    ("TURN/TCP",): through_a_relay("tcp"),
    ("TURN/TLS",): through_a_relay("tls"),
    ("TURN, server's",): server_behind_a_relay,
    ("TURN, wrong secret", "TURN, expired"): refused_by_the_relay,
    ("TURN, dead",): dead_relay,
    ("new address",): new_address,
    ("NAT rebinding",): rebound,
    ("cut off",): cut_off,
    ("ssh -L",): over_ssh,
    ("WebSocket, 8 Mbit/s", "WebSocket, 200 ms"): websocket_over_links,
}
"""What is run together, by the names of its rows."""
