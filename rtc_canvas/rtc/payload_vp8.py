"""VP8 frames as RTP payloads, RFC 7741."""

from __future__ import annotations

_EXTENDED = 0x80
_START_OF_PARTITION = 0x10
_PICTURE_ID_PRESENT = 0x80
_LONG_PICTURE_ID = 0x8000
_DESCRIPTOR_SIZE = 4


def vp8_payloads(frame: bytes, limit: int, picture_id: int) -> list[bytes]:
    """Split a frame into payloads of at most `limit` bytes and of nearly equal size.

    picture_id: rises by one from frame to frame; its low 15 bits are sent (clause 4.2), by which a receiver
    knows that a whole frame is missing.
    """
    room = limit - _DESCRIPTOR_SIZE
    count = -(-len(frame) // room)
    size = -(-len(frame) // count)
    identity = (_LONG_PICTURE_ID | picture_id & 0x7FFF).to_bytes(2, "big")
    payloads = []
    for start in range(0, len(frame), size):
        first = _EXTENDED | (_START_OF_PARTITION if start == 0 else 0)
        payloads.append(
            bytes((first, _PICTURE_ID_PRESENT)) + identity + frame[start : start + size]
        )
    return payloads
