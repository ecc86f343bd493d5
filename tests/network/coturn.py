"""Debian's coturn, with a secret that it shares with the server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..wan.namespace import Namespace
from .programs import certificate, found, running

SECRET = "north"
PORT, TLS_PORT = 3478, 5349


@contextmanager
def coturn(namespace: Namespace, folder: Path, address: str) -> Iterator[None]:
    """A TURN server on an address of the namespace: for UDP, TCP and TLS."""
    made, key = certificate(folder, address)
    command = [*namespace.inside, found("turnserver", "coturn"), "-n", "--verbose"]
    command += ["--use-auth-secret", f"--static-auth-secret={SECRET}", "--realm=example.org"]
    command += [f"--listening-ip={address}", f"--relay-ip={address}", "--allow-loopback-peers"]
    command += [f"--listening-port={PORT}", f"--tls-listening-port={TLS_PORT}"]
    command += [f"--cert={made}", f"--pkey={key}", "--no-cli", "--log-file=stdout"]
    command += [f"--pidfile={folder / 'turnserver.pid'}", f"--userdb={folder / 'turndb'}"]
    with running(command, folder / "coturn.log", ready="Total General servers"):
        yield


def url(address: str, transport: str) -> str:
    """What pages are told. transport: "udp", "tcp" or "tls"."""
    if transport == "tls":
        return f"turns:{address}:{TLS_PORT}?transport=tcp"
    return f"turn:{address}:{PORT}?transport={transport}"
