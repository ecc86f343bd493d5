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
def tunnel(
    browser: Namespace, server: Namespace, folder: Path, address: str, port: int
) -> Iterator[str]:
    """Forward a port of the server's loopback to the browser's; gives the origin there.

    address: by which the browser's namespace reaches the server's.
    """
    for name in ("host_key", "user_key"):
        command = [found("ssh-keygen", "openssh-client"), "-q", "-t", "ed25519", "-N", ""]
        subprocess.run([*command, "-f", str(folder / name)], check=True)
    (folder / "sshd_config").write_text(
        CONFIGURATION.format(folder=folder, address=address, port=SSH_PORT)
    )
    # sshd wants it to be there; what makes it at boot may never have run here.
    os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
    sshd = [*server.inside, found("sshd", "openssh-server"), "-D", "-e"]
    ssh = [*browser.inside, found("ssh", "openssh-client"), "-v", "-N", "-F", "none"]
    ssh += ["-i", str(folder / "user_key"), "-p", str(SSH_PORT), "-o", "BatchMode=yes"]
    ssh += ["-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={folder / 'known'}"]
    ssh += ["-o", "ExitOnForwardFailure=yes", "-L", f"{TUNNEL_PORT}:localhost:{port}", address]
    with (
        running([*sshd, "-f", str(folder / "sshd_config")], folder / "sshd.log", "listening on"),
        running(ssh, folder / "ssh.log", "Entering interactive session"),
    ):
        yield f"http://localhost:{TUNNEL_PORT}"
