"""That places do to packets what the rows say of them."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from .places import HOME, RELAY, behind_a_nat, forget_mappings

pytestmark = [pytest.mark.laboratory, pytest.mark.usefixtures("_laboratory")]

PORT = 9


def test_a_router_that_forgets_gives_the_next_packet_another_port() -> None:
    with (
        behind_a_nat() as place,
        closing(place.server.socket(socket.SOCK_DGRAM)) as server,
        closing(place.browser.socket(socket.SOCK_DGRAM)) as browser,
    ):
        server.bind((RELAY, PORT))
        server.settimeout(5)

        def arrives_from() -> tuple[str, int]:
            browser.sendto(b"packet", (RELAY, PORT))
            source: tuple[str, int] = server.recvfrom(16)[1]
            return source

        before = arrives_from()
        assert arrives_from() == before
        forget_mappings(place)
        after = arrives_from()
        assert before[0] == after[0] == HOME
        assert before[1] != after[1]
