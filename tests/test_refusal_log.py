"""A line in the log where a server turns much away."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from rtc_canvas.serving import refusal_log as module
from rtc_canvas.serving.refusal_log import MANY, RefusalLog
from rtc_canvas.stats import ServerStats


class Rig:
    """A log, and the counters that it looks at."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self.packets: Counter[str] = Counter(stranger=10 * MANY)
        self._caplog = caplog
        self._looked = asyncio.Event()
        self.log = RefusalLog(self._stats)
        self.log.start()

    def _stats(self) -> ServerStats:
        self._looked.set()
        return ServerStats(packets=Counter(self.packets))

    async def look(self) -> list[str]:
        """The lines that are there once it has looked twice more."""
        for _ in range(2):
            self._looked.clear()
            async with asyncio.timeout(5):
                await self._looked.wait()
            await asyncio.sleep(0)
        return self._caplog.messages


@pytest.fixture
async def rig(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> AsyncIterator[Rig]:
    monkeypatch.setattr(module, "LOOK_EVERY", 0.005)
    made = Rig(caplog)
    yield made
    made.log.stop()
    made.log.stop()


async def test_little_is_no_line(rig: Rig) -> None:
    assert await rig.look() == []
    rig.packets["size"] += MANY - 1
    assert await rig.look() == []


async def test_packets_of_our_own_are_not_turned_away(rig: Rig) -> None:
    rig.packets["unsent"] += 10 * MANY
    assert await rig.look() == []


async def test_much_is_one_line_a_minute(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.packets.update(size=MANY, stranger=3)
    (line,) = await rig.look()
    assert f"{MANY} packets (size), 3 packets (stranger)" in line
    rig.packets["size"] += MANY
    assert len(await rig.look()) == 1
    monkeypatch.setattr(module, "QUIET_FOR", 0.0)
    rig.packets["size"] += MANY
    assert len(await rig.look()) == 2
