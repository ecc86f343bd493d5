"""Looks at this machine: does it encode, is the port free, what addresses has it."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
from collections.abc import Iterator

import av

from ..config import VideoConfig
from ..exceptions import EncoderError
from ..net.interfaces import interfaces
from ..video.choice import SOFTWARE, h264_encoder_name, make_encoder
from ..video.planes import Planes
from .findings import Finding, note, ok, problem

LOOPBACK_ONLY = (
    "The server listens on loopback only, so that browsers on other machines do not reach it."
)


async def examine_machine(host: str, port: int) -> list[Finding]:
    """host, port: where the server would listen."""
    encoders = await asyncio.to_thread(lambda: list(_encoders()))
    return [*encoders, *_ports(host, port), *_addresses(host)]


def _encoders() -> Iterator[Finding]:
    for codec, name in (("h264", "H.264"), ("vp8", "VP8")):
        try:
            _encode("h264" if codec == "h264" else "vp8")
        except EncoderError as error:
            yield problem(f"{name} is not encoded here: {error}", "Install PyAV from its wheels.")
        else:
            yield ok(f"{name} is encoded.")
    if h264_encoder_name("auto") == SOFTWARE:
        yield note("No hardware encoder works here: the processors encode.")
    else:
        yield ok('A hardware encoder works; VideoConfig(encoder="auto") takes it.')


def _encode(codec: str) -> None:
    encoder = make_encoder("vp8" if codec == "vp8" else "h264", VideoConfig())
    try:
        planes = Planes(av.VideoFrame(320, 240, "yuv420p"), (320, 240), (320, 240))
        encoder.encode(planes, time=0.0, key=True)
    finally:
        encoder.close()


def _ports(host: str, port: int) -> Iterator[Finding]:
    for kind, name in ((socket.SOCK_STREAM, "TCP"), (socket.SOCK_DGRAM, "UDP")):
        try:
            _bind(host, port, kind)
        except OSError as error:
            yield problem(
                f"{name} port {port} of {host} cannot be had: {error.strerror or error}.",
                "End the program that has it, or choose another with --port.",
            )
        else:
            yield ok(f"{name} port {port} is free.")


def _bind(host: str, port: int, kind: socket.SocketKind) -> None:
    family, _, protocol, _, address = socket.getaddrinfo(
        host or None, port, type=kind, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind, protocol) as probe:
        if os.name == "posix" and kind is socket.SOCK_STREAM:
            # As the server does: a connection that has ended a moment ago keeps nobody from listening.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
        if kind is socket.SOCK_STREAM:
            probe.listen(1)


def _addresses(host: str) -> Iterator[Finding]:
    there = [each.address for each in interfaces() if not each.is_loopback]
    if host not in ("", "0.0.0.0", "::"):
        if _is_loopback(host):
            yield note(LOOPBACK_ONLY, "For a LAN give --host 0.0.0.0; or go through ssh -L.")
        return
    yield ok(f"Browsers are told these addresses: {', '.join(there) or 'none'}.")
    if os.path.exists("/.dockerenv"):
        yield note(
            "This is a Docker container, whose addresses only its host reaches.",
            "Publish the port for TCP and UDP, and give --public-address with the host's address.",
        )


def _is_loopback(host: str) -> bool:
    try:
        address = socket.getaddrinfo(host, None)[0][4][0]
    except OSError:
        # That there is no such host has been told with its ports.
        return False
    return ipaddress.ip_address(address).is_loopback
