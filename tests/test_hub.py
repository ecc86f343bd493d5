"""What a server's shared sockets offer."""

from __future__ import annotations

from typing import Any

import pytest

from rtc_canvas import ServeError
from rtc_canvas.net.hub import UFRAG_LENGTH, Hub
from rtc_canvas.net.interfaces import Filter, Interface
from rtc_canvas.net.public import PublicAddresses

from .link import shared_sockets
from .test_udp import Peer


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    there = [
        Interface("lo", "127.0.0.1"),
        Interface("eth0", "192.0.2.2"),
        Interface("wg0", "10.0.0.2"),
    ]
    monkeypatch.setattr("rtc_canvas.net.hub.interfaces", lambda: there)


def hosts(hub: Hub, *reached: Any) -> list[str]:
    offers = hub.entrance(*reached).offers
    return [candidate.host for offer in offers for candidate in offer.candidates]


async def test_each_socket_is_offered_where_it_can_be_reached() -> None:
    async with shared_sockets() as hub:
        assert hosts(hub) == ["192.0.2.2", "10.0.0.2"]
        # The page's own address comes first, and a socket with no address that fits is left out.
        assert hosts(hub, ("127.0.0.1", 80)) == ["127.0.0.1", "192.0.2.2", "10.0.0.2"]
        assert hosts(hub, None, "10.0.0.2") == ["10.0.0.2", "192.0.2.2"]


async def test_interfaces_and_public_addresses_are_heeded() -> None:
    async with shared_sockets(
        interfaces=Filter(["wg0"]), public=PublicAddresses(["198.51.100.7"])
    ) as hub:
        assert hosts(hub) == ["198.51.100.7", "10.0.0.2"]


async def test_an_interface_that_is_not_there_is_told_at_once() -> None:
    with pytest.raises(ServeError, match="'eth1'"):
        await Hub([], interfaces=Filter(["eth1"])).open()


async def test_fragments_are_long_and_nobody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    letters = iter("a" * UFRAG_LENGTH + "b" * UFRAG_LENGTH)
    async with shared_sockets() as hub:
        assert UFRAG_LENGTH >= 8
        hub.entrance().offers[0].socket.demultiplexer.join("a" * UFRAG_LENGTH, Peer())
        monkeypatch.setattr("rtc_canvas.net.hub.secrets.choice", lambda _: next(letters))
        assert hub.entrance().ufrag == "b" * UFRAG_LENGTH


async def test_an_ice_restart_gives_another_fragment_on_every_socket() -> None:
    async with shared_sockets() as hub:
        entrance, peer = hub.entrance(), Peer()
        old = entrance.ufrag
        tables = [offer.socket.demultiplexer for offer in entrance.offers]
        for each in tables:
            each.join(old, peer)
        assert entrance.rename() == entrance.ufrag != old
        assert all(each.knows(entrance.ufrag) and not each.knows(old) for each in tables)
