"""What the emulator can tell of an IPv4 packet from outside, and the log in which it writes that down.

Media is encrypted (SRTP), its headers are not: the payload type tells pictures from what repairs them.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .link import Fate

UDP = 17  # IANA protocol numbers
TCP = 6
HEADERS = 28
"""Bytes of an IPv4 header without options and a UDP header."""

RTCP, STUN, DTLS, OTHER = 128, 129, 130, 131
"""Contents of a UDP packet that is not RTP; below 128 the content is RTP's payload type."""

_ENTRY = struct.Struct("<dHffBB?B")
ENTRY = np.dtype(
    [
        ("time", "<f8"),  # of its end: delivered, dropped or lost, on time.monotonic's clock
        ("size", "<u2"),  # bytes, headers and all
        ("waited", "<f4"),  # seconds in the bottleneck's queue
        ("late", "<f4"),  # seconds by which the emulator handed it on too late
        ("protocol", "u1"),
        ("content", "u1"),
        ("padded", "?"),
        ("fate", "u1"),
    ]
)

Entries = NDArray[np.void]
"""A structured array of :data:`ENTRY`."""


@dataclass(frozen=True, slots=True)
class Rtp:
    """The part of an RTP header that tells frames apart (RFC 3550, 5.1)."""

    payload_type: int
    sequence: int
    timestamp: int
    source: int
    """The SSRC."""


def protocol(packet: bytes) -> int:
    """The protocol number in an IPv4 header."""
    return packet[9]


def content(packet: bytes) -> tuple[int, bool]:
    """A UDP packet's content, and whether it is RTP that has padding; told apart as RFC 7983 and RFC 5761 say."""
    payload = 4 * (packet[0] & 15) + 8
    if protocol(packet) != UDP or len(packet) < payload + 2:
        return OTHER, False
    first, second = packet[payload], packet[payload + 1]
    if 128 <= first <= 191:
        if 192 <= second <= 223:
            return RTCP, False
        return second & 0x7F, bool(first & 0x20)
    if 20 <= first <= 63:
        return DTLS, False
    return (STUN if first <= 3 else OTHER), False


def rtp(packet: bytes) -> Rtp | None:
    """A packet's RTP header, or None where it is not RTP."""
    payload = 4 * (packet[0] & 15) + 8
    if content(packet)[0] >= RTCP or len(packet) < payload + 12:
        return None
    second, sequence, timestamp, source = struct.unpack_from("!xBHII", packet, payload)
    return Rtp(second & 0x7F, sequence, timestamp, source)


class Log:
    """One direction's packets in the order of their ends."""

    def __init__(self) -> None:
        self._entries = bytearray()

    def record(
        self, at: float, packet: bytes, fate: Fate, *, waited: float = 0.0, late: float = 0.0
    ) -> None:
        """Write down a packet's end."""
        what, padded = content(packet)
        self._entries += _ENTRY.pack(
            at, len(packet), waited, late, protocol(packet), what, padded, fate
        )

    def entries(self) -> Entries:
        """All that was written down so far."""
        return np.frombuffer(bytes(self._entries), ENTRY)


def save(path: Path, logs: dict[str, Log]) -> None:
    """Write logs to a file, each under its name."""
    arrays: dict[str, Any] = {name: log.entries() for name, log in logs.items()}
    with path.open("wb") as file:
        np.savez(file, **arrays)


def load(path: Path) -> dict[str, Entries]:
    """Read the logs that :func:`save` wrote."""
    with np.load(path) as arrays:
        return dict(arrays)
