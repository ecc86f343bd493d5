"""Debian's coturn with the configuration that the documentation shows: it shares a secret with the server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..deployment import configuration
from ..wan.namespace import Namespace
from .programs import certificate, found, running

SECRET = "north"
PORT, TLS_PORT = 3478, 5349


@contextmanager
def coturn(namespace: Namespace, folder: Path, address: str) -> Iterator[None]:
    """A TURN server on an address of the namespace, beside the program or not: for UDP, TCP and TLS."""
    made, key = certificate(folder, address)
    here = {
        "#allowed-peer-ip=10.0.0.5": f"allowed-peer-ip={address}",
        "#tls-listening-port": "tls-listening-port",
        "#cert=/etc/ssl/certs/turn.example.org.pem": f"cert={made}",
        "#pkey=/etc/ssl/private/turn.example.org.key": f"pkey={key}",
    }
    file = folder / "turnserver.conf"
    file.write_text(configuration("turnserver.conf", here))
    command = [*namespace.inside, found("turnserver", "coturn"), "-c", str(file), "--verbose"]
    command += [f"--listening-ip={address}", f"--relay-ip={address}", "--allow-loopback-peers"]
    command += ["--log-file=stdout", f"--pidfile={folder / 'turnserver.pid'}"]
    command += [f"--userdb={folder / 'turndb'}"]
    with running(command, folder / "coturn.log", ready="Total General servers"):
        yield


def url(address: str, transport: str) -> str:
    """What pages are told. transport: "udp", "tcp" or "tls"."""
    if transport == "tls":
        return f"turns:{address}:{TLS_PORT}?transport=tcp"
    return f"turn:{address}:{PORT}?transport={transport}"
