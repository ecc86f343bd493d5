"""Taking port numbers: one for HTTP and for all media, where no other is wanted."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from collections.abc import Sequence
from typing import NamedTuple

from ..exceptions import ServeError
from .candidates import WILDCARDS, is_loopback

# How often a free number is drawn that must be free for UDP too.
TRIES = 50


class Sockets(NamedTuple):
    """A listening TCP socket and UDP sockets, none of which block."""

    tcp: socket.socket
    udp: list[socket.socket]

    def close(self) -> None:
        for each in (self.tcp, *self.udp):
            each.close()


def take(host: str, port: int, udp_ports: Sequence[int] | None = None) -> Sockets:
    """Listen on a port, and take a UDP port for media.

    host, port: as `ServeConfig` has them.
    udp_ports: the numbers to try in turn, 0 for any free one; None for the number of the TCP port.

    Raises:
        ServeError: when none can be had.
    """
    for _ in range(TRIES):
        tcp = _listen(host, port)
        try:
            numbers = [tcp.getsockname()[1]] if udp_ports is None else udp_ports
            return Sockets(tcp, _take_udp(tcp.getsockname()[0], numbers))
        except OSError as error:
            tcp.close()
            if error.errno != errno.EADDRINUSE or udp_ports is not None or port:
                raise ServeError(_no_udp(error, tcp_port=port, given=udp_ports)) from error
        except BaseException:
            tcp.close()
            raise
    raise ServeError(
        "No port number is free for both TCP and UDP; give udp_port=0 for any free one."
    )


def take_udp(numbers: Sequence[int] | None, *, like: int | None) -> list[socket.socket]:
    """Take a UDP port for media alone, on all addresses.

    numbers: those to try in turn, 0 for any free one; None for the one that is `like` the page's, and where that is
        unknown or cannot be had, any free one.

    Raises:
        ServeError: when none can be had.
    """
    if numbers is None and like:
        with contextlib.suppress(OSError):
            return _bind_udp("0.0.0.0", like)
    wanted = [0] if numbers is None else numbers
    try:
        return _take_udp("0.0.0.0", wanted)
    except OSError as error:
        raise ServeError(_no_udp(error, tcp_port=0, given=wanted)) from error


def _no_udp(error: OSError, *, tcp_port: int, given: Sequence[int] | None) -> str:
    numbers = [tcp_port] if given is None else given
    which = f"port {numbers[0]}" if len(numbers) == 1 else f"ports {numbers[0]} to {numbers[-1]}"
    if error.errno != errno.EADDRINUSE:
        return f"Cannot take UDP {which} for the media: {os.strerror(error.errno or 0)}."
    taken = "is taken" if len(numbers) == 1 else "are all taken"
    return f"Cannot send the media: UDP {which} {taken}; choose another with udp_port, or 0 for any free one."


def _take_udp(host: str, numbers: Sequence[int]) -> list[socket.socket]:
    error = OSError(errno.EADDRINUSE, "taken")
    for number in numbers:
        try:
            return _bind_udp(host, number)
        except OSError as failed:
            error = failed
            if failed.errno != errno.EADDRINUSE:
                break
    raise error


def _bind_udp(host: str, number: int) -> list[socket.socket]:
    """Sockets for the address that the page comes from, or for all where that is every one, or none for others.

    A page that comes through a tunnel to loopback may well reach the machine directly, for all but HTTP.
    """
    if host not in WILDCARDS and not is_loopback(host):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return [_udp(family, host, number)]
    bound = [_udp(socket.AF_INET, "0.0.0.0", number)]
    try:
        # Of its own, as one socket for both would show IPv4 addresses in IPv6's clothes.
        bound.append(_udp(socket.AF_INET6, "::", bound[0].getsockname()[1]))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            bound[0].close()
            raise
        # There is no IPv6 here.
    return bound


def _udp(family: socket.AddressFamily, host: str, number: int) -> socket.socket:
    made = socket.socket(family, socket.SOCK_DGRAM)
    try:
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((host, number))
        made.setblocking(False)
    except BaseException:
        made.close()
        raise
    return made


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket; the port is bound here, before anything else is made."""
    try:
        return _bind_tcp(host, port)
    except (OSError, UnicodeError) as error:
        if isinstance(error, socket.gaierror | UnicodeError):
            reason = "there is no such host"
        elif error.errno == errno.EADDRINUSE:
            reason = f"port {port} is taken; choose another, or 0 for any free one"
        else:
            reason = os.strerror(error.errno) if error.errno else str(error)
        raise ServeError(f"Cannot listen on {host or 'all addresses'}: {reason}.") from error


def _bind_tcp(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listening = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":
            # Elsewhere the option would let two servers share a port.
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(128)
        listening.setblocking(False)
    except BaseException:
        listening.close()
        raise
    return listening
