"""Which packets are sent again."""

from __future__ import annotations

from rtc_canvas.rtc.congestion.packets import SentPacket
from rtc_canvas.rtc.history import BURST, PACKETS, SECONDS, History
from rtc_canvas.rtc.rtp import RtpPacket


def packet(number: int) -> RtpPacket:
    return RtpPacket(96, number & 0xFFFF, 0, False, b"x")


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


def sending() -> SentPacket:
    return SentPacket(0, 10.0, 1000, 0)


def test_what_was_reported_as_arrived_is_not_sent_again() -> None:
    history = History()
    late = sending()
    history.remember(packet(7), 10.0, late)
    late.arrived = 3.0
    assert history.answer([7], 10.1, 0.1) == []
    assert history.repaired == 0


def test_nor_what_arrived_as_it_was_sent_again() -> None:
    history = History()
    first, second = sending(), sending()
    first.missing = True
    history.remember(packet(7), 10.0, first)
    assert history.answer([7], 10.1, 0.1) == [packet(7)]
    history.sent_again(7, second)
    second.arrived = 3.0
    assert history.answer([7], 10.5, 0.1) == []


def test_where_packets_overtake_each_other_the_next_report_is_waited_for() -> None:
    history = History()
    lost, late = sending(), sending()
    history.remember(packet(1), 10.0, lost)
    history.remember(packet(2), 10.0, late)
    assert history.answer([1, 2], 10.1, 0.05, shuffled=True) == []
    assert history.postponed(10.12, 0.05, shuffled=True) == [], "they are not in it yet"
    lost.missing, late.arrived = True, 3.0
    assert history.postponed(10.14, 0.05, shuffled=True) == [packet(1)]
    assert history.postponed(10.5, 0.05, shuffled=True) == []


def test_a_report_that_is_lost_is_not_waited_for() -> None:
    history = History()
    history.remember(packet(1), 10.0, SentPacket(0, 10.0, 1000, 0))
    assert history.answer([1], 10.1, 0.05, shuffled=True) == []
    assert history.answer([1], 10.3, 0.05, shuffled=True) == [packet(1)]


def test_where_nothing_is_reported_nothing_is_waited_for() -> None:
    history = History()
    history.remember(packet(1), 10.0)
    assert history.answer([1], 10.1, 0.05, shuffled=True) == [packet(1)]
