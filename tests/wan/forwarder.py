"""Carries the bytes of one TCP port into a network namespace, as ``ssh -L`` does: under another number."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from .namespace import Namespace


@contextmanager
def forwarded(namespace: Namespace, port: int) -> Iterator[Forwarder]:
    """Forward a port of this machine's loopback to one of a namespace's loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        forwarder = Forwarder(listening, namespace, port)
        thread = threading.Thread(target=forwarder.accept)
        thread.start()
        try:
            yield forwarder
        finally:
            # Whoever accepts is not woken by a close.
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()
            forwarder.close()


class Forwarder:
    """Two threads for each connection, one for each way.

    port: here.
    """

    def __init__(self, listening: socket.socket, namespace: Namespace, port: int) -> None:
        self.port: int = listening.getsockname()[1]
        self._listening = listening
        self._namespace = namespace
        self._far_port = port
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def accept(self) -> None:
        """Take connections until the listening socket is shut down."""
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                far = self._namespace.socket(socket.SOCK_STREAM)
                far.connect(("127.0.0.1", self._far_port))
                self._sockets += (near, far)
                for each in (near, far):
                    each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for source, target in ((near, far), (far, near)):
                    self._threads.append(threading.Thread(target=_pump, args=(source, target)))
                    self._threads[-1].start()

    def cut(self) -> None:
        """End all connections that there are; new ones are taken."""
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End all connections and wait for it."""
        self.cut()
        for thread in self._threads:
            thread.join()
        for each in self._sockets:
            each.close()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
