"""What a probe returned, as a page can be told it: JSON, and a text to show. Pure."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from ..exceptions import ProbeError

Json: TypeAlias = "float | int | str | bool | list[Json] | dict[str, Json] | None"

# The same before it is told: numpy's narrow floats need fewer digits, 0.1 and not 0.10000000149011612.
Plain: TypeAlias = (
    "float | int | str | bool | np.floating[Any] | list[Plain] | dict[str, Plain] | None"
)

# Numbers, strings and the like in one answer.
MOST_ENTRIES = 256

# Of an answer as JSON, bytes.
MOST_BYTES = 4096

# More digits than this no one reads, and Python itself refuses to write too many.
MOST_BITS = 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """value: JSON, in which nan and the infinities are None. text: how to show it."""

    value: Json
    text: str


def answer_of(value: object) -> Answer:
    """The answer that a probe's return value makes.

    Takes numbers, strings, bools, None, numpy's scalars and arrays, and lists, tuples and dicts of those: at most 256
    of them, 4096 bytes as JSON.

    Raises:
        ProbeError: for anything else; says what was got and what is taken.
    """
    plain = _plain(value, itertools.count(1))
    told = _told(plain)
    size = len(json.dumps(told, separators=(",", ":"), allow_nan=False))
    if size > MOST_BYTES:
        raise _too_large(f"{size} bytes")
    return Answer(told, _text(plain))


def _plain(value: object, entries: Iterator[int]) -> Plain:
    """The value in Python's own types but for numpy's floats, nan and the infinities among them."""
    if next(entries) > MOST_ENTRIES:
        raise _too_large(f"more than {MOST_ENTRIES} values")
    match value:
        case None:
            return None
        case bool() | np.bool_():
            return bool(value)
        case int() | np.integer():
            if int(value).bit_length() > MOST_BITS:
                raise _too_large(f"an int of {int(value).bit_length()} bits")
            return int(value)
        case float():
            return float(value)
        case np.floating():
            return value
        case str():
            return _short(str.__str__(value))
        case list() | tuple():
            return [_plain(each, entries) for each in value]
        case dict():
            return {_key(key): _plain(each, entries) for key, each in value.items()}
        case np.ndarray():
            return _plain_array(value, entries)
    raise ProbeError(
        "failed",
        f"The program's probe returned {type(value).__name__}; it may return a number, a string, a bool, None, "
        "or a small list or dict of those.",
    )


def _plain_array(array: np.ndarray[Any, Any], entries: Iterator[int]) -> Plain:
    if array.size > MOST_ENTRIES:
        raise _too_large(f"an array of the shape {array.shape}")
    plain = _plain(array.tolist(), entries)
    narrow = array.dtype.kind == "f" and array.dtype != np.float64
    return _narrowed(plain, array.dtype.type) if narrow else plain


def _narrowed(plain: Plain, type_: type[np.floating[Any]]) -> Plain:
    """With numbers of that type again: Python has one float only."""
    match plain:
        case list():
            return [_narrowed(each, type_) for each in plain]
        case float() | np.floating():
            return type_(plain)
    return plain


def _key(key: object) -> str:
    if isinstance(key, str):
        return _short(str.__str__(key))
    if isinstance(key, int | float | np.integer | np.floating):
        return _short(_text(_plain(key, itertools.count(1))))
    raise ProbeError(
        "failed",
        f"The program's probe returned a dict with a key of type {type(key).__name__}; "
        "keys may be strings and numbers.",
    )


def _short(text: str) -> str:
    if len(text) > MOST_BYTES:
        raise _too_large(f"a string of {len(text)} characters")
    return text


def _too_large(what: str) -> ProbeError:
    return ProbeError(
        "failed",
        f"The program's probe returned {what}; at most {MOST_ENTRIES} values and {MOST_BYTES} bytes of JSON are told.",
    )


def _told(plain: Plain) -> Json:
    match plain:
        case float() | np.floating():
            number = float(plain)
            return number if math.isfinite(number) else None
        case list():
            return [_told(each) for each in plain]
        case dict():
            return {key: _told(each) for key, each in plain.items()}
    return plain


def _text(plain: Plain) -> str:
    """As a person reads it: a dict has a line for each key."""
    match plain:
        case dict():
            return "\n".join(f"{key} {_inline(each)}" for key, each in plain.items())
        case list():
            return ", ".join(_inline(each) for each in plain)
    return _inline(plain)


def _inline(plain: Plain) -> str:
    match plain:
        case None:
            return "none"
        case bool():
            return "true" if plain else "false"
        case float() | np.floating():
            return _digits(plain)
        case list():
            return f"({', '.join(_inline(each) for each in plain)})"
        case dict():
            return f"({', '.join(f'{key} {_inline(each)}' for key, each in plain.items())})"
    return str(plain)


def _digits(number: float | np.floating[Any]) -> str:
    """The fewest digits that stand for this very value, with an exponent where Python's own floats have one."""
    size = abs(float(number))
    plain = size == 0 or 1e-4 <= size < 1e16
    write = np.format_float_positional if plain else np.format_float_scientific
    return write(number, trim="-")
