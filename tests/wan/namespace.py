"""Linux network namespaces, named by the process that made them, so that a later one can tell which are stale."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "wanlab-"
HOME = Path("/run/netns")  # where iproute2 keeps them
CLONE_NEWNET = 0x40000000

libc = ctypes.CDLL(None, use_errno=True)


class Namespace:
    """A network namespace for one role, from now until it is closed with all that runs in it."""

    def __init__(self, role: str) -> None:
        self.name = name = f"{PREFIX}{os.getpid()}-{role}"
        self.inside = ("ip", "netns", "exec", name)
        """Runs the rest of a command line inside, in the process that was started."""
        ip("netns", "add", name)
        ip("-n", name, "link", "set", "lo", "up")
        with entered(name):
            # What a browser sends to the world must end here and not go round between two default routes.
            Path("/proc/sys/net/ipv4/ip_forward").write_text("0")

    def connect(self, device: str, own: str, peer: str) -> None:
        """Give a device its address and bring it up."""
        # Without an IPv6 address nothing is sent that nobody asked for.
        ip("-n", self.name, "link", "set", device, "addrgenmode", "none")
        ip("-n", self.name, "address", "add", own, "peer", peer, "dev", device)
        ip("-n", self.name, "link", "set", device, "up")

    def route_all(self, device: str) -> None:
        """Send everything that goes elsewhere through a device: browsers ask the default route who they are."""
        ip("-n", self.name, "route", "add", "default", "dev", device)

    def filter(self, rules: str) -> None:
        """Have the kernel drop and translate packets by these rules of nftables."""
        command = [*self.inside, "nft", "-f", "-"]
        subprocess.run(command, input=rules, text=True, check=True)

    @contextmanager
    def knowing(self, name: str, address: str) -> Iterator[None]:
        """Let programs that are started inside while the block runs look up a host name."""
        # ip-netns(8): what lies there hides the files of the same names in /etc.
        folder = Path("/etc/netns") / self.name
        folder.mkdir(parents=True)
        file = folder / "hosts"
        file.write_text(f"127.0.0.1 localhost\n{address} {name}\n")
        try:
            yield
        finally:
            file.unlink()
            folder.rmdir()

    def forward(self) -> None:
        """Pass on what is for others."""
        with entered(self.name):
            Path("/proc/sys/net/ipv4/ip_forward").write_text("1")

    def wrap(self, program: Path, folder: Path, options: Sequence[str] = ()) -> Path:
        """An executable in ``folder`` that runs ``program`` inside, for those who take no command line."""
        wrapper = folder / f"{program.name}-{self.name}"
        line = [*self.inside, str(program), *options]
        wrapper.write_text(f'#!/bin/sh\nexec {" ".join(line)} "$@"\n')
        wrapper.chmod(0o755)
        return wrapper

    def socket(self, kind: socket.SocketKind) -> socket.socket:
        """An IPv4 socket inside; it stays there, whoever uses it."""
        with entered(self.name):
            return socket.socket(socket.AF_INET, kind)

    def close(self) -> None:
        """End what runs inside, and take the namespace away."""
        remove(self.name)


@contextmanager
def entered(name: str) -> Iterator[None]:
    """Run a block inside a namespace: sockets and devices opened in it stay there."""
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open(HOME / name, os.O_RDONLY)
    try:
        _enter(there)
        try:
            yield
        finally:
            _enter(before)
    finally:
        os.close(there)
        os.close(before)


def remove_stale() -> None:
    """Take away the namespaces of processes that ended without doing so."""
    for line in ip("netns", "list").splitlines():
        name = line.split()[0]
        if name.startswith(PREFIX) and not _is_running(int(name.split("-")[1])):
            remove(name)


def remove(name: str) -> None:
    """End what runs in a namespace, and take it away."""
    for pid in ip("netns", "pids", name).split():
        with suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
    ip("netns", "delete", name)


def _enter(namespace: int) -> None:
    # os.setns came with Python 3.12.
    if libc.setns(namespace, CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"cannot enter a network namespace: {os.strerror(number)}")


def _is_running(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def ip(*arguments: str) -> str:
    """Run iproute2 and return what it prints."""
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise OSError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout
