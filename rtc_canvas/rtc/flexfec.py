"""Forward error correction: repair packets of FlexFEC as Chromium takes it. Pure.

draft-ietf-payload-flexible-fec-scheme-03, clause 4.2, one media stream, mask of 15 bits. A repair packet is the XOR of
the packets that it protects; any one of them that is lost can be made again from the others.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

FLEXFEC = "flexfec-03"

# One repair packet covers numbers from its base to base + 14, the most that the short mask can name.
SPAN = 15

_FIXED = 12
_MASK_END = 1 << 15


def groups(count: int, share: int) -> list[list[int]]:
    """Which packets of a frame are protected together: about `share` of them by each repair packet.

    The packets of a group lie apart, so that a burst of losses hits several groups once each.
    """
    found: list[list[int]] = []
    for start in range(0, count, SPAN):
        block = range(start, min(start + SPAN, count))
        number = -(-len(block) // share)
        found += [list(block[first::number]) for first in range(number)]
    return found


def repair_payload(packets: Sequence[bytes], numbers: Sequence[int], ssrc: int) -> bytes:
    """The payload of the packet that repairs any one of `packets`.

    packets: whole RTP packets, 12 bytes of header and what follows, with whatever changes on the way (the
        transport-wide sequence number) zeroed. numbers: their sequence numbers, the lowest first, within 15 of it.
    ssrc: that of the media.
    """
    length = max(map(len, packets)) - _FIXED
    header = 0
    lengths = 0
    timestamp = 0
    body = 0
    for packet in packets:
        rest = len(packet) - _FIXED
        header ^= int.from_bytes(packet[:2], "big")
        lengths ^= rest
        timestamp ^= int.from_bytes(packet[4:8], "big")
        body ^= int.from_bytes(packet[_FIXED:].ljust(length, b"\x00"), "big")
    mask = 0
    for number in numbers:
        mask |= 1 << (14 - ((number - numbers[0]) & 0xFFFF))
    # R and F, where the version stands, are 0: a repair packet with a flexible mask.
    return (
        struct.pack("!HHL", header & 0x3FFF, lengths, timestamp)
        + struct.pack("!BBHL", 1, 0, 0, ssrc)
        + struct.pack("!HH", numbers[0], _MASK_END | mask)
        + body.to_bytes(length, "big")
    )
