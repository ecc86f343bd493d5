"""What a page says in text about the WebSocket itself, validated. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TypeAlias

from ..exceptions import BadMessage, UnknownEvent
from ..link_stats import TRANSPORTS, TransportName

MESSAGE_LIMIT = 4096


@dataclass(frozen=True, slots=True)
class Use:
    """From now on this transport carries everything; what the page sends over the other one ends here."""

    transport: TransportName


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to the ping of that number."""

    id: int


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """The page cannot decode without a key frame."""


Message: TypeAlias = Use | Pong | KeyFrame


def parse_message(text: str) -> Message:
    """Parse one text message.

    Raises:
        UnknownEvent: its type is not known, perhaps because the page is newer.
        BadMessage: anything else is wrong with it.
    """
    if len(text) > MESSAGE_LIMIT:
        raise BadMessage(f"{len(text)} characters are too many, {MESSAGE_LIMIT} are taken.")
    try:
        sent = json.loads(text)
    except (ValueError, RecursionError):
        raise BadMessage("A text message must be JSON.") from None
    if not isinstance(sent, dict):
        raise BadMessage("A text message must be a JSON object.")
    match sent:
        case {"type": "use", "transport": transport}:
            return Use(_transport(transport))
        case {"type": "pong", "id": int(id)} if not isinstance(id, bool):
            return Pong(id)
        case {"type": "key_frame"}:
            return KeyFrame()
    raise UnknownEvent(f"A text message of the type {sent.get('type')!r:.80} is unknown.")


def _transport(value: object) -> TransportName:
    for name in TRANSPORTS:
        if value == name:
            return name
    raise BadMessage(f"use: 'transport' must be one of {', '.join(TRANSPORTS)}, got {value!r:.80}.")
