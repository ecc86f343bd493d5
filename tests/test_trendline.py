"""What the slope of the delay says of the link."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from rtc_canvas.rtc.congestion.trendline import Trendline, Usage

INTERVAL = 1 / 30


def judged(
    delay: Callable[[float], float], seconds: float, *, sizes: int = 3
) -> tuple[list[Usage], Trendline]:
    """The verdicts on frames of `sizes` packets whose delay is a function of the time of sending."""
    trendline = Trendline()
    verdicts: list[Usage] = []
    for frame in range(round(seconds / INTERVAL)):
        for packet in range(sizes):
            sent = frame * INTERVAL + packet * 0.001
            trendline.add(sent, 500.0 + sent + delay(sent))
        verdicts.append(trendline.usage)
    return verdicts, trendline


def test_a_steady_delay_is_normal() -> None:
    verdicts, _ = judged(lambda _: 0.05, 10)
    assert set(verdicts) == {"normal"}


def test_a_queue_that_fills_is_overuse_soon() -> None:
    def filling(sent: float) -> float:
        return 0.02 + max(0.0, sent - 3) * 0.2

    verdicts, _ = judged(filling, 4)
    assert set(verdicts[: round(3 / INTERVAL)]) == {"normal"}
    assert "over" in verdicts
    assert verdicts.index("over") * INTERVAL < 3.5, "within half a second, 100 ms of queue"


def test_a_queue_that_drains_is_underuse_and_no_overuse() -> None:
    def draining(sent: float) -> float:
        return 0.02 + max(0.0, 0.6 - max(0.0, sent - 2) * 0.3)

    verdicts, _ = judged(draining, 4)
    assert "under" in verdicts
    assert "over" not in verdicts


def test_when_the_queue_stays_as_it_is_the_verdict_is_normal_again() -> None:
    verdicts, _ = judged(lambda sent: 0.02 + min(max(0.0, sent - 3), 0.5) * 0.3, 8)
    assert "over" in verdicts
    assert set(verdicts[-30:]) == {"normal"}


@pytest.mark.parametrize("drift", [1e-4, -1e-4])
def test_clocks_that_drift_apart_are_normal(drift: float) -> None:
    # Crystals are off by less than a tenth of that.
    verdicts, _ = judged(lambda sent: 0.02 + drift * sent, 30)
    assert set(verdicts) == {"normal"}


def test_jitter_of_a_millisecond_is_normal() -> None:
    chance = random.Random(1)
    verdicts, _ = judged(lambda _: 0.02 + chance.uniform(0, 0.001), 30)
    assert set(verdicts) == {"normal"}


def test_packets_of_one_burst_are_one_sample() -> None:
    trendline = Trendline()
    for packet in range(100):
        # 5 ms of packets, each of which waits for those before it.
        trendline.add(packet * 0.00005, 100 + packet * 0.001)
    assert trendline.usage == "normal"


def test_arrivals_out_of_order_do_no_harm() -> None:
    trendline = Trendline()
    for packet in range(300):
        sent = packet * 0.01
        trendline.add(sent, 7.0 + sent - (0.015 if packet % 10 == 0 else 0.0))
    assert trendline.usage == "normal"
