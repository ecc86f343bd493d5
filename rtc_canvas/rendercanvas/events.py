"""From a viewer's events to those of rendercanvas. Pure."""

from __future__ import annotations

from typing import Any

from ..events import ProgramEvent

_POINTER = ("x", "y", "button", "buttons", "modifiers", "ntouches", "touches")
_FIELDS: dict[str, tuple[str, ...]] = {
    "pointer_down": _POINTER,
    "pointer_up": _POINTER,
    "pointer_move": _POINTER,
    "pointer_enter": _POINTER,
    "pointer_leave": _POINTER,
    "double_click": ("x", "y", "button", "buttons", "modifiers"),
    "wheel": ("x", "y", "dx", "dy", "buttons", "modifiers"),
    "key_down": ("key", "modifiers"),
    "key_up": ("key", "modifiers"),
    "char": ("data", "input_type", "is_composing"),
}
"""The fields of each type, and no other: pygfx makes keyword arguments of them."""

EDGES = frozenset(_FIELDS) - {"pointer_move", "wheel", "pointer_enter", "pointer_leave"}
"""The types that are answered at once. The others come many at a time, and wait for the beat of draws."""


def translated(event: ProgramEvent, clock_ahead: float) -> dict[str, Any] | None:
    """The event as rendercanvas has it; None for one that it does not know, and for a key that repeats while held.

    clock_ahead: seconds by which `time.perf_counter`, of rendercanvas's own times, is ahead of `time.monotonic`.
    """
    fields = _FIELDS.get(event["type"])
    if fields is None or event.get("repeat"):
        return None
    return {
        "event_type": event["type"],
        "time_stamp": event["timestamp"] + clock_ahead,
        **{name: event[name] for name in fields},
    }
