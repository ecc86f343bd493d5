"""The house's own messages from a page, on the `app`, `frames` and `exact` channels, validated."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias, TypeGuard

from .exceptions import BadMessage, UnknownEvent

PROTOCOL = 1
"""The version of the protocol between page and server, see `docs/protocol.md`."""

MESSAGE_LIMIT = 4096

MOST_FRAMES = 16

# No page is open for so long: seconds.
LATEST = 1e9

# No picture has a point beyond.
FARTHEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Hello:
    """A page's first message.

    visible: see `Visibility`. view_only: see `ViewOnly`.
    """

    protocol: int
    visible: bool
    view_only: bool


@dataclass(frozen=True, slots=True)
class Visibility:
    """Whether anybody can see the page's picture."""

    visible: bool


@dataclass(frozen=True, slots=True)
class ViewOnly:
    """Whether the page wants no control, and sends no input."""

    on: bool


@dataclass(frozen=True, slots=True)
class WantStats:
    """Whether the page shows statistics."""

    on: bool


class PresentedFrame(NamedTuple):
    """A frame that came onto the page's screen.

    waited: seconds that it waited, decoded, for the refresh that showed it; None where the browser does not tell.
    shown: when that refresh began, seconds of the page's clock.
    """

    timestamp: int
    waited: float | None
    shown: float


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about the picture on the page's screen.

    number: the page's own, which the answer carries. picture: the picture's.
    x, y: a logical point of it, within ±1 000 000.
    logical: (width, height) that the page took for the range of those: it may not know yet that this changed.
    """

    number: int
    picture: int
    x: float
    y: float
    logical: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Presented:
    """Frames that came onto the page's screen.

    interval: seconds between two refreshes of its display; None while the page does not know.
    """

    interval: float | None
    frames: tuple[PresentedFrame, ...]


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to a ping: what the page's clock was, seconds."""

    ping: int
    time: float


@dataclass(frozen=True, slots=True)
class Ping:
    """A question whether anybody is there; the answer has its number."""

    ping: int


@dataclass(frozen=True, slots=True)
class NotDecoded:
    """The page gets video of 4:4:4 and decodes none of it."""


@dataclass(frozen=True, slots=True)
class WantExact:
    """Whether the page wants the very pixels of pictures that have settled."""

    on: bool


@dataclass(frozen=True, slots=True)
class WantControl:
    """Whether the page wants to steer: it asks for control, or gives it up."""

    on: bool


@dataclass(frozen=True, slots=True)
class Received:
    """How much of a picture's exact image the page has, bytes."""

    picture: int
    octets: int


@dataclass(frozen=True, slots=True)
class ShownExactly:
    """A picture's very pixels are on the page's screen."""

    picture: int


AppMessage: TypeAlias = (
    Hello | Visibility | ViewOnly | WantStats | WantExact | WantControl | Asked | NotDecoded
)
FramesMessage: TypeAlias = Presented | Ping | Pong
ExactMessage: TypeAlias = Received | ShownExactly


def parse_app_message(message: str | bytes) -> AppMessage:
    """Parse one message of the `app` channel.

    Raises:
        UnknownEvent: its type is not known, perhaps because the page is newer.
        BadMessage: anything else is wrong with it.
    """
    sent = _object("app", message)
    match sent.get("type"):
        case "hello":
            view_only = "view_only" in sent and _boolean(sent, "view_only")
            return Hello(_integer(sent, "protocol"), _boolean(sent, "visible"), view_only)
        case "visibility":
            return Visibility(_boolean(sent, "visible"))
        case "view_only":
            return ViewOnly(_boolean(sent, "on"))
        case "stats":
            return WantStats(_boolean(sent, "on"))
        case "probe":
            return _asked(sent)
        case "not_decoded":
            return NotDecoded()
        case "exact":
            return WantExact(_boolean(sent, "on"))
        case "control":
            return WantControl(_boolean(sent, "on"))
    raise UnknownEvent(f"app: the type {sent.get('type')!r:.80} is unknown.")


def _asked(sent: dict[str, Any]) -> Asked:
    match sent.get("logical"):
        case [width, height]:
            logical = _side(width), _side(height)
        case _:
            raise BadMessage("app: 'logical' must be [width, height].")
    return Asked(
        _integer(sent, "probe"),
        _integer(sent, "picture"),
        _coordinate(sent, "x"),
        _coordinate(sent, "y"),
        logical,
    )


def parse_frames_message(message: str | bytes) -> FramesMessage:
    """Parse one message of the `frames` channel.

    Raises:
        UnknownEvent: its type is not known, perhaps because the page is newer.
        BadMessage: anything else is wrong with it.
    """
    sent = _object("frames", message)
    match sent.get("type"):
        case "presented":
            return _presented(sent)
        case "ping":
            return Ping(_integer(sent, "ping"))
        case "pong":
            return Pong(_integer(sent, "ping"), _seconds(sent.get("t"), 0, LATEST))
    raise UnknownEvent(f"frames: the type {sent.get('type')!r:.80} is unknown.")


def _presented(sent: dict[str, Any]) -> Presented:
    frames = sent.get("frames")
    if not isinstance(frames, list) or len(frames) > MOST_FRAMES:
        raise BadMessage(f"frames: 'frames' must be a list of at most {MOST_FRAMES}.")
    return Presented(_seconds_or_none(sent.get("interval")), tuple(map(_frame, frames)))


def parse_exact_message(message: str | bytes) -> ExactMessage:
    """Parse one message of the `exact` channel.

    Raises:
        UnknownEvent: its type is not known, perhaps because the page is newer.
        BadMessage: anything else is wrong with it.
    """
    sent = _object("exact", message)
    match sent.get("type"):
        case "received":
            return Received(_integer(sent, "picture"), _integer(sent, "bytes"))
        case "shown":
            return ShownExactly(_integer(sent, "picture"))
    raise UnknownEvent(f"exact: the type {sent.get('type')!r:.80} is unknown.")


def _frame(entry: object) -> PresentedFrame:
    match entry:
        case [int(timestamp), waited, shown] if type(timestamp) is int and 0 <= timestamp < 2**32:
            return PresentedFrame(timestamp, _seconds_or_none(waited), _seconds(shown, 0, LATEST))
    raise BadMessage("frames: a frame must be [RTP timestamp, seconds waited, time shown].")


def _seconds_or_none(value: object) -> float | None:
    return None if value is None else _seconds(value, -10, 10)


def _seconds(value: object, low: float, high: float) -> float:
    if not _is_finite(value) or not low < value < high:
        raise BadMessage(f"frames: seconds must be a number between {low:g} and {high:g}.")
    return float(value)


def _object(channel: str, message: str | bytes) -> dict[str, Any]:
    if len(message) > MESSAGE_LIMIT:
        raise BadMessage(
            f"{channel}: {len(message)} bytes are too many, {MESSAGE_LIMIT} are taken."
        )
    try:
        sent = json.loads(message)
    except (ValueError, RecursionError):
        raise BadMessage(f"{channel}: a message must be UTF-8 JSON.") from None
    if not isinstance(sent, dict):
        raise BadMessage(f"{channel}: a message must be a JSON object.")
    return sent


def _boolean(sent: dict[str, Any], name: str) -> bool:
    value = sent.get(name)
    if not isinstance(value, bool):
        raise BadMessage(f"{sent['type']}: {name!r} must be true or false.")
    return value


def _coordinate(sent: dict[str, Any], name: str) -> float:
    value = sent.get(name)
    if not _is_finite(value):
        raise BadMessage(f"app: {name!r} must be a finite number.")
    return float(min(max(value, -FARTHEST), FARTHEST))


def _side(value: object) -> float:
    if not _is_finite(value) or not 0 < value <= FARTHEST:
        raise BadMessage(f"app: a side must be a number above 0, at most {FARTHEST:g}.")
    return float(value)


def _is_finite(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf


def _integer(sent: dict[str, Any], name: str) -> int:
    value = sent.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**31:
        raise BadMessage(f"{sent['type']}: {name!r} must be a small integer.")
    return value
