"""How much a WebSocket carries, over links of arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from rtc_canvas.rtc.congestion.estimator import RateLimits
from rtc_canvas.websocket.framing import Ack
from rtc_canvas.websocket.in_flight import MOST, InFlight, most
from rtc_canvas.websocket.rate import DeliveryRate

LIMITS = RateLimits(1_000_000, 150_000, 20_000_000)


@dataclass
class Run:
    """What came of a run; one entry a frame. Times in seconds."""

    rate: DeliveryRate
    targets: list[tuple[float, float]] = field(default_factory=list)
    waits: list[tuple[float, float]] = field(default_factory=list)

    def target(self, begin: float, end: float) -> float:
        found = [target for at, target in self.targets if begin <= at < end]
        return sum(found) / len(found)

    def longest_wait(self, begin: float, end: float) -> float:
        return max(wait for at, wait in self.waits if begin <= at < end)


def run(
    link: Callable[[float], float],
    *,
    seconds: float,
    delay: float = 0.02,
    fps: float = 30,
    wants: float = 1e9,
    stalls: float = 0.0,
    standing: Callable[[float], float] = lambda now: 0.0,
) -> Run:
    """Send frames as large as the target says through a bottleneck and a way of `delay` each way.

    link: its bits per second at a time. wants: bits per second that the pictures have at most. stalls: share of the
    frames for which the page stands still for 20 ms between announcement and frame. standing: seconds that everything
    waits as others fill the queue.
    """
    rate, in_flight, random = DeliveryRate(LIMITS), InFlight(), Random(1)
    result = Run(rate)
    free_at, arrived, now = 0.0, 0.0, 0.0
    acks: list[tuple[float, Ack]] = []
    while now < seconds:
        while acks and acks[0][0] <= now:
            at, ack = acks.pop(0)
            delivery = in_flight.acknowledge(ack, at)
            assert delivery is not None
            rate.on_delivery(delivery, at)
        result.targets.append((now, rate.target))
        full = in_flight.count >= most(rate.round_trip)
        if not full and (in_flight.count < MOST or in_flight.octets <= rate.ahead):
            octets = int(min(rate.target, wants) / fps / 8)
            number = in_flight.send(octets, now)
            begins = max(free_at, now)
            free_at = begins + 8 * octets / link(now)
            begun = max(begins + delay + standing(now), arrived)
            arrived = free_at + delay + standing(now)
            if random.random() < stalls:
                arrived += 0.02
            result.waits.append((now, arrived - now - delay))
            acks.append((arrived + delay, Ack(number, arrived - begun, 0.0)))
        now += 1 / fps
    return result


def test_a_steady_link_is_used_and_not_filled() -> None:
    seen = run(lambda now: 8e6, seconds=10, delay=0.005)
    assert seen.target(0, 0.2) < 1.5e6
    assert 0.6 * 8e6 < seen.target(3, 10) < 0.75 * 8e6
    assert seen.longest_wait(3, 10) < 0.030
    assert seen.rate.round_trip is not None
    assert 0.009 < seen.rate.round_trip < 0.020
    assert not seen.rate.cuts


def test_on_a_longer_way_frames_are_smaller_so_that_they_are_as_many() -> None:
    seen = run(lambda now: 8e6, seconds=10, delay=0.02)
    assert 0.45 * 8e6 < seen.target(3, 10) < 0.6 * 8e6
    assert len([at for at, _ in seen.waits if at >= 3]) == 7 * 30


def test_on_a_long_way_more_frames_are_under_way_and_none_waits_longer() -> None:
    seen = run(lambda now: 8e6, seconds=10, delay=0.1)
    assert 0.6 * 8e6 < seen.target(3, 10) < 0.75 * 8e6
    assert len([at for at, _ in seen.waits if at >= 3]) > 0.95 * 7 * 30
    assert seen.longest_wait(3, 10) < 0.040


def test_a_long_narrow_way_is_not_filled_with_them() -> None:
    seen = run(lambda now: 0.5e6 if 4 < now < 8 else 2e6, seconds=12, delay=0.1)
    assert seen.longest_wait(0, 4) < 0.1
    assert seen.longest_wait(4.6, 8) < 0.2
    assert 0.2e6 < seen.target(5, 8) < 0.5e6
    assert seen.target(10, 12) > 1e6


def test_a_fast_way_leads_to_the_ceiling() -> None:
    seen = run(lambda now: 500e6, seconds=6, delay=0.0002)
    assert seen.target(4, 6) == LIMITS.ceiling


def test_a_narrow_one_to_little() -> None:
    seen = run(lambda now: 0.4e6, seconds=10, delay=0.1, fps=15)
    assert 0.5 * 0.4e6 < seen.target(4, 10) < 0.8 * 0.4e6


def test_one_that_is_too_narrow_leads_to_the_floor() -> None:
    assert run(lambda now: 0.1e6, seconds=10).target(5, 10) < 1.2 * LIMITS.floor


def test_a_link_that_narrows_is_followed_at_once() -> None:
    seen = run(lambda now: 6e6 if now < 5 else 1.5e6, seconds=10)
    assert seen.target(3, 5) > 3e6
    assert seen.target(5.7, 10) < 1.3e6
    assert seen.rate.cuts["sudden"] >= 1


def test_a_link_that_widens_is_followed_soon() -> None:
    seen = run(lambda now: 1.5e6 if now < 5 else 6e6, seconds=10)
    assert seen.target(3, 5) < 1.3e6
    assert seen.target(7.5, 10) > 2.5e6


def test_small_frames_leave_the_target_where_it_is() -> None:
    seen = run(lambda now: 8e6, seconds=10, wants=100_000)
    assert seen.target(5, 10) == LIMITS.start


def test_a_page_that_stands_still_now_and_then_is_no_slow_way() -> None:
    seen = run(lambda now: 8e6, seconds=20, stalls=0.1)
    assert seen.target(5, 20) > 0.45 * 8e6


def test_a_queue_that_others_keep_full_is_none_of_ours() -> None:
    seen = run(lambda now: 4e6, seconds=12, standing=lambda now: 0.0 if now < 4 else 0.15)
    assert seen.target(8, 12) > 0.5 * 4e6


def test_a_queue_that_grows_cuts_the_rate() -> None:
    seen = run(lambda now: 8e6, seconds=8, standing=lambda now: max(0.0, now - 4) * 0.2)
    assert seen.rate.cuts["queue"] >= 1


def test_what_is_told_of_it() -> None:
    rate = DeliveryRate(LIMITS)
    assert (rate.capacity, rate.round_trip, rate.state) == (None, None, "holding")
    rate.on_round_trip(0.05, 1.0)
    rate.on_round_trip(0.07, 2.0)
    assert rate.round_trip == 0.05
    assert abs(rate.queue_delay - 0.02) < 1e-9
    rate.on_round_trip(0.07, 12.0)
    assert rate.round_trip == 0.07


def test_what_is_large_gets_at_once_what_the_target_is_on_its_way_to() -> None:
    seen = run(lambda now: 8e6, seconds=0.2)
    assert seen.rate.target < 2e6
    assert seen.rate.bulk > 3.5e6
    assert DeliveryRate(LIMITS).bulk == LIMITS.start
