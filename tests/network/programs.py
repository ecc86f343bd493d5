"""Programs of Debian's that a way needs, run in a namespace until the end of a block."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 10.0
"""Seconds that a program may take to start."""


def found(name: str, package: str) -> str:
    """The path of a program.

    Raises:
        FileNotFoundError: with the command that installs it.
    """
    path = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")
    if path is None:
        raise FileNotFoundError(f"{name} is missing; run: sudo apt-get install -y {package}")
    return path


@contextmanager
def running(
    command: Sequence[str],
    log: Path,
    ready: str | None = None,
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[None]:
    """Run a program in the foreground. ready: words that ``log`` has once it serves; None for any."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            cwd=folder,
            env=environment,
        )
    try:
        deadline = time.monotonic() + PATIENCE
        while ready is not None and ready not in log.read_text(errors="replace"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} did not start:\n{log.read_text()[-2000:]}")
            time.sleep(0.02)
        yield
    finally:
        # nginx and sshd end their own children on this, which a kill would leave behind.
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate of its own for an IP address or a host name, and its key."""
    made, key = folder / f"{name}.pem", folder / f"{name}.key"
    kind = "IP" if name.replace(".", "").isdigit() else "DNS"
    command = [found("openssl", "openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes"]
    command += ["-days", "2", "-subj", "/CN=laboratory", "-addext", f"subjectAltName={kind}:{name}"]
    command += ["-out", str(made), "-keyout", str(key)]
    subprocess.run(command, check=True, capture_output=True)
    return made, key
