"""Packets that leave by one call: one datagram that the system cuts, Linux's generic segmentation offload.

Each call leaves the interpreter's lock, and a program that computes takes it; so a frame of twelve packets would wait
twelve times.
"""

from __future__ import annotations

import errno
import socket
import struct
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from .demultiplexer import Address

Train: TypeAlias = tuple[list[bytes], Address]

UDP_SEGMENT = 103
"""The option of udp(7) that says how long each piece is. The socket module has no name for it."""

# The network device cannot, or the pieces are longer than what the way to that address takes whole.
NOT_HERE = (errno.EIO, errno.EINVAL, errno.EMSGSIZE, errno.EOPNOTSUPP)


def trains(packets: Iterable[tuple[bytes, Address]]) -> Iterator[Train]:
    """Packets in their order, those together that can be cut out of one: to one address, all as long as the first.

    The last of them may be shorter.
    """
    train: list[bytes] = []
    to: Address | None = None
    for data, address in packets:
        whole = len(train[0]) if train else 0
        if to is not None and (
            address != to or len(data) > whole or len(train[-1]) < whole or not data
        ):
            yield train, to
            train = []
        train.append(data)
        to = address
    if to is not None:
        yield train, to


def can_cut(socket_: socket.socket) -> bool:
    """Whether the system cuts what this UDP socket sends."""
    if sys.platform != "linux":
        return False
    try:
        socket_.getsockopt(socket.IPPROTO_UDP, UDP_SEGMENT)
    except OSError:
        return False
    return True


def send_train(socket_: socket.socket, packets: Sequence[bytes], address: Address) -> None:
    """Send packets of one train. Raises OSError, and OverflowError for a port that is none; nothing has left then."""
    length = struct.pack("=H", len(packets[0]))
    socket_.sendmsg(packets, [(socket.IPPROTO_UDP, UDP_SEGMENT, length)], 0, address)
