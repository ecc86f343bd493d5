"""What leaves by one call."""

from __future__ import annotations

import socket
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.net.trains import can_cut, send_train, trains

HERE, THERE = ("192.0.2.1", 9), ("192.0.2.2", 9)

packets = st.lists(st.tuples(st.binary(max_size=3), st.sampled_from([HERE, THERE])))


@given(packets)
def test_nothing_is_lost_and_the_order_stays(leaving: list[tuple[bytes, tuple[str, int]]]) -> None:
    assert [(data, to) for train, to in trains(leaving) for data in train] == leaving


@given(packets)
def test_all_can_be_cut_out_of_one(leaving: list[tuple[bytes, tuple[str, int]]]) -> None:
    for train, _ in trains(leaving):
        *others, last = train
        assert all(len(data) == len(train[0]) for data in others)
        assert len(train) == 1 or 0 < len(last) <= len(train[0])


def test_a_frame_is_one_train() -> None:
    frame = [bytes(1000)] * 11 + [bytes(400)]
    report, other = bytes(60), bytes(1000)
    leaving = [(data, HERE) for data in (*frame, report)] + [(other, THERE), (other, HERE)]
    assert [*trains(leaving)] == [
        (frame, HERE),
        ([report], HERE),
        ([other], THERE),
        ([other], HERE),
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="Elsewhere each packet takes a call.")
def test_the_system_cuts_them() -> None:
    train = [b"one", b"two", b"3"]
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as there,
    ):
        there.bind(("127.0.0.1", 0))
        there.settimeout(2)
        assert can_cut(here)
        send_train(here, train, there.getsockname())
        assert [there.recv(10) for _ in train] == train
