"""Transport-wide congestion control feedback, RTCP RTPFB format 15. Pure.

draft-holmer-rmcat-transport-wide-cc-extensions-01, clause 3.1.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

RTPFB = 205
TRANSPORT_CC = 15

_HEADER = struct.Struct("!BBH")
_BODY = struct.Struct("!LLHH3sB")

# Clause 3.1.1 to 3.1.5: what a packet's status says about its delta.
_NOT_RECEIVED, _SMALL, _LARGE, _RESERVED = range(4)

REFERENCE_UNIT = 0.064
DELTA_UNIT = 0.00025

# By run lengths, 40 bytes can name 65 535 packets and cost milliseconds each time; no more than these are remembered.
MOST_PACKETS = 4096


@dataclass(frozen=True, slots=True)
class TransportFeedback:
    """One report.

    number: its own count, 8 bits.
    arrivals: (transport-wide sequence number, 16 bits; arrival in seconds of the receiver's clock, None where the
        packet had not arrived) in the order of the numbers.
    """

    number: int
    arrivals: tuple[tuple[int, float | None], ...]


def split_compound(compound: bytes) -> tuple[list[bytes], bytes]:
    """Take the transport-wide reports out of a compound packet; return (reports, the rest).

    aiortc's parser raises for them and then drops the whole compound, its key-frame requests too. Bytes that are
    no RTCP packets are left in the rest.
    """
    reports: list[bytes] = []
    rest: list[bytes] = []
    position = 0
    while position + _HEADER.size <= len(compound):
        first, kind, words = _HEADER.unpack_from(compound, position)
        end = position + 4 * (words + 1)
        if end > len(compound):
            break
        packet = compound[position:end]
        wanted = kind == RTPFB and first & 0x1F == TRANSPORT_CC
        (reports if wanted else rest).append(packet)
        position = end
    return reports, b"".join(rest) + compound[position:]


def parse_feedback(packet: bytes) -> TransportFeedback:
    """Parse one RTCP packet of format 15.

    Raises:
        ValueError: when it is not one, is cut short, or names more packets than are remembered.
    """
    if len(packet) < _HEADER.size + _BODY.size:
        raise ValueError(f"{len(packet)} bytes are too few for a transport-wide report")
    first, kind, words = _HEADER.unpack_from(packet)
    if kind != RTPFB or first & 0x1F != TRANSPORT_CC or 4 * (words + 1) != len(packet):
        raise ValueError("this is no transport-wide report")
    _, _, base, count, reference, number = _BODY.unpack_from(packet, _HEADER.size)
    chunks = _HEADER.size + _BODY.size
    if count > MOST_PACKETS:
        raise ValueError(f"{count} packets are more than one report may name")
    statuses, deltas = _statuses(packet, chunks, count)
    clock = int.from_bytes(reference, "big", signed=True) * REFERENCE_UNIT
    return TransportFeedback(number, tuple(_arrivals(packet, deltas, base, clock, statuses)))


def _statuses(packet: bytes, position: int, count: int) -> tuple[list[int], int]:
    """The status of each packet, and where the deltas begin."""
    statuses: list[int] = []
    while len(statuses) < count:
        if position + 2 > len(packet):
            raise ValueError("the report ends within its chunks")
        chunk = int.from_bytes(packet[position : position + 2], "big")
        position += 2
        statuses += _chunk(chunk)
    return statuses[:count], position


def _chunk(chunk: int) -> list[int]:
    if not chunk & 0x8000:
        # Clause 3.1.3, run length: two bits of status, thirteen of length.
        return [chunk >> 13 & 0x3] * (chunk & 0x1FFF)
    if not chunk & 0x4000:
        # Clause 3.1.4, vector of fourteen one-bit statuses.
        return [_SMALL if chunk >> bit & 1 else _NOT_RECEIVED for bit in range(13, -1, -1)]
    return [chunk >> bit & 0x3 for bit in range(12, -1, -2)]


def _arrivals(
    packet: bytes, position: int, base: int, clock: float, statuses: list[int]
) -> list[tuple[int, float | None]]:
    arrivals: list[tuple[int, float | None]] = []
    for offset, status in enumerate(statuses):
        number = (base + offset) & 0xFFFF
        if status == _NOT_RECEIVED:
            arrivals.append((number, None))
            continue
        if status == _RESERVED:
            raise ValueError("a packet's status is the reserved one")
        size = 1 if status == _SMALL else 2
        if position + size > len(packet):
            raise ValueError("the report ends within its deltas")
        delta = int.from_bytes(packet[position : position + size], "big", signed=size == 2)
        position += size
        clock += delta * DELTA_UNIT
        arrivals.append((number, clock))
    return arrivals
