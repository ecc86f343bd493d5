"""Parsing of input messages: what is taken, what it becomes, and that nothing else gets through."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.events import EVENT_TYPES, Event, parse_event
from rtc_canvas.exceptions import BadMessage, UnknownEvent

POINTER = {
    "x": 10,
    "y": 20.5,
    "button": 1,
    "buttons": [1],
    "modifiers": [],
    "ntouches": 0,
    "touches": {},
    "pointer_type": "mouse",
}
KEY = {"key": "a", "code": "KeyA", "modifiers": []}
VALID: dict[str, dict[str, Any]] = {
    "pointer_down": POINTER,
    "pointer_up": POINTER,
    "pointer_move": POINTER,
    "pointer_enter": POINTER,
    "pointer_leave": POINTER,
    "wheel": {"x": 1, "y": 2, "dx": 0, "dy": 100, "buttons": [], "modifiers": ["Shift"]},
    "double_click": {"x": 1, "y": 2, "button": 1, "buttons": [], "modifiers": []},
    "key_down": {**KEY, "repeat": False},
    "key_up": KEY,
    "char": {"data": "é", "input_type": "insertText", "is_composing": False},
    "focus_in": {},
    "focus_out": {},
    "resize": {"width": 640, "height": 480.5, "ratio": 2},
}


def message(type_: str, **changes: Any) -> str:
    return json.dumps({"type": type_, "seq": 7, "t": 1.5, **VALID[type_], **changes})


def parse(type_: str, **changes: Any) -> Event:
    return parse_event(message(type_, **changes))


def test_every_type_has_an_example() -> None:
    assert VALID.keys() == EVENT_TYPES


@pytest.mark.parametrize("type_", sorted(VALID))
def test_valid_messages_are_taken_as_text_and_as_bytes(type_: str) -> None:
    event = parse(type_)

    assert (event.type, event.seq, event.t, event.edge) == (type_, 7, 1.5, None)
    assert event.fields.keys() == VALID[type_].keys()
    assert parse_event(message(type_).encode()) == event


@pytest.mark.parametrize("type_", sorted(VALID))
def test_every_field_is_required(type_: str) -> None:
    for name in {"type", "seq", "t", *VALID[type_]} - {"ntouches"}:
        sent = json.loads(message(type_))
        del sent[name]
        with pytest.raises(BadMessage, match=f"'{name}' is missing"):
            parse_event(json.dumps(sent))


def test_further_fields_are_dropped() -> None:
    assert "peer" not in parse("focus_in", peer="someone", timestamp=3).fields


def test_an_event_becomes_the_programs_dict() -> None:
    event = parse("wheel").program_event("peer-1", 99.5)

    assert event == {
        "type": "wheel",
        "x": 1.0,
        "y": 2.0,
        "dx": 0.0,
        "dy": 100.0,
        "buttons": (),
        "modifiers": ("Shift",),
        "seq": 7,
        "peer": "peer-1",
        "timestamp": 99.5,
    }


def test_lists_become_canonical() -> None:
    fields = parse(
        "pointer_move", buttons=[3, 1, 3, 99], modifiers=["Shift", "Hyper", "Alt", "Shift"]
    ).fields

    assert fields["buttons"] == (1, 3)
    assert fields["modifiers"] == ("Alt", "Shift")


def test_touches_are_typed_and_counted() -> None:
    touches = {"-3": {"x": 1, "y": 2, "pressure": 7, "tilt": 1}}
    fields = parse("pointer_move", touches=touches, ntouches=12).fields

    assert fields["touches"] == {-3: {"x": 1.0, "y": 2.0, "pressure": 1.0}}
    assert fields["ntouches"] == 1


def test_coordinates_and_deltas_are_clamped() -> None:
    fields = parse("wheel", x=-1e300, y=10**300, dx=1e300, dy=-1e300).fields

    assert (fields["x"], fields["y"], fields["dx"], fields["dy"]) == (-1e6, 1e6, 1e5, -1e5)


def test_a_key_has_coordinates_where_the_pointer_is_known() -> None:
    assert "x" not in parse("key_up").fields
    assert parse("key_up", x=1, y=2).fields["y"] == 2.0
    with pytest.raises(BadMessage, match="'y' is missing"):
        parse("key_up", x=1)


def test_input_without_text_has_no_data() -> None:
    assert parse("char", data=None, input_type="insertLineBreak").fields["data"] is None


def test_a_move_names_its_edge() -> None:
    assert parse("pointer_move", edge=6).edge == 6
    with pytest.raises(BadMessage, match="'edge' must be an integer from 0 to 6"):
        parse("pointer_move", edge=7)
    assert parse("pointer_down", edge=6).edge is None


def test_an_unknown_type_is_told_apart() -> None:
    with pytest.raises(UnknownEvent, match="'warp' is unknown"):
        parse_event('{"type": "warp"}')


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\xff",
        "\ud800",
        "{",
        "[]",
        "null",
        "[" * 10_000,
        '{"type": ' * 1500,
        "9" * 5000,
        "NaN",
        '{"type": "focus_in", "seq": 1, "t": Infinity}',
        message("focus_in").encode("utf-16"),
        "\ufeff" + message("focus_in"),
        json.dumps({"type": 3}),
        json.dumps({"type": ["focus_in"]}),
        message("char", data="x" * 20_000),
    ],
)
def test_what_is_no_message_is_refused(sent: str | bytes) -> None:
    with pytest.raises(BadMessage) as refusal:
        parse_event(sent)

    assert not isinstance(refusal.value, UnknownEvent)


TOUCH = {"x": 1, "y": 1, "pressure": 1}
WRONG: list[tuple[str, str, list[Any]]] = [
    ("focus_in", "seq", [0, -1, 2**53, 1.5, "1", True, None]),
    ("focus_in", "t", ["0", True, None, math.inf, 10**400]),
    ("wheel", "x", ["1", False, None, [], math.nan, -(10**400)]),
    ("pointer_down", "button", [-1, 6, 1.0, True, "1"]),
    ("pointer_down", "buttons", [1, None, "1", [True], ["1"], {}]),
    ("pointer_down", "modifiers", ["Shift", [1], [[]], {}, None]),
    ("pointer_down", "pointer_type", [None, 1, "x" * 65]),
    ("pointer_down", "touches", [[], {"first": TOUCH}, {"1": [1, 1, 1]}]),
    ("pointer_down", "touches", [{"1": {"x": 1, "y": 1}}, {"1": {**TOUCH, "y": True}}]),
    ("pointer_down", "touches", [{str(finger): TOUCH for finger in range(33)}]),
    ("key_down", "key", [None, 1, "x" * 65, "\ud83d"]),
    ("key_down", "code", ["\udc00"]),
    ("key_down", "repeat", [0, None, "false"]),
    ("char", "data", [1, "x" * 4097, "half \ud83d"]),
    ("resize", "width", [0, 0.5, -5, 16385, True, "640"]),
    ("resize", "ratio", [0, 0.09, 17]),
]


@pytest.mark.parametrize(
    ("type_", "field", "value"),
    [(type_, field, value) for type_, field, values in WRONG for value in values],
)
def test_wrong_fields_are_refused(type_: str, field: str, value: Any) -> None:
    with pytest.raises(BadMessage) as refusal:
        parse(type_, **{field: value})

    assert len(str(refusal.value)) < 250
    assert "\n" not in str(refusal.value)


def test_a_refusal_says_what_was_got_and_what_is_taken() -> None:
    with pytest.raises(BadMessage) as refusal:
        parse("wheel", dx="far")

    assert str(refusal.value) == "wheel: 'dx' must be a finite number, got 'far'."


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.binary() | st.text() | json_values.map(json.dumps))
def test_nothing_but_bad_message_comes_out_of_noise(sent: str | bytes) -> None:
    with pytest.raises(BadMessage):
        parse_event(sent)


@given(st.sampled_from(sorted(VALID)), st.data())
def test_a_spoiled_message_is_refused_or_canonical(type_: str, data: st.DataObject) -> None:
    field = data.draw(st.sampled_from(["seq", "t", "edge", *VALID[type_]]))
    sent = message(type_, **{field: data.draw(json_values)})
    try:
        event = parse_event(sent)
    except BadMessage:
        return

    assert event.fields.keys() == VALID[type_].keys()
    again = {"type": type_, "seq": event.seq, "t": event.t, **event.fields}
    if event.edge is not None:
        again["edge"] = event.edge
    assert parse_event(json.dumps(again, allow_nan=False)) == event
