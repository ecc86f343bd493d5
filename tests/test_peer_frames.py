"""One peer's `frames` channel."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from rtc_canvas.exceptions import BadMessage
from rtc_canvas.peers.frames import PeerFrames
from rtc_canvas.video.picture import Picture

from .frames import flat, picture


class Page:
    """The page's end of the channel, which has room unless it says otherwise; pings stand apart.

    again: what was told a second time.
    """

    def __init__(self) -> None:
        self.has_room = True
        self.messages: list[Any] = []
        self.again: list[Any] = []
        self.pings: list[Any] = []
        self.told = asyncio.Event()

    def send(self, message: Mapping[str, object]) -> bool:
        if self.has_room:
            (self.pings if message["type"] == "ping" else self.messages).append(message)
            self.told.set()
        return self.has_room

    def pictures(self) -> list[list[int]]:
        """The numbers of the pictures that each message tells of."""
        return [[entry[1] for entry in message["frames"]] for message in self.messages]


@contextlib.contextmanager
def joined(target: float = 6e6, *, opened: bool = True) -> Iterator[tuple[PeerFrames, Page]]:
    page = Page()
    frames = PeerFrames("p1", page.send, page.again.append, lambda: target, lambda seq: seq / 10)
    if opened:
        frames.opened()
    yield frames, page
    frames.stop()


def made(
    number: int, inputs: Mapping[str, int] | None = None, render_time: float | None = None
) -> Picture:
    one = picture(flat((0, 0, 0)), number=number, render_time=render_time or number / 2)
    return replace(one, logical_size=(32.0, 24.0), id="id", inputs=inputs or {})


async def test_the_first_frame_of_a_picture_is_told_once_it_has_left() -> None:
    with joined() as (frames, page):
        frames.sending(made(1), 1500)
        assert page.messages == []
        frames.left()
        assert page.messages == [{"type": "frames", "frames": [(1500, 1, "id", 0.5, 0)]}]
        frames.left()
        assert len(page.messages) == 1, "there is nothing new"


async def test_a_frame_that_is_sent_again_is_told_before_it_leaves() -> None:
    with joined() as (frames, page):
        frames.sending(made(1), 1500)
        frames.sending(made(1), 9000)
        assert page.pictures() == [[1, 1]]
        frames.left()
        frames.sending(made(1), 18_000)
        assert page.pictures()[1:] == [[1, 1]]


async def test_the_newest_input_of_this_peer_alone_is_told() -> None:
    with joined() as (frames, page):
        frames.sending(made(1, {"p0": 30, "p1": 12}), 1500)
        frames.left()
        assert page.messages[0]["frames"][0][4] == 12


async def test_a_narrow_link_gets_several_frames_in_a_message() -> None:
    with joined(target=1e6) as (frames, page):
        for number in range(1, 5):
            frames.sending(made(number), number * 1500)
            frames.left()
        assert page.pictures() == [[1]]
        page.told.clear()
        await asyncio.wait_for(page.told.wait(), 5)
        assert page.pictures() == [[1], [1, 2, 3, 4]]


async def test_a_channel_that_opens_late_hears_of_the_last_frames() -> None:
    with joined(opened=False) as (frames, page):
        for number in (1, 2, 3):
            frames.sending(made(number), number * 1500)
            frames.left()
        assert page.messages == page.pings == []
        frames.opened()
        assert page.pictures() == [[1, 2, 3]]


async def test_what_had_no_room_is_told_with_the_next() -> None:
    with joined() as (frames, page):
        page.has_room = False
        frames.sending(made(1), 1500)
        frames.left()
        page.has_room = True
        frames.sending(made(2), 3000)
        frames.left()
        assert page.pictures() == [[1, 2]]


async def test_nothing_is_told_after_the_end() -> None:
    with joined() as (frames, page):
        frames.sending(made(1), 1500)
        frames.stop()
        frames.left()
        frames.sending(made(1), 3000)
        assert page.messages == []


async def test_a_new_picture_does_not_wait_with_a_new_name() -> None:
    with joined(target=1e12) as (frames, page):
        frames.sending(made(1), 1500)
        frames.left()
        frames.newest(replace(made(2), content=1))
        assert page.pictures() == [[1]]
        frames.sending(made(3), 6000)
        frames.left()
        assert page.pictures()[1:] == [[1, 2, 3]]


async def test_it_remembers_what_it_sent() -> None:
    with joined() as (frames, _):
        frames.sending(made(5), 1500)
        sent = frames.log.picture(5)
        assert sent is not None
        assert (sent.size, sent.logical_size, sent.render_time) == ((64, 48), (32, 24), 2.5)


async def test_a_picture_with_the_pixels_of_the_one_sent_is_another_name_for_its_frame() -> None:
    with joined() as (frames, page):
        frames.newest(made(1))
        frames.sending(made(1, {"p1": 3}), 1500)
        frames.newest(replace(made(2, {"p1": 4}), content=1))
        frames.left()
        frames.newest(made(3))
        assert page.pictures() == [[2]]
        assert page.messages[0]["frames"][0][4] == 4
        assert frames.log.picture(2) is not None
        assert frames.log.picture(3) is None
        # The input of the second picture changed nothing; what is shown is the first.
        assert tell(frames, "presented", interval=None, frames=[[1500, None, 1.5]]) == [1]
        frames.sending(made(4, {"p1": 4}), 6000)
        assert tell(frames, "presented", interval=None, frames=[[6000, None, 7.5]]) == [4]
        assert frames.figures(time.monotonic())["input_to_photon_p99"] == pytest.approx(1.5 - 0.3)


# What the page tells.


def tell(peer: PeerFrames, type_: str, **fields: Any) -> list[int]:
    """A message of the page's; the numbers of the pictures that it tells of."""
    told = peer.receive(json.dumps({"type": type_, **fields}))
    return [presentation.picture.number for presentation in told]


async def test_a_page_that_asks_whether_anybody_is_there_is_answered() -> None:
    with joined() as (frames, page):
        assert tell(frames, "ping", ping=7) == []
        assert page.messages == [{"type": "pong", "ping": 7}]


async def test_a_page_is_asked_for_the_time_until_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rtc_canvas.peers.frames.QUICKLY", 0.001)
    with joined() as (frames, page):
        assert frames.figures(time.monotonic())["clock_error"] is None
        async with asyncio.timeout(5):
            while len(page.pings) < 3:
                page.told.clear()
                await page.told.wait()
        assert page.pings[:3] == [{"type": "ping", "ping": number} for number in (1, 2, 3)]
        assert tell(frames, "pong", ping=2, t=5.0) == []
        error = frames.figures(time.monotonic())["clock_error"]
        assert 0 < error < 5


@pytest.mark.parametrize(("moving", "seconds"), [(False, 20), (True, 1)])
async def test_a_still_canvas_asks_next_to_nothing(
    moving: bool, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rtc_canvas.peers.frames.QUICK_PINGS", 0)
    with joined(opened=False) as (frames, _):
        if moving:
            frames.sending(made(1), 1500)
        frames.opened()
        timer = frames._pinging
        assert timer is not None
        assert timer.when() - asyncio.get_running_loop().time() == pytest.approx(seconds, abs=0.5)


async def test_what_a_page_shows_is_told_and_measured() -> None:
    with joined() as (frames, _):
        now = time.monotonic()
        tell(frames, "pong", ping=1, t=100.0)
        frames.sending(made(1, {"p1": 995}, render_time=now), 1500)
        assert frames.figures(now)["glass_p50"] is None
        assert tell(frames, "presented", interval=None, frames=[[1500, None, 100.5]]) == [1]
        figures = frames.figures(time.monotonic())
        assert figures["glass_p50"] == figures["glass_p99"] == pytest.approx(0.5, abs=0.1)
        assert figures["input_to_photon_p50"] == figures["input_to_photon_p99"] == 1.0


async def test_what_is_no_message_is_refused() -> None:
    with joined() as (frames, _), pytest.raises(BadMessage):
        frames.receive('{"type": "presented"}')


async def test_it_knows_when_the_page_shows_the_last_that_a_picture_gains() -> None:
    with joined() as (frames, _):
        frames.sending(made(1), 1500, final=False)
        tell(frames, "presented", interval=None, frames=[[1500, None, 5.0]])
        frames.sending(made(1), 9000, final=True)
        assert frames.quality.picture(time.monotonic()) == 0
        tell(frames, "presented", interval=None, frames=[[9000, None, 5.1]])
        assert frames.quality.picture(time.monotonic()) == 1


async def test_only_frames_that_are_sent_again_have_to_be_known_in_time() -> None:
    with joined() as (frames, page):
        frames.sending(made(1), 1500)
        frames.left()
        assert page.again == []
        frames.sending(made(1), 9000)
        assert page.again == page.messages[1:]
        frames.newest(replace(made(2), content=1))
        assert len(page.again) == 1, "another name is no frame"


async def test_what_was_to_be_told_later_is_not_told_twice() -> None:
    with joined(target=1e6) as (frames, page):
        for number in (1, 2):
            frames.sending(made(number), number * 1500)
            frames.left()
        frames.sending(made(2), 9000)
        assert page.pictures() == [[1], [1, 2, 2]]
        await asyncio.sleep(0.05)
        assert len(page.messages) == 2
