"""One of the ways, shortly: what else there is takes ``make network``."""

from __future__ import annotations

import time
from contextlib import closing

import pytest

from . import coturn
from .places import RELAY, behind_nginx, two_symmetric_nats
from .watch import chromium, origin, serving

pytestmark = [pytest.mark.laboratory, pytest.mark.usefixtures("_laboratory")]

# The bound holds on a machine that others keep busy too: what breaks it is wrong, not slow.
FIRST_PICTURE = 8.0
SHORTER_WAY = 10.0


def test_a_server_behind_a_symmetric_nat_that_has_only_a_relay() -> None:
    servers = [{"urls": coturn.url(RELAY, "udp"), "secret": coturn.SECRET}]
    with (
        two_symmetric_nats() as place,
        serving(place, ice_servers=servers, serve={"relay_only": True}) as subject,
        behind_nginx(place, subject.url) as url,
        chromium(place, origin(url)) as browser,
    ):
        assert place.relay is not None
        with (
            coturn.coturn(place.relay, place.folder, RELAY),
            closing(browser.open(url)) as viewer,
        ):
            assert viewer.first_sighting() < FIRST_PICTURE
            # Where the page's own relay was quicker, Chromium goes over to the shorter way by itself.
            deadline = time.monotonic() + SHORTER_WAY
            while (way := viewer.evaluate("moments.taken()")["way"]) != "udp to relay":
                assert time.monotonic() < deadline, way
                viewer.wait(0.2)
            assert len(viewer.sightings(1)) > 5
