"""Packets in a stream (RFC 4571), however the stream comes in pieces."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.net.framing import Frames, FrameTooLong, framed

LIMIT = 100

packets = st.lists(st.binary(max_size=LIMIT), max_size=8)


def pieces(stream: bytes, cuts: list[int]) -> list[bytes]:
    """The stream, cut at these places."""
    places = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    return [stream[begin:end] for begin, end in itertools.pairwise(places)]


@given(packets, st.lists(st.integers(0, 2000), max_size=20))
def test_what_was_framed_comes_out_wherever_it_is_cut(sent: list[bytes], cuts: list[int]) -> None:
    frames = Frames(LIMIT)
    stream = b"".join(map(framed, sent))
    assert [packet for piece in pieces(stream, cuts) for packet in frames.cut(piece)] == sent


@given(packets, st.integers(LIMIT + 1, 65535), st.binary(max_size=10))
def test_a_length_over_the_limit_ends_it_before_its_bytes_are_there(
    sent: list[bytes], length: int, rest: bytes
) -> None:
    frames, got = Frames(LIMIT), list[bytes]()
    stream = b"".join(map(framed, sent)) + length.to_bytes(2, "big") + rest
    with pytest.raises(FrameTooLong, match=f"{length} bytes; at most {LIMIT}"):
        got.extend(frames.cut(stream))
    assert got == sent


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=10))
def test_garbage_is_cut_into_packets_or_ends(chunks: list[bytes]) -> None:
    frames = Frames(LIMIT)
    cut: list[bytes] = []
    try:
        for chunk in chunks:
            cut += frames.cut(chunk)
    except FrameTooLong:
        pass
    assert b"".join(chunks).startswith(b"".join(map(framed, cut)))
    assert all(len(packet) <= LIMIT for packet in cut)


def test_half_a_frame_is_nothing_yet() -> None:
    frames = Frames(LIMIT)
    assert list(frames.cut(b"\x00")) == []
    assert list(frames.cut(b"\x05half")) == []
    assert list(frames.cut(b"!\x00\x00\x00\x01x\x00")) == [b"half!", b"", b"x"]


def test_the_limit_may_grow_between_two_frames_of_one_piece() -> None:
    frames = Frames(4)
    sizes = []
    for packet in frames.cut(framed(bytes(4)) + framed(bytes(9))):
        sizes.append(len(packet))
        frames.limit = 9
    assert sizes == [4, 9]


def test_who_stops_in_the_middle_gets_the_rest_later() -> None:
    frames = Frames(LIMIT)
    for packet in frames.cut(framed(b"one") + framed(b"two")):
        assert packet == b"one"
        break
    assert list(frames.cut(b"")) == [b"two"]
