"""One message of a page's input channels, validated.

A browser's message is hostile until it passed here. What comes out is canonical: every field that
the type has and no other, numbers finite and in range, lists sorted and without repeats.
"""

from __future__ import annotations

import json
import re
import reprlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NoReturn, TypeAlias, TypeVar

from ..exceptions import BadMessage, UnknownEvent

__all__ = ["EVENT_TYPES", "Event", "ProgramEvent", "parse_event"]

ProgramEvent: TypeAlias = dict[str, Any]
"""An event as programs get it: a dict with the renderview specification's names."""

MAX_COORDINATE = 1e6
MAX_WHEEL = 1e5
MAX_TOUCHES = 32
MAX_NAME = 64
MAX_DATA = 4096

BUTTONS = (1, 2, 3, 4, 5)
MODIFIERS = ("Alt", "Control", "Meta", "Shift")

_POINTER_ID = re.compile(r"-?[0-9]{1,10}")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Event:
    """One input event of a page, validated."""

    type: str
    seq: int
    """The page's number for the message: one counter over both channels, from 1, rising."""
    t: float
    """When it happened, in seconds on the page's monotonic clock."""
    fields: Mapping[str, Any]
    """The fields of its type, canonical; not to be changed."""
    edge: int | None = None
    """For a ``pointer_move``: the ``seq`` of the newest message sent on ``input`` before it."""

    def program_event(self, peer: object, timestamp: float) -> ProgramEvent:
        """Make the dict that a program gets.

        Args:
            peer: whose input this is, as the program shall see it.
            timestamp: when it happened, in seconds on the server's monotonic clock.

        ``seq`` stays in the dict: it tells which picture was drawn after which event. A ``resize``
        has the page's fields (``width``, ``height``, ``ratio``); what the canvas makes of them,
        the canvas tells its program in an event of its own.
        """
        return {
            "type": self.type,
            **self.fields,
            "seq": self.seq,
            "peer": peer,
            "timestamp": timestamp,
        }


def parse_event(message: str | bytes, *, limit: int = 16384) -> Event:
    """Parse one message of the ``input`` or ``pointer`` channel.

    Args:
        message: UTF-8 JSON.
        limit: the most bytes taken.

    Raises:
        UnknownEvent: its ``type`` is none of :data:`EVENT_TYPES`.
        BadMessage: anything else is wrong with it.
    """
    sent = _load(message, limit)
    type_ = _take(sent, "type", _text(MAX_NAME), of="message")
    if type_ not in _FIELDS:
        raise UnknownEvent(f"message: the type {type_!r} is unknown.")

    seq = _take(sent, "seq", _integer(1, 2**53 - 1), of=type_)
    t = _take(sent, "t", _finite, of=type_)
    fields = {name: _take(sent, name, parse, of=type_) for name, parse in _FIELDS[type_].items()}
    edge = None
    if type_.startswith("pointer_"):
        # Counted here, so that it cannot contradict the touches themselves.
        fields["ntouches"] = len(fields["touches"])
    if type_ == "pointer_move" and "edge" in sent:
        edge = _take(sent, "edge", _integer(0, seq - 1), of=type_)
    if type_.startswith("key_") and ("x" in sent or "y" in sent):
        fields |= {name: _take(sent, name, parse, of=type_) for name, parse in _POINT.items()}
    return Event(type_, seq, t, MappingProxyType(fields), edge)


def _load(message: str | bytes, limit: int) -> dict[str, Any]:
    """Read a JSON object from a message that may be anything."""
    try:
        data = message.encode() if isinstance(message, str) else message
        if len(data) > limit:
            raise BadMessage(f"message: {len(data)} bytes are too many, {limit} are taken.")
        # Decoded here because json.loads would take UTF-16 and UTF-32 as well.
        sent = json.loads(data.decode(), parse_constant=_refuse_constant)
    except RecursionError:
        raise BadMessage("message: it is nested too deeply.") from None
    except ValueError as error:
        # Bad UTF-8, bad JSON and integers of thousands of digits are ValueErrors all.
        raise BadMessage(f"message: it must be UTF-8 JSON, but {error}.") from None
    if not isinstance(sent, dict):
        raise BadMessage(f"message: it must be a JSON object, got {_shown(sent)}.")
    return sent


def _refuse_constant(name: str) -> NoReturn:
    # RFC 8259, section 6: "Numeric values that cannot be represented in the grammar [...] (such
    # as Infinity and NaN) are not permitted", though json.loads takes them.
    raise ValueError(f"{name} is no JSON number")


def _take(sent: dict[str, Any], name: str, parse: Callable[[object], T], *, of: str) -> T:
    """Parse one field; a field's parser raises ValueError with the words for what it takes."""
    if name not in sent:
        raise BadMessage(f"{of}: the field {name!r} is missing.")
    try:
        return parse(sent[name])
    except ValueError as error:
        raise BadMessage(f"{of}: {name!r} must be {error}, got {_shown(sent[name])}.") from None


def _shown(value: object) -> str:
    """A value that may be huge or nested, short enough for a log line."""
    return f"{reprlib.repr(value):.80}"


# Parsers of fields: from what json.loads made to the canonical value, or ValueError.


def _finite(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError("a finite number")
    if not abs(value) <= sys.float_info.max:  # also false for NaN, and no overflow for integers
        raise ValueError("a finite number")
    return float(value)


def _clamped(low: float, high: float) -> Callable[[object], float]:
    return lambda value: min(max(_finite(value), low), high)


def _within(low: float, high: float) -> Callable[[object], float]:
    def parse(value: object) -> float:
        number = _finite(value)
        if not low <= number <= high:
            raise ValueError(f"a number from {low:g} to {high:g}")
        return number

    return parse


def _integer(low: int, high: int) -> Callable[[object], int]:
    def parse(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise ValueError(f"an integer from {low} to {high}")
        return value

    return parse


def _text(limit: int) -> Callable[[object], str]:
    def parse(value: object) -> str:
        # JSON can spell half of a surrogate pair, which no later encode() would take.
        if not isinstance(value, str) or len(value) > limit or _LONE_SURROGATE.search(value):
            raise ValueError(f"a text of at most {limit} characters without lone surrogates")
        return value

    return parse


def _text_or_none(limit: int) -> Callable[[object], str | None]:
    parse = _text(limit)
    return lambda value: None if value is None else parse(value)


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _buttons(value: object) -> tuple[int, ...]:
    # type() and not isinstance(): true would count as button 1.
    if not isinstance(value, list) or any(type(button) is not int for button in value):
        raise ValueError("a list of integers")
    return tuple(button for button in BUTTONS if button in value)


def _modifiers(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError("a list of texts")
    return tuple(name for name in MODIFIERS if name in value)


def _touches(value: object) -> dict[int, dict[str, float]]:
    if not isinstance(value, dict) or len(value) > MAX_TOUCHES:
        raise ValueError(f"an object of at most {MAX_TOUCHES} touches")
    if not all(_POINTER_ID.fullmatch(pointer) for pointer in value):
        raise ValueError("an object whose keys are pointer ids")
    return {int(pointer): _touch(touch) for pointer, touch in value.items()}


def _touch(value: object) -> dict[str, float]:
    try:
        if isinstance(value, dict):
            return {name: parse(value[name]) for name, parse in _TOUCH.items()}
    except (KeyError, ValueError):
        pass
    raise ValueError("an object of touches that each have a finite x, y and pressure")


_coordinate = _clamped(-MAX_COORDINATE, MAX_COORDINATE)
_POINT = {"x": _coordinate, "y": _coordinate}
_TOUCH = {**_POINT, "pressure": _clamped(0, 1)}

_Fields: TypeAlias = dict[str, Callable[[object], Any]]
_POINTER: _Fields = {
    **_POINT,
    "button": _integer(0, BUTTONS[-1]),
    "buttons": _buttons,
    "modifiers": _modifiers,
    "touches": _touches,
    "pointer_type": _text(MAX_NAME),
}
_KEY: _Fields = {"key": _text(MAX_NAME), "code": _text(MAX_NAME), "modifiers": _modifiers}
_FIELDS: dict[str, _Fields] = {
    "pointer_down": _POINTER,
    "pointer_up": _POINTER,
    "pointer_move": _POINTER,
    "pointer_enter": _POINTER,
    "pointer_leave": _POINTER,
    "wheel": {
        **_POINT,
        "dx": _clamped(-MAX_WHEEL, MAX_WHEEL),
        "dy": _clamped(-MAX_WHEEL, MAX_WHEEL),
        "buttons": _buttons,
        "modifiers": _modifiers,
    },
    "double_click": {
        **_POINT,
        "button": _integer(0, BUTTONS[-1]),
        "buttons": _buttons,
        "modifiers": _modifiers,
    },
    "key_down": {**_KEY, "repeat": _boolean},
    "key_up": _KEY,
    "char": {
        # InputEvent.data is null for input that inserts no text, a line break for one.
        "data": _text_or_none(MAX_DATA),
        "input_type": _text(MAX_NAME),
        "is_composing": _boolean,
    },
    "focus_in": {},
    "focus_out": {},
    "resize": {
        "width": _within(1, 16384),
        "height": _within(1, 16384),
        "ratio": _within(0.1, 16),
    },
}

EVENT_TYPES = frozenset(_FIELDS)
"""The types that a page may send."""
