"""Host fields, as browsers send them and as others may."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.authority import ip_authority


@pytest.mark.parametrize(
    ("field", "reached"),
    [
        ("127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("localhost:9000", ("127.0.0.1", 9000)),
        ("LocalHost.:9000", ("127.0.0.1", 9000)),
        ("192.0.2.7", ("192.0.2.7", 80)),
        ("[::1]:8080", ("::1", 8080)),
        ("[2001:DB8:0::7]", ("2001:db8::7", 80)),
        ("[::ffff:192.0.2.7]:1", ("192.0.2.7", 1)),
    ],
)
def test_addresses_are_taken(field: str, reached: tuple[str, int]) -> None:
    assert ip_authority(field, encrypted=False) == reached


def test_the_port_that_a_browser_leaves_out_is_the_schemes() -> None:
    assert ip_authority("192.0.2.7", encrypted=True) == ("192.0.2.7", 443)


@pytest.mark.parametrize(
    "field",
    [
        None, "", "lab.example", "lab.example:8080", "localhost.example", "127.1", "256.0.0.1", "127.0.0.1:0",
        "127.0.0.1:65536", "127.0.0.1:", "127.0.0.1:+80", "127.0.0.1:8080x", " 127.0.0.1", "127.0.0.1\n", "::1",
        "[::1", "[::1]x", "[fe80::1%eth0]:80", "[127.0.0.1]", "user@127.0.0.1", "0.0.0.0:80", "[::]:80",
        "224.0.0.1", "[ff02::1]", "127.0.0.1:\uff18\uff10", "\u066127.0.0.1",
    ],
)  # fmt: skip
def test_all_else_is_not(field: str | None) -> None:
    assert ip_authority(field, encrypted=False) is None


@given(st.text(alphabet="0123456789abcdef.:[]localhost%\n ", max_size=60) | st.text())
def test_whatever_comes_is_an_address_or_nothing(field: str) -> None:
    reached = ip_authority(field, encrypted=False)
    if reached is not None:
        assert str(ipaddress.ip_address(reached[0])) == reached[0]
        assert 0 < reached[1] <= 65535
