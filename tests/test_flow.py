"""When the next frame may come, and what a connection's rate follows."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

import pytest

from rtc_canvas.rtc import flow as flow_module
from rtc_canvas.rtc.congestion.estimator import RateLimits
from rtc_canvas.rtc.flow import AHEAD_BYTES, BACKLOG, OVERHEAD, Flow

from .test_transport_feedback import report

LIMITS = RateLimits(start=1_000_000, floor=150_000, ceiling=4_000_000)
ROUND_TRIP = 0.05
PACKET = 1000
START = 1000.0


class Clock:
    """Stands in for `time` in the flow's module."""

    def __init__(self) -> None:
        self.now = START

    def monotonic(self) -> float:
        return self.now


class Rig:
    """A flow and what it tells."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.rooms = 0
        self.told_room = asyncio.Event()
        self.targets: list[int] = []
        self.flow = Flow(LIMITS, on_room=self._room, on_target=self.targets.append)

    def _room(self) -> None:
        self.rooms += 1
        self.told_room.set()

    def send(self, count: int = 1) -> list[int]:
        """Number packets as they are sent, 1 ms apart."""
        numbers = []
        for _ in range(count):
            numbers.append(self.flow.stamp(PACKET, in_train=True).wire_number)
            self.clock.now += 0.001
        return numbers

    def hear(self, numbers: list[int], *, missing: int = 0) -> bytes:
        """Have a round trip go by and report packets; the last of them as missing. Returns the report."""
        # The receiver's clock began with the test; its ticks are 250 µs, its reference counts 256 of them.
        first_sent = self.clock.now - 0.001 * len(numbers) - START
        reference, tick = divmod(round((first_sent + ROUND_TRIP / 2) * 4000), 256)
        received = range(tick, tick + 4 * (len(numbers) - missing), 4)
        self.clock.now += ROUND_TRIP
        packet = report(numbers[0], [*received, *[None] * missing], reference=reference)
        self.flow.on_feedback(packet)
        return packet

    def state(self) -> tuple[object, ...]:
        """All that a report may change."""
        estimator = self.flow.estimator
        return (
            (estimator.target, estimator.capacity, estimator.loss, estimator.queue_delay),
            (estimator.min_round_trip, self.flow.protection.share),
            (self.rooms, list(self.targets), self.flow._log.bytes_in_flight),
        )


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(flow_module, "time", made)
    return made


@contextlib.contextmanager
def rig(clock: Clock) -> Iterator[Rig]:
    made = Rig(clock)
    try:
        yield made
    finally:
        made.flow.close()


def window(made: Rig) -> float:
    """The bytes that may be on their way, as `has_room` says."""
    estimator = made.flow.estimator
    return estimator.target / 8 * (estimator.min_round_trip + flow_module.AHEAD) + AHEAD_BYTES


# Room.


async def test_a_receiver_that_never_reports_has_room_whenever_nothing_waits(clock: Clock) -> None:
    with rig(clock) as made:
        made.send(2000)
        assert made.flow.has_room


async def test_there_is_room_for_a_round_trip_and_a_frame(clock: Clock) -> None:
    with rig(clock) as made:
        made.hear(made.send(5))
        room = window(made)
        in_flight: list[int] = []
        while made.flow.has_room:
            in_flight += made.send()
            clock.now -= 0.001
        size = PACKET + OVERHEAD
        assert room < len(in_flight) * size <= room + size
        rooms = made.rooms
        made.hear(in_flight)
        assert made.rooms == rooms + 1
        assert made.flow.has_room


async def test_what_was_lost_is_on_its_way_no_more(clock: Clock) -> None:
    with rig(clock) as made:
        made.hear(made.send(5))
        numbers = made.send(100)
        assert not made.flow.has_room
        made.hear(numbers, missing=99)
        assert made.flow.has_room


async def test_while_a_frame_is_being_paced_there_is_no_room(clock: Clock) -> None:
    with rig(clock) as made:
        sent: list[int] = []
        made.flow.start_frame([(1200, lambda: sent.append(1))] * 40, [], 40 * 1150)
        assert sent
        assert len(sent) < 40
        assert not made.flow.has_room
        async with asyncio.timeout(5):
            await made.told_room.wait()
        assert len(sent) == 40
        assert made.flow.has_room


async def test_what_goes_into_headers_is_not_told_to_the_encoder(clock: Clock) -> None:
    with rig(clock) as made:
        for _ in range(100):
            made.flow.start_frame([(700, lambda: None)] * 2, [(700, lambda: None)], 1000)
            made.flow.close()
        made.hear(made.send(5))
    on_the_wire = 2 * (700 + OVERHEAD) / 1000
    assert made.targets[-1] == pytest.approx(made.flow.estimator.target / on_the_wire, rel=0.01)


async def test_without_room_it_looks_again_by_itself(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow_module, "LOOK_AGAIN", 0.001)
    with rig(clock) as made:
        made.hear(made.send(5))
        made.send(100)
        made.told_room.clear()
        rooms = made.rooms
        for _ in range(3):
            assert not made.flow.has_room
        async with asyncio.timeout(5):
            await made.told_room.wait()
        assert made.rooms == rooms + 1, "asking again did not make it look more often"
        made.told_room.clear()
        assert not made.flow.has_room
        async with asyncio.timeout(5):
            await made.told_room.wait()


async def test_what_waits_in_a_tcp_connection_holds_the_next_frame_back(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow_module, "BACKLOG_LOOK_AGAIN", 0.001)
    waiting, told_room = 0, asyncio.Event()
    flow = Flow(LIMITS, on_room=told_room.set, on_target=lambda _: None, backlog=lambda: waiting)
    ahead = flow.estimator.min_round_trip + BACKLOG
    allowed = round(LIMITS.start / 8 * ahead) + AHEAD_BYTES
    waiting = allowed
    assert flow.has_room
    waiting = allowed + 1
    assert not flow.has_room
    # It looks again by itself, as nobody tells when the system's queue grows shorter.
    async with asyncio.timeout(1):
        await told_room.wait()
    waiting = 0
    assert flow.has_room
    flow.close()


async def test_what_is_long_overdue_stops_nothing(clock: Clock) -> None:
    with rig(clock) as made:
        made.hear(made.send(5))
        made.send(100)
        assert not made.flow.has_room
        clock.now += 0.6
        assert made.flow.has_room


async def test_another_way_begins_with_half_of_what_was_learnt(clock: Clock) -> None:
    with rig(clock) as made:
        for _ in range(20):
            made.hear(made.send(6))
        assert made.flow.estimator.target == LIMITS.ceiling
        made.flow.moved()
        assert made.flow.estimator.target == LIMITS.ceiling / 2
        assert made.targets[-1] == pytest.approx(LIMITS.ceiling / 2, rel=0.1)
        # Nothing was learnt of that one: no more is lost than once.
        made.flow.moved()
        made.flow.moved()
        assert made.flow.estimator.target == LIMITS.start


@pytest.mark.parametrize(
    ("learnt", "target"), [(0.0, 1_000_000), (5_000_000, 2_500_000), (1e9, 4_000_000)]
)
async def test_it_begins_with_half_of_what_another_transport_had_learnt(
    clock: Clock, learnt: float, target: int
) -> None:
    with rig(clock) as made:
        made.flow.inherit(learnt)
        assert made.targets == [target]
        assert made.flow.available == target
        assert made.flow.has_room


async def test_another_way_begins_without_what_was_known_of_the_old_one(clock: Clock) -> None:
    with rig(clock) as made:
        made.hear(made.send(5))
        made.send(100)
        assert not made.flow.has_room
        rooms = made.rooms
        made.flow.moved()
        assert made.flow.has_room
        assert made.rooms == rooms + 1
        assert made.flow.estimator.target == LIMITS.start
        assert made.flow.estimator.capacity is None
        assert not made.flow.heard


async def test_a_closed_flow_looks_no_more_and_sends_no_more(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow_module, "LOOK_AGAIN", 0.001)
    with rig(clock) as made:
        made.hear(made.send(5))
        made.send(100)
        assert not made.flow.has_room
        sent: list[int] = []
        made.flow.start_frame([(1200, lambda: sent.append(1))] * 40, [], 40 * 1150)
        made.flow.close()
        rooms, before = made.rooms, len(sent)
        made.flow.close()
        await asyncio.sleep(0.01)
        assert len(sent) == before < 40
        assert made.rooms <= rooms + 1, "that of the pacer, which has nothing left"


# Reports.


async def test_reports_set_the_target(clock: Clock) -> None:
    with rig(clock) as made:
        for _ in range(20):
            made.hear(made.send(6))
        assert made.targets[0] == pytest.approx(LIMITS.start, rel=0.3)
        assert made.targets[-1] == pytest.approx(LIMITS.ceiling, rel=0.02), "as nothing waits"
        steps = zip(made.targets, made.targets[1:], strict=False)
        assert all(abs(after - before) > before / 50 - 1 for before, after in steps)
        assert made.flow.estimator.min_round_trip == pytest.approx(ROUND_TRIP, abs=0.01)
        assert made.flow.bad_feedback == 0


async def test_losses_on_a_long_way_turn_protection_on(clock: Clock) -> None:
    with rig(clock) as made:
        for _ in range(5):
            made.hear(made.send(10), missing=1)
        share = made.flow.protection.share
        assert share is not None
        assert made.targets[-1] < made.flow.estimator.target


@pytest.mark.parametrize("kept", [0, 3, 11, 19, -2, -4])
async def test_a_report_cut_short_is_only_counted(clock: Clock, kept: int) -> None:
    with rig(clock) as made:
        good = made.hear(made.send(20))
        made.send(20)
        before = made.state()
        made.flow.on_feedback(good[:kept])
        assert made.flow.bad_feedback == 1
        assert made.state() == before


async def test_a_report_of_packets_never_sent_is_only_counted(clock: Clock) -> None:
    with rig(clock) as made:
        before = made.state()
        made.flow.on_feedback(report(0, [1, 2, 3]))
        assert made.flow.bad_feedback == 1
        made.hear(made.send(5))
        before = made.state()
        made.flow.on_feedback(report(5, [1, None, 3]))
        made.flow.on_feedback(report(40_000, [None, None]))
        assert made.flow.bad_feedback == 3
        assert made.state() == before


async def test_the_same_report_again_is_only_counted(clock: Clock) -> None:
    with rig(clock) as made:
        good = made.hear(made.send(5), missing=2)
        before = made.state()
        for count in (1, 2, 3):
            made.flow.on_feedback(good)
            assert made.flow.bad_feedback == count
        assert made.state() == before


@pytest.mark.parametrize(
    ("arrivals", "reference"),
    [
        ([0, 32_000, 64_000], 1),  # 16 s between packets that were sent at once
        ([32_000, 0, -32_000], 1),
        ([0, 1, 2], 2**23 - 1),  # six days later
        ([0, 1, 2], 2**23),  # six days before
    ],
)
async def test_times_that_cannot_be_true_are_only_counted(
    clock: Clock, arrivals: list[int | None], reference: int
) -> None:
    with rig(clock) as made:
        made.hear(made.send(5))
        numbers = made.send(3)
        before = made.state()
        made.flow.on_feedback(report(numbers[0], arrivals, reference=reference))
        assert made.flow.bad_feedback == 1
        assert made.state() == before
        made.hear(numbers)
        assert made.flow.bad_feedback == 1, "the packets can still be reported truly"


async def test_a_report_of_more_than_is_remembered_is_only_counted(clock: Clock) -> None:
    with rig(clock) as made:
        numbers = made.send(5)
        before = made.state()
        made.flow.on_feedback(report(numbers[0], [None] * 5000))
        assert made.flow.bad_feedback == 1
        assert made.state() == before


# A receiver's own estimate.


async def test_an_estimate_is_heeded_within_the_limits(clock: Clock) -> None:
    with rig(clock) as made:
        for bitrate in (2_000_000, 2_010_000, 90_000_000, 0, 1000):
            made.flow.on_remb(bitrate)
        assert made.targets == [2_000_000, LIMITS.ceiling, LIMITS.floor]
        assert made.flow.available == LIMITS.floor


async def test_nothing_is_available_before_the_receiver_tells(clock: Clock) -> None:
    with rig(clock) as made:
        assert made.flow.available is None
        made.hear(made.send(5))
        assert made.flow.available == made.flow.estimator.target


async def test_an_estimate_is_not_heeded_beside_reports(clock: Clock) -> None:
    with rig(clock) as made:
        made.hear(made.send(5))
        told = list(made.targets)
        made.flow.on_remb(200_000)
        assert made.targets == told


async def test_false_reports_do_not_silence_the_estimate(clock: Clock) -> None:
    with rig(clock) as made:
        made.flow.on_feedback(report(900, [1, 2]))
        made.flow.on_feedback(b"\x8f\xcd")
        made.flow.on_remb(400_000)
        assert made.targets == [400_000]


# What is large.


async def test_what_is_large_may_use_all_that_the_link_is_known_to_carry(clock: Clock) -> None:
    with rig(clock) as made:
        assert made.flow.bulk_rate == LIMITS.start
        made.hear(made.send(6))
        made.flow.start_frame([], [], 0)
        made.hear(made.send(6))
        estimator = made.flow.estimator
        assert estimator.capacity is not None
        assert estimator.target < made.flow.bulk_rate <= LIMITS.ceiling
        share = min(estimator.share * estimator.capacity, LIMITS.ceiling)
        assert made.flow.bulk_rate == pytest.approx(share)


async def test_what_is_large_may_use_no_more_than_a_receivers_own_estimate(clock: Clock) -> None:
    with rig(clock) as made:
        made.flow.on_remb(600_000)
        assert made.flow.bulk_rate == 600_000
