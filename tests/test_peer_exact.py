"""One peer's exact pixels, from a picture that has settled to what its page acknowledges."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
import tracemalloc
from typing import Any

import numpy as np
import pytest

from rtc_canvas.exceptions import EncoderError
from rtc_canvas.peers import exact as peer_exact
from rtc_canvas.peers import exact_images, stillness
from rtc_canvas.peers.announcements import NEWEST
from rtc_canvas.peers.exact_transfer import UNACKNOWLEDGED
from rtc_canvas.video.lossless import png
from rtc_canvas.video.picture import Picture

from .frames import busy
from .room import Room, StageSpy, StandInTransport, bare_room, equipment
from .test_lossless import pixels_of


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures settle soon."""
    assert (peer_exact.SETTLED, peer_exact.PATIENCE) == (0.25, 10.0)
    monkeypatch.setattr(peer_exact, "SETTLED", 0.05)
    monkeypatch.setattr(peer_exact, "VIDEO_FIRST", 0.01)


class Page:
    """The page of a guest, which wants exact pixels."""

    def __init__(self, room: Room) -> None:
        self.guest = room.join()
        self.transport = self.guest.transport
        self.guest.tell("exact", on=True)

    def say(self, type_: str, **fields: Any) -> None:
        self.guest.peer.message("exact", json.dumps({"type": type_, **fields}))

    @property
    def exact(self) -> peer_exact.PeerExact:
        return self.guest.peer._exact

    @property
    def refused(self) -> int:
        return self.guest.peer.stats.dropped_input.get("exact", 0)

    async def header(self, number: int = 1) -> dict[str, Any]:
        """What announced the image of that number, from 1."""
        await self.transport.until(lambda: len(self.guest.told("image")) >= number)
        return self.guest.told("image")[number - 1]

    async def image(self, number: int = 1) -> bytes:
        """The image of that number, once all of it has come."""
        header = await self.header(number)
        await self.transport.until(lambda: sum(map(len, self.transport.pieces)) == header["bytes"])
        return b"".join(self.transport.pieces)


def picture(number: int, *, content: int = 0, size: tuple[int, int] = (160, 120)) -> Picture:
    """One that cannot be compressed, handed over now."""
    pixels = busy(*size, seed=content or number)
    return Picture(number, pixels, "rgb", time.monotonic(), (64, 48), content=content)


async def shown(page: Page, spy: StageSpy, number: int = 1) -> dict[str, Any]:
    """Show a picture and have its page acknowledge it; returns what announced the image."""
    spy.stage.show(picture(number))
    header = await page.header(page.exact.count + 1)
    await page.image(page.exact.count + 1)
    page.say("received", picture=number, bytes=header["bytes"])
    page.say("shown", picture=number)
    return header


# The image.


async def test_a_picture_that_has_settled_comes_pixel_by_pixel() -> None:
    async with bare_room() as (room, spy):
        page = Page(room)
        sent = picture(1)
        spy.stage.show(sent)
        image = await page.image()
        assert time.monotonic() - sent.render_time > 0.05
        assert page.guest.told("image") == [
            {
                "type": "image",
                "picture": 1,
                "size": [160, 120],
                "bytes": len(image),
                "format": "png",
            }
        ]
        assert np.array_equal(pixels_of(image), sent.pixels)
        assert max(map(len, page.transport.pieces)) == page.transport.piece_size


async def test_what_is_on_the_screen_is_told_with_it_as_that_may_have_been_lost() -> None:
    async with bare_room() as (room, spy):
        # Its `frames` channel never opens.
        page = Page(room)
        spy.stage.show(picture(1))
        await page.image()
        messages = page.transport.messages
        header = messages.index(page.guest.told("image")[0])
        assert messages[header - 1]["type"] == "frames"
        sent = [(3000 * index, 1) for index in range(len(page.transport.frames))]
        told = [(timestamp, number) for timestamp, number, *_ in messages[header - 1]["frames"]]
        assert told == sent[-NEWEST:]


async def test_who_does_not_want_it_gets_none() -> None:
    async with bare_room() as (room, spy):
        wants, other = Page(room), room.join()
        spy.stage.show(picture(1))
        await wants.image()
        assert other.told("image") == []
        assert other.transport.pieces == []


async def test_pages_are_told_what_the_program_says() -> None:
    for exact in (False, True):
        async with bare_room(exact=exact) as (room, _):
            [hello] = room.join().told("hello")
            assert hello["exact"] is exact


async def test_the_video_comes_first() -> None:
    async with bare_room() as (room, spy):
        page = Page(room)
        spy.stage.show(picture(1))
        await page.header()
        assert page.transport.frames[0].picture == 1


async def test_it_waits_until_the_video_has_left() -> None:
    async with bare_room() as (room, spy):
        page = Page(room)
        spy.stage.show(picture(1))
        await page.guest.frame()
        page.transport.has_room = False
        await asyncio.sleep(0.1)
        assert page.guest.told("image") == []
        page.transport.has_room = True
        page.guest.peer.room()
        await page.image()


async def test_over_another_transport_it_begins_anew() -> None:
    async with bare_room() as (room, spy):
        page = Page(room)
        page.transport.piece_size = 0
        sent = picture(1)
        spy.stage.show(sent)
        await page.guest.frame()
        page.transport.piece_size = 1000
        await page.header()
        page.transport.piece_size = 0
        page.guest.transport = page.transport = StandInTransport()
        page.guest.peer.attach(page.transport, equipment(room.executor))
        assert np.array_equal(pixels_of(await page.image()), sent.pixels)


async def test_it_waits_until_its_channel_is_open() -> None:
    async with bare_room() as (room, spy):
        page = Page(room)
        page.transport.open = False
        spy.stage.show(picture(1))
        await page.transport.until(lambda: page.transport.frames)
        await asyncio.sleep(0.15)
        assert page.transport.pieces == []
        page.transport.open = True
        image = await page.image()
        page.say("received", picture=1, bytes=len(image))
        page.say("shown", picture=1)
        assert page.exact.shown == 1


async def test_what_could_not_be_sent_is_sent_later() -> None:
    async with bare_room() as (room, spy):
        page = Page(room)
        page.transport.most_pieces = 3
        spy.stage.show(picture(1))
        await page.transport.until(lambda: len(page.transport.pieces) == 3)
        page.transport.open, page.transport.most_pieces = False, 1_000_000
        await asyncio.sleep(0.05)
        page.transport.open = True
        assert await page.image() == png(picture(1))


async def test_a_page_that_asks_again_gets_what_was_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(peer_exact, "PATIENCE", 0.05)
    async with bare_room() as (room, spy):
        page = Page(room)
        spy.stage.show(picture(1))
        await page.image()
        await page.transport.until(lambda: not page.exact.is_wanted)
        page.guest.tell("exact", on=True)
        assert page.exact.is_wanted
        await page.header(2)


async def test_while_pictures_change_there_is_none() -> None:
    async with bare_room() as (room, spy):
        page = Page(room)
        for number in range(1, 12):
            spy.stage.show(picture(number))
            await asyncio.sleep(0.015)
        assert page.guest.told("image") == []
        assert (await page.header())["picture"] == 11


async def test_the_same_pixels_again_are_no_change() -> None:
    async with bare_room() as (room, spy):
        page = Page(room)
        for number in range(1, 12):
            spy.stage.show(picture(number, content=1))
            await asyncio.sleep(0.015)
        assert (await page.header())["picture"] == 1
        page.say("received", picture=1, bytes=0)
        await page.image()
        spy.stage.show(picture(12, content=1))
        page.say("shown", picture=1)
        assert page.guest.told("cancel") == []
        assert page.guest.peer.shows == 1


async def test_one_who_joins_later_gets_it_too() -> None:
    async with bare_room() as (room, spy):
        first = Page(room)
        await shown(first, spy)
        second = Page(room)
        assert await second.image() == await first.image()


# What cuts it off.


async def test_the_next_picture_cuts_it_off() -> None:
    async with bare_room() as (room, spy):
        page = Page(room)
        page.transport.most_pieces = 1
        spy.stage.show(picture(1))
        await page.header()
        spy.stage.show(picture(2))
        await page.transport.until(lambda: page.guest.told("cancel"))
        assert page.guest.told("cancel") == [{"type": "cancel", "picture": 1}]
        assert len(page.transport.pieces) == 1
        page.transport.most_pieces = 1000
        assert (await page.header(2))["picture"] == 2
        await page.image(2)


async def test_one_that_is_shown_is_not_cut_off_but_replaced() -> None:
    async with bare_room() as (room, spy):
        page = Page(room)
        await shown(page, spy, 1)
        assert page.exact.shown == 1
        await shown(page, spy, 2)
        assert page.guest.told("cancel") == []
        assert (page.exact.shown, page.exact.count) == (2, 2)
        assert page.guest.peer.stats.exact == 2


async def test_a_page_that_nobody_sees_gets_none() -> None:
    async with bare_room() as (room, spy):
        page = Page(room)
        page.transport.most_pieces = 1
        spy.stage.show(picture(1))
        await page.header()
        page.guest.tell("visibility", visible=False)
        assert page.guest.told("cancel") == [{"type": "cancel", "picture": 1}]
        page.transport.most_pieces = 1000
        page.guest.tell("visibility", visible=True)
        await page.image(2)


async def test_a_page_may_change_its_mind() -> None:
    async with bare_room() as (room, spy):
        page = Page(room)
        page.transport.most_pieces = 1
        spy.stage.show(picture(1))
        await page.header()
        page.guest.tell("exact", on=False)
        assert page.guest.told("cancel") == [{"type": "cancel", "picture": 1}]
        assert not page.exact.takes_over
        page.transport.most_pieces = 1000
        page.guest.tell("exact", on=True)
        await page.image(2)


async def test_a_page_that_goes_on_changing_its_mind_keeps_one_thread_busy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[Picture] = []
    go_on = threading.Event()

    def compress(picture: Picture) -> bytes:
        started.append(picture)
        assert go_on.wait(5)
        return png(picture)

    monkeypatch.setattr(exact_images, "png", compress)
    async with bare_room() as (room, spy):
        page = Page(room)
        spy.stage.show(picture(1))
        while not started:  # noqa: ASYNC110  # it is told on another thread
            await asyncio.sleep(0.001)
        for _ in range(5):
            page.guest.tell("exact", on=False)
            page.guest.tell("exact", on=True)
            await asyncio.sleep(0.01)
        go_on.set()
        await page.image()
        assert len(started) == 1
        go_on.clear()
        spy.stage.show(picture(2))
        while len(started) == 1:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        # Nothing of it is left at the end of the room.
        page.guest.tell("exact", on=False)
        asyncio.get_running_loop().call_later(0.05, go_on.set)


async def test_nothing_is_sent_after_the_peer_has_ended() -> None:
    async with bare_room() as (room, spy):
        page = Page(room)
        page.transport.most_pieces = 1
        spy.stage.show(picture(1))
        await page.header()
        await page.guest.peer.end("Gone.", retry=False)
        assert page.guest.transport.messages[-1]["type"] == "bye"
        page.guest.tell("exact", on=True)
        spy.stage.show(picture(2))
        await asyncio.sleep(0.1)
        assert len(page.guest.told("image")) == 1


# In place of refinement.


async def test_the_video_gains_nothing_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stillness, "SETTLE_EVERY", 3600.0)
    async with bare_room() as (room, spy):
        page, other = Page(room), room.join()
        await shown(page, spy)
        before = len(page.transport.frames)
        # Two that gain hardly anything, and a flat picture has gained all.
        await other.frame(3)
        assert len(page.transport.frames) == before
        assert page.exact.takes_over


async def test_what_repeated_frames_show_is_told_where_nothing_is_lost() -> None:
    async with bare_room() as (room, spy):
        page = Page(room)
        page.guest.peer.channel_open("frames")
        await shown(page, spy)
        before = len(page.guest.told("frames"))
        page.guest.peer.key_frame_wanted()
        await page.transport.until(lambda: len(page.guest.told("frames")) >= before + 2)
        again = page.guest.told("frames")[before:]
        assert again[0] == again[1], "on `exact` and on `frames`"


async def test_a_page_that_does_not_show_it_gets_refined_video(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(peer_exact, "PATIENCE", 0.1)
    async with bare_room() as (room, spy):
        page = Page(room)
        spy.stage.show(picture(1))
        await page.image()
        with caplog.at_level(logging.INFO, "rtc_canvas"):
            await page.transport.until(lambda: len(page.transport.frames) >= 5)
        assert "does not acknowledge" in caplog.text
        assert not page.exact.takes_over
        page.say("shown", picture=1)
        assert page.exact.shown == 1, "better late than never"


async def test_acknowledgements_keep_it_going(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer_exact, "PATIENCE", 0.2)
    async with bare_room() as (room, spy):
        page = Page(room)
        spy.stage.show(picture(1))
        image = await page.image()
        for part in range(1, 6):
            await asyncio.sleep(0.1)
            page.say("received", picture=1, bytes=part * len(image) // 5)
        page.say("shown", picture=1)
        assert page.exact.shown == 1
        assert page.exact.takes_over


async def test_an_image_that_cannot_be_made_is_made_up_for_by_the_video(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(picture: Picture) -> bytes:
        raise EncoderError("There is no PNG here.")

    monkeypatch.setattr(exact_images, "png", fail)
    async with bare_room() as (room, spy):
        page = Page(room)
        with caplog.at_level(logging.INFO, "rtc_canvas"):
            spy.stage.show(picture(1))
            await page.transport.until(lambda: len(page.transport.frames) >= 5)
        assert "There is no PNG here." in caplog.text
        assert page.guest.told("image") == []


# Hostile pages.


@pytest.mark.parametrize(
    "message",
    [
        {"type": "received", "picture": 1, "bytes": -1},
        {"type": "received", "picture": 1, "bytes": 10**9},
        {"type": "received", "picture": 1, "bytes": 1.5},
        {"type": "received", "picture": 1},
        {"type": "received", "picture": 2, "bytes": 0},
        {"type": "received", "picture": "1", "bytes": 0},
        {"type": "shown", "picture": 1},
        {"type": "shown", "picture": 0},
        {"type": "shown", "picture": -1},
        {"type": "shown"},
        {"type": "finished", "picture": 1},
        [1],
    ],
    ids=json.dumps,
)
async def test_what_cannot_be_is_refused_and_counted(message: object) -> None:
    async with bare_room() as (room, spy):
        page = Page(room)
        page.transport.most_pieces = 1
        spy.stage.show(picture(1))
        await page.header()
        page.guest.peer.message("exact", json.dumps(message))
        assert page.refused == 1
        assert page.exact.shown == 0
        page.transport.most_pieces = 1000
        await page.image()


async def test_what_comes_before_any_image_is_refused() -> None:
    async with bare_room() as (room, _):
        page = Page(room)
        page.say("shown", picture=1)
        page.guest.peer.message("exact", b"\x00\xff")
        assert page.refused == 2


async def test_what_is_said_of_an_image_that_was_cut_off_is_no_offence() -> None:
    async with bare_room() as (room, spy):
        page = Page(room)
        spy.stage.show(picture(1))
        await page.image()
        spy.stage.show(picture(2))
        await page.transport.until(lambda: page.guest.told("cancel"))
        page.say("received", picture=1, bytes=4000)
        page.say("shown", picture=1)
        assert page.refused == 0
        assert page.exact.shown == 0


async def test_what_crosses_the_same_image_that_begins_anew_is_no_offence() -> None:
    async with bare_room() as (room, spy):
        page = Page(room)
        spy.stage.show(picture(1))
        image = await page.image()
        page.guest.tell("visibility", visible=False)
        page.transport.pieces.clear()
        page.transport.most_pieces = 1
        page.guest.tell("visibility", visible=True)
        await page.header(2)
        page.say("received", picture=1, bytes=len(image))
        page.say("shown", picture=1)
        assert page.refused == 0
        assert page.exact.shown == 0
        page.transport.most_pieces = 1000
        await page.image(2)
        page.say("shown", picture=1)
        assert page.exact.shown == 1


async def test_a_page_that_takes_nothing_is_told_nothing() -> None:
    async with bare_room() as (room, spy):
        page = Page(room)
        page.transport.most_pieces = 0
        spy.stage.show(picture(1))
        await page.guest.frame()
        for _ in range(20):
            page.guest.tell("exact", on=False)
            page.guest.tell("exact", on=True)
            await asyncio.sleep(0.01)
        assert page.guest.told("image") == []
        assert page.guest.told("cancel") == []
        page.transport.most_pieces = 1000
        await page.image()


async def test_a_page_that_never_acknowledges_holds_little() -> None:
    async with bare_room() as (room, spy):
        page = Page(room)
        page.transport.piece_size = 4640
        # What is sent leaves the process: the stand-in must not keep it.
        page.transport.pieces = Swallowed()
        large = picture(1, size=(2048, 1536))
        tracemalloc.start()
        spy.stage.show(large)
        header = await page.header()
        assert header["bytes"] > 4 * UNACKNOWLEDGED
        await page.transport.until(lambda: len(page.transport.pieces) * 4640 >= UNACKNOWLEDGED)
        await asyncio.sleep(0.05)
        sent = len(page.transport.pieces)
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert sent * 4640 < UNACKNOWLEDGED + 2 * 4640, "then nothing more is sent"
        assert held - header["bytes"] < 4_000_000


class Swallowed(list[bytes]):
    """Remembers how many pieces there were, not what was in them."""

    def append(self, piece: bytes) -> None:
        super().append(b"")


# The end of it all.


async def test_a_peer_shows_what_it_acknowledges() -> None:
    async with bare_room() as (room, spy):
        page = Page(room)
        spy.stage.show(picture(1))
        await page.image()
        assert page.guest.peer.shows == 0
        page.say("shown", picture=1)
        assert page.guest.peer.shows == 1
        spy.stage.show(picture(2))
        await page.header(2)
        assert page.guest.peer.shows == 0
