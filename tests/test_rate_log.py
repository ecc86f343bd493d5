"""What the log says of a rate that moves."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterator
from types import MappingProxyType

import pytest

from rtc_canvas.link_stats import LinkStats
from rtc_canvas.peer_log import PeerLog
from rtc_canvas.peers import rate_log as rate_log_module
from rtc_canvas.peers.rate_log import RateLog, rate_line

from .room import bare_room

STATS = LinkStats(
    available_bitrate=1_200_400,
    rate_state="holding",
    capacity=3_400_000,
    queue_delay=0.0124,
    round_trip=0.04,
    loss=0.0125,
)
LINE = "rate holding, 1200 kbit/s, link 3400 kbit/s, queue 12 ms, loss 1.2 %, round trip 40 ms"


class Lines(logging.Handler):
    """The lines of peers, as they come."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = asyncio.Queue[str]()

    def emit(self, record: logging.LogRecord) -> None:
        self.queue.put_nowait(record.getMessage())

    async def next(self) -> str:
        async with asyncio.timeout(5):
            return await self.queue.get()


@contextlib.contextmanager
def lines(level: int = logging.DEBUG) -> Iterator[Lines]:
    logger, made = logging.getLogger("rtc_canvas.peer"), Lines()
    before = logger.level
    logger.setLevel(level)
    logger.addHandler(made)
    try:
        yield made
    finally:
        logger.removeHandler(made)
        logger.setLevel(before)


class Rig:
    """A log of a rate, and what it is told."""

    def __init__(self) -> None:
        self.stats = STATS
        self.asked = 0
        self.log = RateLog(PeerLog("abc"), self._stats)

    def _stats(self) -> LinkStats:
        self.asked += 1
        return self.stats

    def cut(self, **cuts: int) -> None:
        self.stats = LinkStats(rate_state="cut", cuts=MappingProxyType(cuts))
        self.log.moved()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_log_module, "TICK", 0.002)


def test_a_line_has_all_that_is_known() -> None:
    line = rate_line(STATS, {"sudden": 1, "queue": 2}, 0.003)
    assert line == f"{LINE}, event loop late 3 ms, cuts 1 sudden, 2 queue"


def test_a_line_says_what_is_not_known() -> None:
    assert rate_line(LinkStats(available_bitrate=400_000), {}, 0.0) == (
        "rate told, 400 kbit/s, link unknown, queue unknown, loss unknown, round trip unknown, "
        "event loop late 0 ms"
    )


@pytest.mark.usefixtures("quick")
async def test_moves_are_one_line_with_the_peers_id() -> None:
    made = Rig()
    with lines() as written:
        for _ in range(20):
            made.log.moved()
        assert (await written.next()).startswith(f"peer abc: {LINE}")
        made.stats = LinkStats(rate_state="rising")
        made.log.moved()
        assert "rate rising" in await written.next()
        made.log.stop()
    assert made.asked == 2


def test_a_line_comes_once_a_second() -> None:
    assert rate_log_module.TICK * rate_log_module.TICKS_OF_A_LINE == 1.0


@pytest.mark.usefixtures("quick")
async def test_a_rate_that_stays_is_not_written() -> None:
    still, moving = Rig(), Rig()
    with lines() as written:
        still.log.start()
        for _ in range(3):
            moving.log.moved()
            await written.next()
        for made in (still, moving):
            made.log.stop()
    assert still.asked == 0


@pytest.mark.usefixtures("quick")
async def test_each_cut_is_told_once() -> None:
    made = Rig()
    with lines() as written:
        made.cut(queue=2)
        assert (await written.next()).endswith(" ms, cuts 2 queue")
        made.cut(queue=3, loss=1)
        assert (await written.next()).endswith(" ms, cuts 1 queue, 1 loss")
        made.log.moved()
        assert "cuts" not in await written.next()
        made.log.stop()


@pytest.mark.usefixtures("quick")
async def test_a_stall_before_a_move_is_told() -> None:
    made = Rig()
    with lines() as written:
        made.log.start()
        time.sleep(0.1)  # noqa: ASYNC251  # the stall
        made.log.moved()
        line = await written.next()
        made.log.stop()
    late = float(line.partition("event loop late ")[2].partition(" ms")[0])
    assert 90 <= late < 2000


@pytest.mark.usefixtures("quick")
async def test_nothing_is_measured_where_nobody_reads() -> None:
    made = Rig()
    with lines(logging.INFO) as written:
        made.log.start()
        made.log.moved()
        assert made.log._timer is None
        assert written.queue.empty()


@pytest.mark.usefixtures("quick")
async def test_one_who_begins_to_read_later_gets_lines() -> None:
    made = Rig()
    with lines(logging.INFO):
        made.log.start()
    with lines() as written:
        made.log.moved()
        await written.next()
        made.log.stop()


@pytest.mark.usefixtures("quick")
async def test_a_peer_writes_its_own_until_it_ends() -> None:
    with lines() as written:
        async with bare_room() as (room, _):
            guest = room.join()
            guest.peer.target_changed(700_000)
            while "round trip 20 ms" not in await written.next():
                pass
            await guest.peer.end("Gone.", retry=False)
            guest.peer.target_changed(800_000)
            assert guest.peer._rate_log._timer is None or guest.peer._rate_log._timer.cancelled()
