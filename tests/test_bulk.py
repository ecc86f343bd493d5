"""How fast what is large follows on a data channel."""

from __future__ import annotations

import pytest

from rtc_canvas.rtc.bulk import AHEAD, BURST, PACKET, PACKETS, BulkPace

LOOK = 0.002
RATES = (150_000, 1e6, 5e6, 20e6)


class Way:
    """A link of so many bits per second; what is sent is acknowledged after a round trip, unless it is stuck."""

    def __init__(self, rate: float, round_trip: float = 0.04) -> None:
        self.pace = BulkPace()
        self.rate = rate
        self.round_trip = round_trip
        self.stuck = False
        self.waiting = 0
        self.now = 100.0
        self.sent: list[tuple[float, int]] = []

    @property
    def flying(self) -> int:
        return sum(size for at, size in self.sent if self.stuck or self.now - at < self.round_trip)

    def run(self, seconds: float, look: float = LOOK) -> int:
        """Send as much as may be sent; bytes."""
        before, end = len(self.sent), self.now + seconds
        while self.now < end:
            while room := self.pace.room(
                self.now,
                rate=self.rate,
                round_trip=self.round_trip,
                waiting=self.waiting,
                flying=self.flying,
            ):
                self.pace.sent(room)
                self.sent.append((self.now, room))
            self.now += look
        return sum(size for _, size in self.sent[before:])


@pytest.mark.parametrize("round_trip", [0.0005, 0.04, 0.3])
@pytest.mark.parametrize("rate", RATES)
def test_the_rate_is_kept(rate: float, round_trip: float) -> None:
    sent = Way(rate, round_trip).run(2.0)
    assert sent * 8 / 2.0 == pytest.approx(rate, rel=0.1, abs=16 * PACKET * 4)


@pytest.mark.parametrize("rate", RATES)
def test_a_piece_delays_others_little(rate: float) -> None:
    way = Way(rate)
    way.run(0.5)
    largest = max(size for _, size in way.sent)
    assert largest <= PACKETS * PACKET <= 16 * 1024
    assert largest * 8 / rate <= 0.01 or largest == PACKET


@pytest.mark.parametrize("round_trip", [0.001, 0.3])
@pytest.mark.parametrize("rate", RATES)
def test_no_more_than_the_way_holds_is_on_it(rate: float, round_trip: float) -> None:
    way = Way(rate, round_trip)
    way.stuck = True
    sent = way.run(20.0)
    assert sent <= rate / 8 * (round_trip + AHEAD) + 2 * PACKETS * PACKET


def test_nothing_is_queued_behind_what_waits() -> None:
    way = Way(5e6)
    way.waiting = 1
    assert way.run(1.0) == 0


def test_a_pause_is_no_credit() -> None:
    way = Way(5e6)
    way.run(0.1)
    way.now += 10
    assert way.run(LOOK) <= 5e6 / 8 * BURST + PACKETS * PACKET


def test_a_timer_that_is_late_costs_little() -> None:
    assert Way(5e6).run(2.0, look=0.006) * 8 / 2.0 > 0.8 * 5e6
