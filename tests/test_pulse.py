"""Whether a page is still there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from rtc_canvas.websocket import pulse
from rtc_canvas.websocket.pulse import Pulse


class Rig:
    """A pulse on a clock of its own, and what it did."""

    def __init__(self) -> None:
        self.asked: asyncio.Queue[int] = asyncio.Queue()
        self.silences: asyncio.Queue[None] = asyncio.Queue()
        self.returns = 0
        self.pulse = Pulse(
            self.asked.put_nowait, lambda: self.silences.put_nowait(None), self._returned
        )

    def _returned(self) -> None:
        self.returns += 1


@pytest.fixture
async def rig(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    """One whose seconds are hundredths."""
    for name in (
        "ASK_AFTER", "SILENT_AFTER", "ASK_STANDBY_AFTER", "STANDBY_SILENT_AFTER", "LOOK_EVERY",
    ):  # fmt: skip
        monkeypatch.setattr(pulse, name, getattr(pulse, name) / 50)
    rig = Rig()
    yield rig
    rig.pulse.stop()


def test_who_is_silent_is_known_within_5_s() -> None:
    assert pulse.SILENT_AFTER <= 5


async def test_a_silent_page_is_asked_and_comes_back_with_its_first_word(rig: Rig) -> None:
    rig.pulse.start()
    assert await asyncio.wait_for(rig.asked.get(), 5) == 1
    await asyncio.wait_for(rig.silences.get(), 5)
    await asyncio.sleep(0.05)
    assert rig.asked.empty()
    assert rig.silences.empty()
    rig.pulse.heard()
    rig.pulse.heard()
    assert rig.returns == 1
    assert rig.pulse.silence < 0.1
    # And so each time.
    await asyncio.wait_for(rig.silences.get(), 5)


async def test_one_that_answers_stays(rig: Rig) -> None:
    rig.pulse.start()
    for number in range(1, 5):
        assert await asyncio.wait_for(rig.asked.get(), 5) == number
        rig.pulse.heard()
        round_trip = rig.pulse.answered(number)
        assert round_trip is not None
        assert 0 <= round_trip < 0.1
    assert rig.silences.empty()


async def test_one_that_is_held_ready_is_asked_seldom(rig: Rig) -> None:
    rig.pulse.standby = True
    rig.pulse.start()
    await asyncio.sleep(0.15)
    assert rig.asked.empty()
    assert rig.silences.empty()


async def test_an_answer_to_no_question(rig: Rig) -> None:
    assert rig.pulse.answered(1) is None
    rig.pulse.ask()
    assert rig.pulse.answered(2) is None
    assert rig.pulse.answered(1) is not None
    assert rig.pulse.answered(1) is None
