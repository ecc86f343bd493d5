"""When packets leave."""

from __future__ import annotations

import asyncio
import time
from functools import partial

from rtc_canvas.rtc.pacer import BURST, Pacer


async def test_packets_leave_in_order_at_the_rate() -> None:
    drained = asyncio.Event()
    sent: list[tuple[int, float]] = []
    pacer = Pacer(drained.set)
    start = time.monotonic()

    def send(number: int) -> None:
        sent.append((number, time.monotonic() - start))

    pacer.start([(1000, partial(send, number)) for number in range(50)], rate=8e6)
    assert not pacer.idle
    await drained.wait()
    assert [number for number, _ in sent] == list(range(50))
    # 50 000 bytes at a megabyte a second.
    assert 0.040 <= sent[-1][1] < 0.5
    early = [number for number, at in sent if at < 0.001]
    assert len(early) <= 8e6 * BURST / 8 / 1000 + 2


async def test_a_fast_link_takes_a_frame_at_once() -> None:
    sent: list[int] = []
    drained = asyncio.Event()
    pacer = Pacer(drained.set)
    pacer.start([(1200, lambda: sent.append(1)) for _ in range(20)], rate=400e6)
    assert len(sent) == 20
    assert pacer.idle
    assert drained.is_set()


async def test_pacers_share_one_tick_and_what_is_cleared_never_leaves() -> None:
    sent: list[str] = []
    drained = asyncio.Event()
    first, second = Pacer(lambda: None), Pacer(drained.set)
    first.start([(1000, lambda: sent.append("first")) for _ in range(100)], rate=1e6)
    second.start([(1000, lambda: sent.append("second")) for _ in range(5)], rate=1e6)
    first.clear()
    before = sent.count("first")
    await drained.wait()
    assert sent.count("second") == 5
    assert sent.count("first") == before
