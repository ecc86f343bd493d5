"""As much of STUN (RFC 8489) as it takes to see for whom a message is. Pure.

Nothing is authenticated here: that is done by whoever gets the message.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

LAST_FIRST_BYTE = 3
"""RFC 7983: a packet whose first byte is no higher is STUN's; DTLS, RTP and RTCP begin above."""

_HEADER = 20
_COOKIE = b"\x21\x12\xa4\x42"
_USERNAME = b"\x00\x06"

Kind: TypeAlias = Literal["request", "response"]

_KINDS: dict[int, Kind] = {0x0000: "request", 0x0100: "response", 0x0110: "response"}
_CLASS = 0x0110
_BINDING = 0x0001


class Message(NamedTuple):
    """A binding request, with the receiver's ICE user name fragment or None; or a response, errors too."""

    kind: Kind
    transaction_id: bytes
    ufrag: str | None


def parse(data: bytes) -> Message | None:
    """What a packet says of where it belongs; None for what is no binding request and no response."""
    if len(data) < _HEADER or data[4:8] != _COOKIE:
        return None
    kind = int.from_bytes(data[:2], "big")
    if kind & ~_CLASS != _BINDING or int.from_bytes(data[2:4], "big") != len(data) - _HEADER:
        return None
    known = _KINDS.get(kind & _CLASS)
    if known is None:
        return None
    return Message(known, data[8:20], _ufrag(data) if known == "request" else None)


def _ufrag(data: bytes) -> str | None:
    """What stands before the colon in USERNAME (RFC 8445 clause 7.2.2): the fragment of who receives it."""
    position = _HEADER
    while position + 4 <= len(data):
        length = int.from_bytes(data[position + 2 : position + 4], "big")
        value = position + 4
        if data[position : position + 2] == _USERNAME:
            if value + length > len(data):
                return None
            ufrag, colon, _ = data[value : value + length].partition(b":")
            return ufrag.decode("ascii", errors="replace") if colon else None
        position = value + -(-length // 4) * 4
    return None
