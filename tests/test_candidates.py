"""What browsers are told of where they may try."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.net.candidates import Bound, Places, candidates

OWN = ["127.0.0.1", "::1", "192.0.2.2", "2001:db8::2"]

UDP4, UDP6 = Bound("udp", "0.0.0.0", 8080), Bound("udp", "::", 8080)
TCP4, TCP_DUAL = Bound("tcp", "0.0.0.0", 8080), Bound("tcp", "::", 8080, dual=True)
TCP_LOOPBACK = Bound("tcp", "127.0.0.1", 8080)


def offered(bound: Bound, places: Places) -> list[tuple[str, int]]:
    return [(candidate.host, candidate.port) for candidate in candidates(bound, places)]


def places(
    reached: tuple[str, int] | None = None, *, public: list[str] | None = None, own: list[str] = OWN
) -> Places:
    return Places(own, public or [], reached, 8080)


@pytest.mark.parametrize(
    ("bound", "hosts"),
    [
        (UDP4, ["192.0.2.2"]),
        (UDP6, ["2001:db8::2"]),
        (TCP_DUAL, ["192.0.2.2", "2001:db8::2"]),
        (Bound("udp", "192.0.2.2", 8080), ["192.0.2.2"]),
        (Bound("udp", "192.0.2.9", 8080), []),
    ],
)
def test_the_machines_addresses_at_which_the_socket_is(bound: Bound, hosts: list[str]) -> None:
    assert offered(bound, places()) == [(host, 8080) for host in hosts]


def test_a_machine_without_another_address_offers_loopback() -> None:
    assert offered(UDP4, places(own=["127.0.0.1", "::1"])) == [("127.0.0.1", 8080)]


def test_a_page_that_came_over_loopback_is_offered_that_first() -> None:
    expected = [("127.0.0.1", 8080), ("192.0.2.2", 8080)]
    assert offered(UDP4, places(("127.0.0.1", 8080))) == expected
    assert offered(TCP_LOOPBACK, places(("127.0.0.1", 8080))) == expected[:1]


def test_a_tunnel_with_another_number_is_offered_as_the_browser_sees_it() -> None:
    assert offered(TCP_LOOPBACK, places(("127.0.0.1", 9000))) == [
        ("127.0.0.1", 9000),
        ("127.0.0.1", 8080),
    ]


def test_a_browser_on_ipv6_loopback_may_have_no_ipv6_to_start_from() -> None:
    assert offered(TCP_LOOPBACK, places(("::1", 9000)))[:2] == [("::1", 9000), ("127.0.0.1", 9000)]


def test_a_published_port_is_offered_for_both() -> None:
    seen = places(("198.51.100.7", 9000), own=["127.0.0.1", "172.17.0.2"])
    assert offered(UDP4, seen) == [("198.51.100.7", 9000), ("172.17.0.2", 8080)]
    assert offered(TCP4, seen) == [("198.51.100.7", 9000), ("172.17.0.2", 8080)]
    assert offered(UDP6, seen) == []


def test_a_udp_port_of_its_own_keeps_its_number() -> None:
    bound = Bound("udp", "0.0.0.0", 50000)
    assert offered(bound, places(("198.51.100.7", 9000)))[0] == ("198.51.100.7", 50000)


def test_public_addresses_come_first_and_make_up_for_missing_ones() -> None:
    public = ["198.51.100.7", "2001:db8::7"]
    assert offered(UDP4, places(public=public)) == [("198.51.100.7", 8080), ("192.0.2.2", 8080)]
    assert offered(UDP4, places(public=public, own=["127.0.0.1"])) == [("198.51.100.7", 8080)]


def test_where_the_page_was_reached_comes_before_other_sockets() -> None:
    seen = places(("192.0.2.2", 8080))
    assert candidates(UDP4, seen)[0].preference > candidates(UDP6, seen)[0].preference
    assert candidates(UDP6, seen)[0].preference > candidates(TCP4, seen)[0].preference


addresses = st.sampled_from([*OWN, "198.51.100.7", "2001:db8::7"])


@given(
    st.builds(
        Bound,
        st.sampled_from(["udp", "tcp"]),
        st.sampled_from([*OWN, "0.0.0.0", "::"]),
        st.integers(1, 65535),
        st.booleans(),
    ),
    st.builds(
        Places,
        st.lists(addresses, unique=True),
        st.lists(addresses),
        st.none() | st.tuples(addresses, st.integers(1, 65535)),
        st.none() | st.integers(1, 65535),
    ),
)
def test_each_is_offered_once_and_the_first_is_preferred(bound: Bound, places: Places) -> None:
    found = candidates(bound, places)
    assert len({(each.host, each.port) for each in found}) == len(found)
    preferences = [each.preference for each in found]
    assert preferences == sorted(preferences, reverse=True)
    assert all((each.preference > 32767) == (bound.transport == "udp") for each in found)
    assert all(each.transport == bound.transport for each in found)
