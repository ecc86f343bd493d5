"""What a page says about its WebSocket."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.exceptions import BadMessage
from rtc_canvas.websocket.messages import MESSAGE_LIMIT, KeyFrame, Pong, Use, parse_message


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"type": "use", "transport": "webrtc"}, Use("webrtc")),
        ({"type": "use", "transport": "websocket", "more": 1}, Use("websocket")),
        ({"type": "pong", "id": 7}, Pong(7)),
        ({"type": "key_frame"}, KeyFrame()),
    ],
)
def test_what_is_taken(sent: dict[str, object], message: object) -> None:
    assert parse_message(json.dumps(sent)) == message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "7",
        '{"type": "newer"}',
        '{"type": "use"}',
        '{"type": "use", "transport": "pigeon"}',
        '{"type": "use", "transport": ["webrtc"]}',
        '{"type": "pong", "id": true}',
        '{"type": "pong", "id": "1"}',
        "[" * 3000,
        " " * (MESSAGE_LIMIT + 1),
    ],
)
def test_what_is_refused(text: str) -> None:
    with pytest.raises(BadMessage) as refused:
        parse_message(text)
    assert len(str(refused.value)) < 200


@given(st.text(max_size=60))
def test_whatever_comes_is_parsed_or_refused(text: str) -> None:
    with contextlib.suppress(BadMessage):
        parse_message(text)
