"""What crosses a WebSocket in binary, between bytes and values. Pure; `docs/protocol.md` has the layout."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ..encoded_frame import Codec, EncodedFrame
from ..exceptions import BadMessage

# The first byte: a channel's number below 8, else one of these.
CHANNELS = 8
BEGIN, FRAME, ACK = 16, 17, 18

TEXT, BINARY = 0, 1

CODES: dict[Codec, int] = {"h264": 0, "vp8": 1, "jpeg": 2}
KEY = 1

MESSAGE_LIMIT = 16 * 1024
"""Bytes that a message of one channel may have, without what is put around it here."""

_BEGIN = struct.Struct("!BxxxI")
_FRAME = struct.Struct("!BBBxII")
_ACK = struct.Struct("!BxxxIII")


@dataclass(frozen=True, slots=True)
class ChannelMessage:
    """A message of the channel with that number; text as str."""

    channel: int
    message: str | bytes


@dataclass(frozen=True, slots=True)
class Ack:
    """The page has a frame.

    number: of the frame. spread: seconds from the arrival of its announcement to its own; 0 where it had none.
    held: seconds from its arrival to this message.
    """

    number: int
    spread: float
    held: float


Received: TypeAlias = ChannelMessage | Ack


def begin(number: int) -> bytes:
    """The announcement of a frame: small, so that its arrival tells when the frame's first packet could have come."""
    return _BEGIN.pack(BEGIN, number)


def frame(number: int, timestamp: int, encoded: EncodedFrame) -> bytes:
    """A frame, with all that a decoder has to know of it.

    timestamp: as in RTP, of 90 000 ticks a second, modulo 2^32.
    """
    flags = KEY if encoded.key else 0
    header = _FRAME.pack(FRAME, CODES[encoded.codec], flags, number, timestamp)
    return header + encoded.data


def text(channel: int, message: Mapping[str, object]) -> bytes:
    """A JSON message of a channel.

    Raises:
        ValueError: for what JSON has no word for.
    """
    encoded = json.dumps(message, separators=(",", ":"), allow_nan=False).encode()
    return bytes((channel, TEXT)) + encoded


def remark(message: Mapping[str, object]) -> str:
    """A text message, which is about the connection itself."""
    return json.dumps(message, separators=(",", ":"), allow_nan=False)


def binary(channel: int, message: bytes) -> bytes:
    """A message of a channel that is no text."""
    return bytes((channel, BINARY)) + message


def parse(message: bytes) -> Received:
    """What a page sent.

    Raises:
        BadMessage: for anything that is neither a channel's message nor an acknowledgement.
    """
    kind = message[0] if message else None
    if kind == ACK and len(message) == _ACK.size:
        _, number, spread, held = _ACK.unpack(message)
        return Ack(number, spread / 1e6, held / 1e6)
    if kind is None or kind >= CHANNELS or len(message) < 2 or message[1] not in (TEXT, BINARY):
        raise BadMessage(
            f"A message of {len(message)} bytes beginning with {message[:2].hex()!r} is unknown."
        )
    content = message[2:]
    if len(content) > MESSAGE_LIMIT:
        raise BadMessage(
            f"channel {kind}: {len(content)} bytes are too many, {MESSAGE_LIMIT} are taken."
        )
    if message[1] == BINARY:
        return ChannelMessage(kind, content)
    try:
        return ChannelMessage(kind, content.decode())
    except UnicodeDecodeError:
        raise BadMessage(f"channel {kind}: a text must be UTF-8.") from None
