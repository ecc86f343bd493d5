"""The house's own messages from a page, on the `app` channel, validated."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, TypeAlias

from .exceptions import BadMessage, UnknownEvent

PROTOCOL = 1
"""The version of the protocol between page and server, see `docs/protocol.md`."""

MESSAGE_LIMIT = 4096


@dataclass(frozen=True, slots=True)
class Hello:
    """A page's first message."""

    protocol: int
    visible: bool


@dataclass(frozen=True, slots=True)
class Visibility:
    """Whether anybody can see the page's picture."""

    visible: bool


@dataclass(frozen=True, slots=True)
class WantStats:
    """Whether the page shows statistics."""

    on: bool


AppMessage: TypeAlias = Hello | Visibility | WantStats


def parse_app_message(message: str | bytes) -> AppMessage:
    """Parse one message of the `app` channel.

    Raises:
        UnknownEvent: its type is not known, perhaps because the page is newer.
        BadMessage: anything else is wrong with it.
    """
    if len(message) > MESSAGE_LIMIT:
        raise BadMessage(f"app: {len(message)} bytes are too many, {MESSAGE_LIMIT} are taken.")
    try:
        sent = json.loads(message)
    except (ValueError, RecursionError):
        raise BadMessage("app: a message must be UTF-8 JSON.") from None
    if not isinstance(sent, dict):
        raise BadMessage("app: a message must be a JSON object.")
    match sent.get("type"):
        case "hello":
            return Hello(_integer(sent, "protocol"), _boolean(sent, "visible"))
        case "visibility":
            return Visibility(_boolean(sent, "visible"))
        case "stats":
            return WantStats(_boolean(sent, "on"))
    raise UnknownEvent(f"app: the type {sent.get('type')!r:.80} is unknown.")


def _boolean(sent: dict[str, Any], name: str) -> bool:
    value = sent.get(name)
    if not isinstance(value, bool):
        raise BadMessage(f"app: {name!r} must be true or false.")
    return value


def _integer(sent: dict[str, Any], name: str) -> int:
    value = sent.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**31:
        raise BadMessage(f"app: {name!r} must be a small integer.")
    return value
