"""What is released when a peer cannot release it."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.events import HeldInput, ProgramEvent


def key(type_: str, name: str, code: str = "", **fields: Any) -> ProgramEvent:
    return {"type": type_, "key": name, "code": code, **fields}


def pointer(type_: str, button: int, buttons: tuple[int, ...] = (), **fields: Any) -> ProgramEvent:
    return {
        "type": type_,
        "x": 1.0,
        "y": 2.0,
        "button": button,
        "buttons": buttons,
        "pointer_type": "mouse",
        **fields,
    }


def release_after(*events: ProgramEvent) -> list[ProgramEvent]:
    held = HeldInput()
    for event in events:
        held.follow(event)
    return held.release("peer-1", 9.0)


def test_nothing_held_releases_nothing() -> None:
    assert release_after() == []
    assert release_after(key("key_down", "a", "KeyA"), key("key_up", "a", "KeyA")) == []
    assert release_after(pointer("pointer_down", 1, (1,)), pointer("pointer_up", 1)) == []


def test_a_key_is_released() -> None:
    assert release_after(key("key_down", "a", "KeyA", modifiers=("Meta",), repeat=False)) == [
        {
            "type": "key_up",
            "key": "a",
            "code": "KeyA",
            "modifiers": (),
            "peer": "peer-1",
            "timestamp": 9.0,
        }
    ]


def test_a_button_is_released_where_the_pointer_was_last() -> None:
    events = (
        pointer("pointer_down", 2, (2,), pointer_type="pen"),
        pointer("pointer_move", 2, (2,), x=5.0, y=6.0),
    )

    assert release_after(*events) == [
        {
            "type": "pointer_up",
            "x": 5.0,
            "y": 6.0,
            "button": 2,
            "buttons": (),
            "modifiers": (),
            "ntouches": 0,
            "touches": {},
            "pointer_type": "pen",
            "peer": "peer-1",
            "timestamp": 9.0,
        }
    ]


def test_keys_go_before_buttons_and_newest_first() -> None:
    released = release_after(
        pointer("pointer_down", 1, (1,)),
        key("key_down", "Control", "ControlLeft"),
        key("key_down", "Shift", "ShiftRight"),
        key("key_down", "A", "KeyA"),
        pointer("pointer_down", 3, (1, 3)),
    )

    assert [(up.get("key"), up.get("button"), up["modifiers"]) for up in released] == [
        ("A", None, ("Control", "Shift")),
        ("Shift", None, ("Control",)),
        ("Control", None, ()),
        (None, 3, ()),
        (None, 1, ()),
    ]
    assert [up.get("buttons") for up in released[-2:]] == [(1,), ()]


def test_key_releases_have_the_pointers_place_where_it_is_known() -> None:
    released = release_after(pointer("pointer_move", 0), key("key_down", "a", "KeyA"))

    assert (released[0]["x"], released[0]["y"]) == (1.0, 2.0)


def test_a_key_is_known_by_its_code() -> None:
    assert release_after(key("key_down", "a", "KeyA"), key("key_up", "A", "KeyA")) == []
    assert len(release_after(key("key_down", "a"), key("key_down", "b"))) == 2


def test_a_repeated_key_is_released_once() -> None:
    assert len(release_after(*[key("key_down", "a", "KeyA", repeat=True)] * 3)) == 1


def test_a_button_that_another_finger_holds_stays_down() -> None:
    fingers = (
        pointer("pointer_down", 1, (1,)),
        pointer("pointer_down", 1, (1,)),
        pointer("pointer_up", 1, (1,)),
    )

    assert len(release_after(*fingers)) == 1
    assert release_after(*fingers, pointer("pointer_up", 1)) == []


def test_a_pointer_that_hovers_presses_no_button() -> None:
    assert release_after(pointer("pointer_down", 0)) == []


def test_releasing_forgets() -> None:
    held = HeldInput()
    held.follow(key("key_down", "a", "KeyA"))

    assert len(held.release("peer-1", 1.0)) == 1
    assert held.release("peer-1", 2.0) == []


def test_a_hostile_page_holds_64_keys_at_most() -> None:
    assert len(release_after(*(key("key_down", "a", f"Key{n}") for n in range(1000)))) == 64


key_events = st.builds(
    key,
    st.sampled_from(["key_down", "key_up"]),
    st.sampled_from(["a", "Shift"]),
    st.sampled_from(["KeyA", "ShiftLeft", "ShiftRight", ""]),
)
pointer_events = st.builds(
    pointer,
    st.sampled_from(["pointer_down", "pointer_up", "pointer_move"]),
    st.integers(0, 5),
    st.sets(st.integers(1, 5)).map(lambda buttons: tuple(sorted(buttons))),
)


@given(st.lists(key_events | pointer_events))
def test_following_the_releases_leaves_nothing_down(events: list[ProgramEvent]) -> None:
    held = HeldInput()
    for event in events:
        held.follow(event)
    released = held.release("peer-1", 9.0)

    follower = HeldInput()
    for event in [*events, *released]:
        follower.follow(event)
    assert follower.release("peer-1", 10.0) == []
