"""What crosses a WebSocket in binary."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.encoded_frame import EncodedFrame
from rtc_canvas.exceptions import BadMessage
from rtc_canvas.websocket import framing
from rtc_canvas.websocket.framing import MESSAGE_LIMIT, Ack, ChannelMessage, parse

U32 = st.integers(0, 2**32 - 1)


def encoded(data: bytes = b"data", *, key: bool = True) -> EncodedFrame:
    return EncodedFrame("vp8", data, key, (64, 48), (64, 48), (64, 48), 7, 1.5)


def test_a_frame() -> None:
    assert (
        framing.frame(5, 90_000, encoded()) == bytes.fromhex("110101000000000500015f90") + b"data"
    )
    assert framing.frame(5, 90_000, encoded(key=False))[:3] == bytes.fromhex("110100")


def test_an_announcement() -> None:
    assert framing.begin(5) == bytes.fromhex("1000000000000005")


@given(st.integers(0, 7), st.text(max_size=200))
def test_a_text_is_read_as_it_was_written(channel: int, text: str) -> None:
    message = framing.text(channel, {"text": text})
    parsed = parse(message)
    assert isinstance(parsed, ChannelMessage)
    assert parsed.channel == channel
    assert isinstance(parsed.message, str)
    assert parsed.message.encode() == message[2:]


@given(st.integers(0, 7), st.binary(max_size=200))
def test_what_is_no_text_is_read_as_it_was_written(channel: int, data: bytes) -> None:
    assert parse(framing.binary(channel, data)) == ChannelMessage(channel, data)


@given(U32, U32, U32)
def test_an_acknowledgement(number: int, spread: int, held: int) -> None:
    message = struct.pack("!BxxxIII", framing.ACK, number, spread, held)
    assert parse(message) == Ack(number, spread / 1e6, held / 1e6)


@given(st.binary(max_size=40))
def test_whatever_comes_is_parsed_or_refused(message: bytes) -> None:
    with contextlib.suppress(BadMessage):
        assert isinstance(parse(message), Ack | ChannelMessage)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\x00",
        b"\x08\x00{}",
        b"\x00\x02{}",
        b"\x00\x00\xff",
        bytes((framing.ACK,)) + bytes(14),
        b"\x00\x01" + bytes(MESSAGE_LIMIT + 1),
    ],
)
def test_what_is_refused(message: bytes) -> None:
    with pytest.raises(BadMessage):
        parse(message)


def test_the_longest_message_is_taken() -> None:
    assert parse(b"\x00\x01" + bytes(MESSAGE_LIMIT)) == ChannelMessage(0, bytes(MESSAGE_LIMIT))


def test_what_json_has_no_word_for_is_not_sent() -> None:
    with pytest.raises(ValueError, match="JSON"):
        framing.text(2, {"x": float("nan")})
