"""The addresses of the machine, and which of them are wanted."""

from __future__ import annotations

import ipaddress

import pytest

from rtc_canvas import ServeError
from rtc_canvas.net.interfaces import Filter, Interface, interfaces

LOOPBACK, V4, V6 = (
    Interface("lo", "127.0.0.1"),
    Interface("eth0", "10.1.2.3"),
    Interface("eth0", "2001:db8::3"),
)


def test_this_machine_has_loopback_and_no_scopes() -> None:
    found = interfaces()
    assert "127.0.0.1" in [each.address for each in found]
    assert not any(
        ipaddress.ip_address(each.address).is_link_local for each in found if ":" in each.address
    )


@pytest.mark.parametrize(
    ("wanted", "taken"),
    [
        ((), [LOOPBACK, V4, V6]),
        (("eth0",), [V4, V6]),
        (("10.1.2.3",), [V4]),
        (("10.0.0.0/8", "lo"), [LOOPBACK, V4]),
        (("10.9.9.9/8",), [V4]),
        (("2001:db8::/32",), [V6]),
    ],
)
def test_what_a_filter_takes(wanted: tuple[str, ...], taken: list[Interface]) -> None:
    there = [LOOPBACK, V4, V6]
    made = Filter(wanted)
    made.check(there)
    assert [each for each in there if made.takes(each)] == taken


@pytest.mark.parametrize("wanted", ["eth1", "192.0.2.1", "192.0.2.0/24", "eth0/24", ""])
def test_what_is_not_there_is_one_sentence(wanted: str) -> None:
    with pytest.raises(ServeError) as refused:
        Filter(("eth0", wanted)).check([LOOPBACK, V4])
    assert str(refused.value) == (
        f"No address of this machine is on the interface {wanted!r}; it has lo (127.0.0.1), eth0 (10.1.2.3)."
    )
