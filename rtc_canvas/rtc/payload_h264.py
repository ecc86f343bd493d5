"""H.264 access units as RTP payloads, RFC 6184, packetization mode 1."""

from __future__ import annotations

from collections.abc import Iterator

_TYPE_MASK = 0x1F
_NRI_MASK = 0x60
_STAP_A = 24
_FU_A = 28
_START = 0x80
_END = 0x40


def h264_payloads(access_unit: bytes, limit: int) -> list[bytes]:
    """Split an Annex B access unit into payloads of at most `limit` bytes.

    Small NAL units share a packet (STAP-A, RFC 6184 clause 5.7.1), large ones are cut into fragments of nearly
    equal size (FU-A, clause 5.8): equal, because the last fragment's wait is the frame's wait.
    """
    payloads: list[bytes] = []
    waiting: list[bytes] = []
    for unit in nal_units(access_unit):
        if waiting and _aggregate_size(waiting) + 2 + len(unit) > limit:
            payloads.append(_aggregate(waiting))
            waiting = []
        if len(unit) > limit:
            payloads.extend(_fragments(unit, limit))
        else:
            waiting.append(unit)
    if waiting:
        payloads.append(_aggregate(waiting))
    return payloads


def nal_units(access_unit: bytes) -> Iterator[bytes]:
    """The NAL units between the start codes (ITU-T H.264 Annex B)."""
    start = access_unit.find(b"\x00\x00\x01")
    while start >= 0:
        start += 3
        following = access_unit.find(b"\x00\x00\x01", start)
        end = len(access_unit) if following < 0 else following
        # The zero before a four-byte start code belongs to that, and a unit never ends in a zero byte.
        unit = access_unit[start:end].rstrip(b"\x00")
        if unit:
            yield unit
        start = following


def _aggregate_size(units: list[bytes]) -> int:
    return 1 + sum(2 + len(unit) for unit in units)


def _aggregate(units: list[bytes]) -> bytes:
    if len(units) == 1:
        return units[0]
    importance = max(unit[0] & _NRI_MASK for unit in units)
    parts = [bytes((importance | _STAP_A,))]
    for unit in units:
        parts += [len(unit).to_bytes(2, "big"), unit]
    return b"".join(parts)


def _fragments(unit: bytes, limit: int) -> Iterator[bytes]:
    indicator = unit[0] & _NRI_MASK | _FU_A
    kind = unit[0] & _TYPE_MASK
    body = unit[1:]
    count = -(-len(body) // (limit - 2))
    size = -(-len(body) // count)
    for start in range(0, len(body), size):
        flags = (_START if start == 0 else 0) | (_END if start + size >= len(body) else 0)
        yield bytes((indicator, flags | kind)) + body[start : start + size]
