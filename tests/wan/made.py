"""Packets and observations made up for tests."""

from __future__ import annotations

import struct
from collections.abc import Iterable

import numpy as np

from . import packets
from .link import Fate
from .observation import Observation, Reception
from .packets import ENTRY, Entries

RECEPTION = Reception(
    codec="H264",
    payload_type=96,
    width=1280,
    height=720,
    key_frames=0,
    nacks=0,
    plis=0,
    retransmitted=0,
    fec=0,
)


def ipv4(payload: bytes, protocol: int = packets.UDP) -> bytes:
    """An IPv4 packet whose header tells the protocol and nothing else."""
    return bytes([0x45, *bytes(8), protocol, *bytes(10)]) + payload


def udp(payload: bytes) -> bytes:
    """A UDP packet."""
    return ipv4(bytes(8) + payload)


def rtp(
    size: int = 1200,
    *,
    payload_type: int = 96,
    sequence: int = 1,
    timestamp: int = 1,
    source: int = 1,
    padded: bool = False,
) -> bytes:
    """An RTP packet of ``size`` bytes with its headers."""
    first = 0xA0 if padded else 0x80
    header = struct.pack("!BBHII", first, payload_type, sequence, timestamp, source)
    return udp(header.ljust(size - packets.HEADERS, b"\0"))


def log(packets_and_times: Iterable[tuple[float, bytes]], fate: Fate = Fate.DELIVERED) -> Entries:
    """The log of packets that ended so at these times."""
    made = packets.Log()
    for at, packet in packets_and_times:
        made.record(at, packet, fate, waited=0.010, late=0.0001)
    return made.entries()


def observation(
    seconds: float, *, start: float = 1000.0, fps: float = 30, glass: float = 0.050
) -> Observation:
    """Every picture is seen after the same time; no packet is logged."""
    numbers = range(1, round(seconds * fps) + 1)
    handovers = {number: start + (number - 1) / fps for number in numbers}
    return Observation(
        start=start,
        first_picture=1.0,
        sightings=[(number, at + glass) for number, at in handovers.items()],
        handovers=handovers,
        payload_types={96: "H264", 97: "rtx", 49: "flexfec-03"},
        before=RECEPTION,
        after=RECEPTION,
        packets=np.empty(0, ENTRY),
    )
