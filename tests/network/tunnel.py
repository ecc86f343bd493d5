"""A tunnel of Debian's OpenSSH, ``ssh -L``: a server of its own with throw-away keys, none of the system's files."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..wan.namespace import Namespace
from .programs import found, running

SSH_PORT, TUNNEL_PORT = 2222, 8081
FORWARDING = "Entering interactive session"
"""What the client says once it forwards."""

CONFIGURATION = """
ListenAddress {address}:{port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/user_key.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
"""


@contextmanager
def sshd(server: Namespace, folder: Path, address: str) -> Iterator[None]:
    """OpenSSH's server on an address of a namespace, with keys of its own and of one user."""
    for name in ("host_key", "user_key"):
        command = [found("ssh-keygen", "openssh-client"), "-q", "-t", "ed25519", "-N", ""]
        subprocess.run([*command, "-f", str(folder / name)], check=True)
    configuration = folder / "sshd_config"
    configuration.write_text(CONFIGURATION.format(folder=folder, address=address, port=SSH_PORT))
    # sshd wants it to be there; what makes it at boot may never have run here.
    os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
    command = [*server.inside, found("sshd", "openssh-server"), "-D", "-e"]
    with running([*command, "-f", str(configuration)], folder / "sshd.log", "listening on"):
        yield


def ssh(folder: Path) -> list[str]:
    """OpenSSH's client as that user, who wants no shell."""
    command = [found("ssh", "openssh-client"), "-v", "-N", "-F", "none"]
    command += ["-i", str(folder / "user_key"), "-p", str(SSH_PORT), "-o", "BatchMode=yes"]
    command += ["-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={folder / 'known'}"]
    return [*command, "-o", "ExitOnForwardFailure=yes"]


@contextmanager
def tunnel(
    browser: Namespace, server: Namespace, folder: Path, address: str, port: int
) -> Iterator[str]:
    """Forward a port of the server's loopback to the browser's; gives the origin there.

    address: by which the browser's namespace reaches the server's.
    """
    forward = ["-L", f"{TUNNEL_PORT}:localhost:{port}", address]
    with (
        sshd(server, folder, address),
        running([*browser.inside, *ssh(folder), *forward], folder / "ssh.log", FORWARDING),
    ):
        yield f"http://localhost:{TUNNEL_PORT}"
