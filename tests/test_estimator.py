"""The estimator over links made of arithmetic: it uses what they give and keeps their queues short."""

from __future__ import annotations

import pytest

from rtc_canvas.rtc.congestion.estimator import CUT, Estimator, RateLimits
from rtc_canvas.rtc.congestion.feedback import TransportFeedback
from rtc_canvas.rtc.congestion.packets import PacketLog, Report, SentPacket

from .link_simulation import PACKET, Download, Link, simulate

TARGET, QUEUE, BITS = 1, 2, 3


def test_a_steady_link_is_used_and_its_queue_stays_short() -> None:
    outcome = simulate(Link(lambda _: 8e6, queue=0.2), 20)
    assert 0.65 * 8e6 <= outcome.mean(TARGET, 5, 20) <= 0.85 * 8e6
    assert outcome.highest(QUEUE, 5, 20) < 0.05
    assert outcome.dropped == 0


def test_the_rate_follows_a_link_that_narrows_and_widens() -> None:
    outcome = simulate(Link(lambda time: 1.5e6 if 15 <= time < 30 else 6e6), 45)
    assert outcome.mean(TARGET, 10, 15) > 0.65 * 6e6
    assert 0.5 * 1.5e6 < outcome.mean(TARGET, 18, 30) < 1.5e6
    assert outcome.mean(QUEUE, 17, 30) < 0.05
    assert outcome.mean(TARGET, 33, 36) > 4e6
    assert outcome.dropped < 30


def test_the_link_of_rfc_8867_5_1() -> None:
    def rate(time: float) -> float:
        return 1e6 if time < 40 or time >= 80 else 2.5e6 if time < 60 else 0.6e6

    outcome = simulate(Link(rate, delay=0.05), 100)
    assert outcome.mean(TARGET, 45, 60) > 0.65 * 2.5e6
    assert outcome.mean(TARGET, 65, 80) < 0.6e6
    waits = sorted(row[QUEUE] for row in outcome.rows)
    assert waits[int(0.95 * len(waits))] < 0.1


def test_a_rate_beyond_what_the_link_carries_is_cut_at_once() -> None:
    limits = RateLimits(start=4_000_000, floor=150_000, ceiling=20_000_000)
    outcome = simulate(Link(lambda _: 1e6), 6, limits=limits)
    assert outcome.highest(TARGET, 0.4, 6) < 1e6
    assert outcome.highest(QUEUE, 1, 6) < 0.05
    assert outcome.mean(TARGET, 2, 6) > 0.6 * 1e6


def test_a_link_that_gets_slower_bit_by_bit_is_followed_without_a_queue() -> None:
    def rate(time: float) -> float:
        return min(8e6, max(2e6, 8e6 - 0.6e6 * (time - 8)))

    outcome = simulate(Link(rate), 24)
    assert outcome.highest(QUEUE, 8, 24) < 0.05
    assert all(row[TARGET] < rate(row[0]) for row in outcome.rows)
    assert outcome.mean(TARGET, 20, 24) > 0.6 * 2e6
    assert outcome.dropped == 0


def test_random_loss_alone_does_not_lower_the_rate() -> None:
    clean = simulate(Link(lambda _: 8e6), 15)
    lossy = simulate(Link(lambda _: 8e6, loss=0.03), 15)
    assert lossy.mean(TARGET, 8, 15) > 0.9 * clean.mean(TARGET, 8, 15)


def test_a_pause_costs_no_estimate() -> None:
    def wants(time: float) -> float:
        return 2000 if 10 <= time < 40 else float("inf")

    outcome = simulate(Link(lambda _: 8e6), 45, wants=wants)
    before = outcome.mean(TARGET, 8, 10)
    assert outcome.mean(TARGET, 40, 41) > 0.9 * before
    assert outcome.highest(QUEUE, 40, 45) < 0.06


def test_reordering_is_no_congestion_and_no_capacity() -> None:
    outcome = simulate(Link(lambda _: 8e6, jitter=0.012), 30)
    assert outcome.mean(TARGET, 20, 30) > 2e6
    waits = sorted(row[QUEUE] for row in outcome.rows)
    assert waits[len(waits) // 2] < 0.05


@pytest.mark.parametrize("grows", [False, True])
def test_a_download_beside_it_takes_its_share_and_leaves_one(grows: bool) -> None:
    download = Download(64_000, 5.0, 25.0, grows=grows)
    outcome = simulate(Link(lambda _: 8e6, queue=0.2), 35, download=download)
    assert 1.5e6 < outcome.mean(TARGET, 8, 25) < 5e6
    assert min(row[TARGET] for row in outcome.rows if 8 <= row[0] < 25) > 1e6
    assert outcome.mean(TARGET, 28, 35) > 0.65 * 8e6, "it is gone"
    assert outcome.highest(QUEUE, 28, 35) < 0.05


def test_nobody_is_suspected_where_the_queue_is_ones_own() -> None:
    def rate(time: float) -> float:
        return 6e6 if time < 10 else 0.6e6

    outcome = simulate(Link(rate), 20)
    assert outcome.highest(TARGET, 11, 20) < 0.65e6
    assert outcome.mean(QUEUE, 12, 20) < 0.05


def test_a_longer_way_is_no_download() -> None:
    outcome = simulate(Link(lambda _: 8e6, later=(6.0, 0.035)), 20)
    assert outcome.mean(TARGET, 8, 20) > 0.6 * 8e6


def test_frames_too_small_to_tell_anything_do_not_keep_the_rate_low_for_ever() -> None:
    outcome = simulate(Link(lambda time: 0.2e6 if time < 5 else 8e6), 30, fps=60)
    assert outcome.rows[-1][TARGET] > 0.6 * 8e6


def test_what_was_known_long_ago_makes_nobody_suspect() -> None:
    def rate(time: float) -> float:
        return 20e6 if time < 5 else 0.18e6

    def wants(time: float) -> float:
        return float("inf") if time < 5 else 0.2e6

    outcome = simulate(Link(rate, queue=2.0), 40, fps=60, wants=wants)
    assert outcome.highest(QUEUE, 20, 40) < 0.2


def test_others_queue_costs_an_idle_canvas_little_of_its_estimate() -> None:
    download = Download(120_000, 12.0, 12.4)
    outcome = simulate(
        Link(lambda _: 8e6),
        16,
        wants=lambda time: 20_000 if time > 10 else float("inf"),
        download=download,
    )
    assert outcome.mean(TARGET, 14, 16) > 0.5 * outcome.mean(TARGET, 8, 10)


@pytest.mark.parametrize(("clock_drift", "lose_feedback"), [(1e-4, 0.0), (-1e-4, 0.0), (0.0, 0.2)])
def test_neither_a_drifting_clock_nor_lost_reports_mislead(
    clock_drift: float, lose_feedback: float
) -> None:
    link = Link(lambda _: 8e6)
    outcome = simulate(link, 20, clock_drift=clock_drift, lose_feedback=lose_feedback)
    assert 0.6 * 8e6 < outcome.mean(TARGET, 8, 20) < 0.9 * 8e6


def test_the_target_stays_within_its_limits() -> None:
    limits = RateLimits(start=1_000_000, floor=400_000, ceiling=3_000_000)
    fast = simulate(Link(lambda _: 50e6), 8, limits=limits)
    slow = simulate(Link(lambda _: 0.2e6), 8, limits=limits)
    assert fast.rows[-1][TARGET] == 3_000_000
    assert min(row[TARGET] for row in slow.rows) == 400_000


def report(sent: float, *delays: float, lost: int = 0) -> Report:
    """The report of one frame: packets that were sent at once and arrived `delays` seconds later, and lost ones."""
    received = [SentPacket(0, sent, 1200, int(sent * 1000), sent + delay) for delay in delays]
    return Report(received=received, lost=[SentPacket(0, sent, 1200, 0)] * lost)


@pytest.mark.parametrize(
    ("cause", "reports"),
    [
        pytest.param(
            "sudden", [report(1.0, 0.02, 0.04, 0.06, 0.08, 0.1)], id="one frame arrives slowly"
        ),
        pytest.param("queue", [report(1.0, 0.08), report(1.1, 0.08)], id="packets wait long"),
        pytest.param(
            "trend",
            [report(1 + n / 100, 0.02 + max(0, n - 60) * 0.0015) for n in range(90)],
            id="packets wait longer and longer",
        ),
        pytest.param("loss", [report(1.0, *[0.04] * 3, lost=1)], id="loss beside a queue"),
    ],
)
def test_each_cut_has_its_cause(cause: str, reports: list[Report]) -> None:
    estimator = Estimator(RateLimits(1_000_000, 150_000, 8_000_000))
    estimator.on_report(report(0.9, 0.02), 0.9)
    for index, one in enumerate(reports, 1):
        assert estimator.cuts == {}
        before = estimator.target
        estimator.on_report(one, 1.0 + index / 10)
        if estimator.cuts:
            break
    assert estimator.cuts == {cause: 1}
    assert estimator.state == "cut"
    assert estimator.target <= CUT * before


@pytest.mark.parametrize(("limit", "spread"), [(150_000, 0.06), (8_000_000, 0.0001)])
def test_a_target_that_cannot_move_any_further_is_held(limit: int, spread: float) -> None:
    estimator = Estimator(RateLimits(limit, 150_000, 8_000_000))
    for at in range(5):
        # Four packets tell the capacity, one of another frame that they are all there.
        estimator.on_report(report(at, *(0.02 + spread * n for n in range(4))), at + 0.2)
        estimator.on_report(report(at + 0.2, 0.02), at + 0.3)
    assert estimator.target == limit
    assert estimator.state == "holding"


def test_feedback_of_packets_that_were_never_sent_changes_nothing() -> None:
    log, estimator = PacketLog(), Estimator(RateLimits(1_000_000, 150_000, 8_000_000))
    log.send(0.0, 1200, 0)
    report = log.report(TransportFeedback(0, ((900, 1.0), (901, None), (40_000, -7e9))))
    estimator.on_report(report, 0.1)
    assert report.unknown == 3
    assert (report.received, report.lost, report.late) == ([], [], [])
    assert estimator.target == 1_000_000


def test_the_same_feedback_twice_counts_once() -> None:
    log = PacketLog()
    for _ in range(3):
        log.send(0.0, 1000, 0)
    feedback = TransportFeedback(0, ((0, 1.0), (1, None), (2, 1.001)))
    first, again = log.report(feedback), log.report(feedback)
    assert [p.number for p in first.received] == [0, 2]
    assert [p.number for p in first.lost] == [1]
    assert (again.received, again.lost, again.late) == ([], [], [])
    assert log.bytes_in_flight == 0


def test_numbers_wrap() -> None:
    log = PacketLog()
    numbers = [log.send(i / 1000, 100, i).wire_number for i in range(70_000)]
    assert numbers[65_535:65_538] == [65_535, 0, 1]
    report = log.report(TransportFeedback(0, ((numbers[-1], 70.0), (numbers[-2], 69.9))))
    assert [p.number for p in report.received] == [69_999, 69_998]


def test_numbers_that_wrap_during_a_run_are_not_noticed() -> None:
    outcome = simulate(Link(lambda time: 20e6 if time < 55 else 5e6), 65)
    sent = sum(row[BITS] for row in outcome.rows if row[0] < 55) / 30 / 8 / PACKET
    assert sent > 1.1 * (1 << 16)
    assert min(row[TARGET] for row in outcome.rows if 10 < row[0] < 55) > 0.65 * 20e6
    assert 0.6 * 5e6 < outcome.mean(TARGET, 58, 65) < 5e6
