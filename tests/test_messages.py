"""What a page says on `app`, `frames` and `exact`."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.exceptions import BadMessage, UnknownEvent
from rtc_canvas.messages import (
    FARTHEST,
    MESSAGE_LIMIT,
    MOST_FRAMES,
    AppMessage,
    Asked,
    Hello,
    NotDecoded,
    Ping,
    Pong,
    Presented,
    PresentedFrame,
    Received,
    ShownExactly,
    ViewOnly,
    Visibility,
    WantControl,
    WantExact,
    WantStats,
    parse_app_message,
    parse_exact_message,
    parse_frames_message,
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


def asked(**fields: Any) -> str:
    question = {"type": "probe", "probe": 1, "picture": 2, "x": 3, "y": 4, "logical": [64, 48]}
    return json.dumps({**question, **fields})


@pytest.mark.parametrize(
    ("message", "parsed"),
    [
        (
            {"type": "hello", "protocol": 1, "visible": False},
            Hello(1, visible=False, view_only=False),
        ),
        (
            {"type": "hello", "protocol": 1, "visible": True, "view_only": True},
            Hello(1, visible=True, view_only=True),
        ),
        ({"type": "visibility", "visible": True}, Visibility(visible=True)),
        ({"type": "stats", "on": True, "newer": "field"}, WantStats(on=True)),
        (
            {
                "type": "probe",
                "probe": 7,
                "picture": 3,
                "x": -1.5,
                "y": 10**400,
                "logical": [64, 48.5],
            },
            Asked(7, 3, -1.5, FARTHEST, (64, 48.5)),
        ),
        ({"type": "not_decoded"}, NotDecoded()),
        ({"type": "exact", "on": False}, WantExact(on=False)),
        ({"type": "control", "on": True}, WantControl(on=True)),
        ({"type": "view_only", "on": True}, ViewOnly(on=True)),
    ],
)
def test_messages(message: dict[str, Any], parsed: AppMessage) -> None:
    text = json.dumps(message)
    assert parse_app_message(text) == parse_app_message(text.encode()) == parsed


@pytest.mark.parametrize(
    "message",
    [
        "",
        "{",
        "[]",
        "null",
        b"\xff",
        "[" * MESSAGE_LIMIT,
        json.dumps({"type": "visibility", "visible": True}).ljust(MESSAGE_LIMIT + 1),
        '{"type": "hello"}',
        '{"type": "hello", "protocol": true, "visible": true}',
        '{"type": "hello", "protocol": -1, "visible": true}',
        '{"type": "hello", "protocol": 1e3, "visible": true}',
        '{"type": "visibility", "visible": 1}',
        '{"type": "stats", "on": null}',
        asked(probe=None),
        asked(picture=1.5),
        asked(x="1"),
        asked(y=True),
        asked(x=float("nan")),
        asked(y=float("inf")),
        asked(logical=None),
        asked(logical=[64]),
        asked(logical=[0, 48]),
        asked(logical=[64, float("nan")]),
        asked(logical=[64, 1e7]),
    ],
)
def test_refused(message: str | bytes) -> None:
    with pytest.raises(BadMessage) as refused:
        parse_app_message(message)
    assert not isinstance(refused.value, UnknownEvent)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("type_", ["", "Hello", 5, None, [], {"a": 1}, "x" * 3000])
def test_an_unknown_type_is_told_apart_and_its_name_kept_short(type_: object) -> None:
    with pytest.raises(UnknownEvent) as refused:
        parse_app_message(json.dumps({"type": type_}))
    assert len(str(refused.value)) < 120


@given(
    st.text()
    | st.binary()
    | json_values.map(json.dumps)
    | st.builds(
        lambda type_, fields: json.dumps({**fields, "type": type_}),
        st.sampled_from(["hello", "visibility", "stats", "probe"]),
        st.dictionaries(
            st.sampled_from(["protocol", "visible", "on", "probe", "picture", "x", "y", "logical"]),
            json_values,
        ),
    )
)
def test_nothing_but_a_refusal_comes_of_what_is_wrong(message: str | bytes) -> None:
    try:
        parsed = parse_app_message(message)
    except BadMessage:
        return
    assert isinstance(parsed, Hello | Visibility | WantStats | WantExact | Asked)


def presented(**fields: Any) -> str:
    frames = [[4294967295, 0.004, 812.25], [0, -1e-4, 812.5]]
    message = {"type": "presented", "interval": 0.0167, "frames": frames}
    return json.dumps({**message, **fields})


def test_frames_that_were_presented() -> None:
    parsed = parse_frames_message(presented(newer="field"))
    frames = (PresentedFrame(4294967295, 0.004, 812.25), PresentedFrame(0, -1e-4, 812.5))
    assert parsed == Presented(0.0167, frames)
    assert parse_frames_message(presented(frames=[])) == Presented(0.0167, ())


def test_a_browser_may_tell_no_more_than_when() -> None:
    parsed = parse_frames_message(presented(interval=None, frames=[[1, None, 5]]))
    assert parsed == Presented(None, (PresentedFrame(1, None, 5.0),))


def test_pings() -> None:
    assert parse_frames_message('{"type": "ping", "ping": 3}') == Ping(3)


def test_pongs() -> None:
    assert parse_frames_message('{"type": "pong", "ping": 3, "t": 12.5}') == Pong(3, 12.5)


@pytest.mark.parametrize(
    "message",
    [
        "{",
        "[]",
        presented().ljust(MESSAGE_LIMIT + 1),
        presented(interval="0.1"),
        presented(interval=float("nan")),
        presented(interval=float("inf")),
        presented(interval=10),
        presented(frames={}),
        presented(frames=[[1, 0.1, 5]] * (MOST_FRAMES + 1)),
        presented(frames=[1]),
        presented(frames=[[1]]),
        presented(frames=[[1, 0.1]]),
        presented(frames=[[-1, 0.1, 5]]),
        presented(frames=[[2**32, 0.1, 5]]),
        presented(frames=[[1.5, 0.1, 5]]),
        presented(frames=[[True, 0.1, 5]]),
        presented(frames=[[False, 0.1, 5]]),
        presented(frames=[[1, "0.1", 5]]),
        presented(frames=[[1, True, 5]]),
        presented(frames=[[1, 0.1, None]]),
        presented(frames=[[1, 0.1, -1]]),
        presented(frames=[[1, 0.1, 1e300]]),
        presented(frames=[[1, 0.1, float("nan")]]),
        '{"type": "ping"}',
        '{"type": "ping", "ping": "3"}',
        '{"type": "pong", "ping": 3}',
        '{"type": "pong", "ping": -3, "t": 12.5}',
        '{"type": "pong", "ping": 3.5, "t": 12.5}',
        '{"type": "pong", "ping": 3, "t": NaN}',
        '{"type": "pong", "ping": 3, "t": -5}',
        '{"type": "pong", "ping": 3, "t": 1e10}',
    ],
)
def test_words_of_frames_that_are_refused(message: str) -> None:
    with pytest.raises(BadMessage) as refused:
        parse_frames_message(message)
    assert not isinstance(refused.value, UnknownEvent)
    assert "\n" not in str(refused.value)


@given(
    st.text()
    | st.binary()
    | json_values.map(json.dumps)
    | st.builds(
        lambda type_, fields: json.dumps({**fields, "type": type_}),
        st.sampled_from(["presented", "ping", "pong"]),
        st.dictionaries(st.sampled_from(["interval", "frames", "ping", "t"]), json_values),
    )
)
def test_whatever_comes_on_frames_is_parsed_or_refused(message: str | bytes) -> None:
    with contextlib.suppress(BadMessage):
        parse_frames_message(message)


def test_what_a_page_has_of_an_image() -> None:
    received = '{"type": "received", "picture": 3, "bytes": 4096, "newer": "field"}'
    assert parse_exact_message(received) == Received(3, 4096)
    assert parse_exact_message('{"type": "shown", "picture": 3}') == ShownExactly(3)


@pytest.mark.parametrize(
    "message",
    [
        b"\x89PNG",
        "[3]",
        '{"type": "received", "picture": 3}',
        '{"type": "received", "picture": 3, "bytes": -1}',
        '{"type": "received", "picture": 3, "bytes": true}',
        '{"type": "received", "picture": -3, "bytes": 1}',
        '{"type": "received", "picture": 3, "bytes": 1e3}',
        '{"type": "shown", "picture": "3"}',
        '{"type": "shown"}',
    ],
)
def test_words_of_an_image_that_are_refused(message: str | bytes) -> None:
    with pytest.raises(BadMessage) as refused:
        parse_exact_message(message)
    assert not isinstance(refused.value, UnknownEvent)


def test_other_words_of_an_image_are_unknown() -> None:
    with pytest.raises(UnknownEvent, match="exact: the type 'lost' is unknown"):
        parse_exact_message('{"type": "lost"}')
