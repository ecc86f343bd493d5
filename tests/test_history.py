"""Which packets are sent again."""

from __future__ import annotations

from rtc_canvas.rtc.history import BURST, PACKETS, SECONDS, History
from rtc_canvas.rtc.rtp import RtpPacket


def packet(number: int) -> RtpPacket:
    return RtpPacket(number & 0xFFFF, 0, False, b"x")


def test_an_answer_is_given_once_per_round_trip() -> None:
    history = History()
    history.remember(packet(7), 10.0)
    assert history.answer([7, 8], 10.1, 0.1) == [packet(7)]
    assert history.answer([7], 10.15, 0.1) == []
    assert history.answer([7], 10.2, 0.1) == [packet(7)]
    assert history.repaired == 2


def test_packets_are_kept_for_over_a_second() -> None:
    history = History()
    for number in range(20):
        history.remember(packet(number), number / 10)
    assert history.answer([19 - 10], 1.9, 0.0) == [packet(9)]
    assert SECONDS >= 1.0
    history.remember(packet(20), 5.0)
    assert history.answer(list(range(20)), 5.0, 0.0) == []


def test_one_that_asks_for_everything_is_bounded() -> None:
    history = History()
    for number in range(PACKETS + 100):
        history.remember(packet(number), 1.0)
    answered = sum(
        len(history.answer(list(range(0x10000)), 1.0 + round_, 0.0)) for round_ in range(5)
    )
    assert answered == BURST
