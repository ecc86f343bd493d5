"""The queue of events that wait for the program."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.events import EventBuffer, ProgramEvent


def event(type_: str, **fields: Any) -> ProgramEvent:
    return {
        "type": type_,
        "peer": "a",
        "x": 0.0,
        "y": 0.0,
        "dx": 0.0,
        "dy": 0.0,
        "buttons": (),
        "modifiers": (),
        "ntouches": 0,
        **fields,
    }


def through(*events: ProgramEvent, limit: int = 1024) -> list[ProgramEvent]:
    buffer = EventBuffer(limit)
    for each in events:
        buffer.put(each)
    return buffer.drain()


def test_draining_empties() -> None:
    buffer = EventBuffer()
    buffer.put(event("key_down"))

    assert len(buffer) == 1
    assert buffer.drain() == [event("key_down")]
    assert (len(buffer), buffer.drain()) == (0, [])


def test_after_draining_nothing_is_merged_with_what_was_taken() -> None:
    buffer = EventBuffer()
    for x in (1.0, 2.0):
        buffer.put(event("pointer_move", x=x))
        assert buffer.drain() == [event("pointer_move", x=x)]


def test_the_last_of_equal_moves_stays() -> None:
    moves = [event("pointer_move", x=float(x)) for x in range(3)]

    assert through(*moves) == [moves[-1]]


def test_wheels_are_summed_at_the_last_place() -> None:
    wheels = [event("wheel", dx=1.0, dy=-2.0, x=5.0), event("wheel", dx=2.0, dy=-3.0, x=6.0)]

    assert through(*wheels) == [event("wheel", dx=3.0, dy=-5.0, x=6.0)]
    assert wheels[0]["dx"] == 1.0, "what was put is not changed"


def test_the_last_resize_stays_whoever_it_came_from() -> None:
    last = event("resize", peer="b", width=2)

    assert through(event("resize", width=1), last) == [last]


def test_moves_that_differ_in_what_is_held_both_stay() -> None:
    for changed in (
        {"peer": "b"},
        {"buttons": (1,)},
        {"modifiers": ("Alt",)},
        {"ntouches": 1},
    ):
        pair = [event("pointer_move"), event("pointer_move", **changed)]
        assert through(*pair) == pair


def test_wheels_that_differ_in_what_is_held_both_stay() -> None:
    for changed in ({"peer": "b"}, {"buttons": (1,)}, {"modifiers": ("Alt",)}):
        pair = [event("wheel"), event("wheel", **changed)]
        assert through(*pair) == pair


def test_nothing_is_merged_across_another_event() -> None:
    for between in ("pointer_down", "key_down", "wheel", "resize"):
        run = [event("pointer_move"), event(between), event("pointer_move")]
        assert through(*run) == run


def test_moves_are_dropped_first_then_wheels_then_edges() -> None:
    buffer = EventBuffer(limit=3)
    for type_ in ("key_down", "wheel", "pointer_move", "key_up"):
        buffer.put(event(type_))
    assert [each["type"] for each in buffer.drain()] == ["key_down", "wheel", "key_up"]

    for type_ in ("key_down", "wheel", "key_up", "char"):
        buffer.put(event(type_))
    assert [each["type"] for each in buffer.drain()] == ["key_down", "key_up", "char"]

    for type_ in ("key_down", "key_up", "char", "focus_out"):
        buffer.put(event(type_))
    assert [each["type"] for each in buffer.drain()] == ["key_up", "char", "focus_out"]
    assert buffer.dropped == 3


def test_words_of_presented_pictures_make_room_for_all_input() -> None:
    run = ("presented", "key_down", "presented", "pointer_move", "presented", "key_up")
    assert [each["type"] for each in through(*map(event, run), limit=3)] == [
        "key_down",
        "pointer_move",
        "key_up",
    ]


def test_a_move_is_dropped_at_once_where_only_edges_wait() -> None:
    buffer = EventBuffer(limit=1)
    for type_ in ("key_down", "pointer_move", "pointer_move"):
        buffer.put(event(type_))

    assert (buffer.drain(), buffer.dropped) == ([event("key_down")], 2)


class PlainBuffer:
    """The same rules, spelled out over one list."""

    MERGED = {  # noqa: RUF012
        "pointer_move": ("peer", "buttons", "modifiers", "ntouches"),
        "wheel": ("peer", "buttons", "modifiers"),
        "resize": (),
    }

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.waiting: list[ProgramEvent] = []
        self.dropped = 0
        self.newest_waits = False

    def put(self, new: ProgramEvent) -> None:
        if self.newest_waits and self.merges(self.waiting[-1], new):
            last = self.waiting.pop()
            if new["type"] == "wheel":
                new = {**new, "dx": last["dx"] + new["dx"], "dy": last["dy"] + new["dy"]}
        self.waiting.append(new)
        self.newest_waits = True
        if len(self.waiting) > self.limit:
            self.drop()

    def merges(self, last: ProgramEvent, new: ProgramEvent) -> bool:
        names = self.MERGED.get(new["type"])
        return (
            names is not None
            and last["type"] == new["type"]
            and all(last[name] == new[name] for name in names)
        )

    def drop(self) -> None:
        self.dropped += 1
        for type_ in ("presented", "pointer_move", "wheel"):
            for place, waiting in enumerate(self.waiting):
                if waiting["type"] == type_:
                    del self.waiting[place]
                    self.newest_waits = place < len(self.waiting)
                    return
        del self.waiting[0]


events = st.builds(
    event,
    st.sampled_from(["pointer_move", "wheel", "resize", "key_down", "presented"]),
    peer=st.sampled_from("ab"),
    buttons=st.sampled_from([(), (1,)]),
    x=st.integers(0, 9),
    dy=st.integers(-9, 9),
)


@given(st.lists(events, max_size=40), st.integers(1, 8))
def test_it_behaves_as_the_rules_over_one_list(put: list[ProgramEvent], limit: int) -> None:
    buffer, plain = EventBuffer(limit), PlainBuffer(limit)
    for each in put:
        buffer.put(each)
        plain.put(each)

    assert len(buffer) <= limit
    assert buffer.dropped == plain.dropped
    assert buffer.drain() == plain.waiting
