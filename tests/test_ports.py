"""Port numbers: the same for TCP and UDP, or those that are asked for, or one sentence."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from rtc_canvas import ServeError
from rtc_canvas.net.ports import Sockets, take


@contextmanager
def taken(
    host: str = "127.0.0.1", port: int = 0, udp: list[int] | None = None
) -> Iterator[Sockets]:
    sockets = take(host, port, udp)
    try:
        yield sockets
    finally:
        sockets.close()


@contextmanager
def busy_udp(host: str = "0.0.0.0", port: int = 0) -> Iterator[int]:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as other:
        other.bind((host, port))
        yield other.getsockname()[1]


def numbers(sockets: Sockets) -> set[int]:
    return {each.getsockname()[1] for each in sockets.udp}


def test_udp_has_the_number_of_tcp() -> None:
    with taken() as sockets:
        assert numbers(sockets) == {sockets.tcp.getsockname()[1]}
        assert all(not each.getblocking() for each in (sockets.tcp, *sockets.udp))


def test_loopback_is_for_http_alone() -> None:
    with taken() as sockets:
        assert sockets.tcp.getsockname()[0] == "127.0.0.1"
        assert [each.getsockname()[0] for each in sockets.udp] in (["0.0.0.0", "::"], ["0.0.0.0"])


def test_ipv6_stays_apart() -> None:
    with taken() as sockets:
        for each in sockets.udp[1:]:
            assert each.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)


def test_one_address_is_for_both(monkeypatch: pytest.MonkeyPatch) -> None:
    # The only one that every machine has; it stands for one that others can reach.
    monkeypatch.setattr("rtc_canvas.net.ports.is_loopback", lambda host: False)
    with taken("127.0.0.1") as sockets:
        assert [each.getsockname()[0] for each in sockets.udp] == ["127.0.0.1"]


def test_a_number_of_its_own() -> None:
    with busy_udp() as port:
        pass
    with taken(udp=[port]) as sockets:
        assert numbers(sockets) == {port}


def test_any_number() -> None:
    with taken(udp=[0]) as sockets:
        assert numbers(sockets) != {sockets.tcp.getsockname()[1]}
        assert len(numbers(sockets)) == 1


def test_the_first_free_one_of_several() -> None:
    with busy_udp() as first, busy_udp() as second:
        with busy_udp() as third:
            pass
        with taken(udp=[first, second, third]) as sockets:
            assert numbers(sockets) == {third}


def test_a_taken_number_is_one_sentence() -> None:
    with busy_udp() as port, pytest.raises(ServeError) as refused, taken(port=port):
        pass
    assert str(refused.value) == (
        f"Cannot send the media: UDP port {port} is taken; choose another with udp_port, or 0 for any free one."
    )


def test_taken_numbers_are_one_sentence() -> None:
    with (
        busy_udp() as first,
        busy_udp() as second,
        pytest.raises(ServeError, match=f"UDP ports {first} to {second} are all taken"),
        taken(udp=[first, second]),
    ):
        pass


def test_a_number_that_may_not_be_had_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("rtc_canvas.net.ports._udp", refuse)
    with (
        pytest.raises(ServeError, match=r"Cannot take UDP port 443.*: Permission denied"),
        taken(udp=[443]),
    ):
        pass


def test_without_ipv6_there_is_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.socket

    def without(family: int, *rest: int) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(97, "Address family not supported by protocol")
        return real(family, *rest)

    monkeypatch.setattr("rtc_canvas.net.ports.socket.socket", without)
    with taken() as sockets:
        assert [each.family for each in sockets.udp] == [socket.AF_INET]


def test_a_free_number_is_free_for_udp_too(monkeypatch: pytest.MonkeyPatch) -> None:
    bound: list[int] = []
    real = take.__globals__["_bind_udp"]

    def bind(host: str, number: int) -> list[socket.socket]:
        bound.append(number)
        if len(bound) < 3:
            raise OSError(98, "Address already in use")
        return list(real(host, number))

    monkeypatch.setattr("rtc_canvas.net.ports._bind_udp", bind)
    with taken() as sockets:
        assert numbers(sockets) == {bound[-1]} == {sockets.tcp.getsockname()[1]}
    assert len(bound) == 3
