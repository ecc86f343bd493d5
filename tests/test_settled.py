"""Waiting until a canvas has settled, from coroutines and threads."""

from __future__ import annotations

import asyncio
import gc
import json
import threading
import weakref
from typing import Any

import pytest

from rtc_canvas import Canvas, DrawRequest, ServeError, serve
from rtc_canvas.peers import final_quality, stillness
from rtc_canvas.settled import Settled, Waiting
from rtc_canvas.video.picture import Pixels

from .frames import flat as coloured
from .receiver import receiver
from .room import Room, StandInTransport, equipment, room_of


def flat(value: int = 0) -> Pixels:
    return coloured((value, value, value))


async def test_it_is_awaited() -> None:
    settled = Settled()
    waiting = asyncio.gather(*(asyncio.wait_for(settled, 5) for _ in range(3)))
    await asyncio.sleep(0)
    assert not settled.is_done
    settled.finish()
    await waiting
    await settled
    assert settled.is_done


def test_it_is_waited_for_in_a_thread() -> None:
    settled = Settled()
    assert not settled.wait(0.01)
    threading.Timer(0.02, settled.finish).start()
    assert settled.wait(5)
    assert settled.wait()


def test_another_event_loop_awaits_it() -> None:
    settled = Settled()

    async def wait() -> None:
        threading.Timer(0.02, settled.finish).start()
        await asyncio.wait_for(settled, 5)

    asyncio.run(wait())


async def test_who_stops_waiting_stops_nobody_else() -> None:
    settled = Settled()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(settled, 0.01)
    assert not settled.is_done
    settled.finish()
    await settled


async def test_a_failure_reaches_all() -> None:
    settled = Settled()
    settled.fail(ServeError("Gone."))
    with pytest.raises(ServeError, match="Gone"):
        await settled
    with pytest.raises(ServeError, match="Gone"):
        await asyncio.to_thread(settled.wait)


async def test_an_event_loop_is_not_blocked() -> None:
    with pytest.raises(RuntimeError, match=r"await canvas.settled\(\) instead"):
        Settled().wait(1)


def test_waiting_ends_those_that_have_settled() -> None:
    done: set[Any] = set()
    waiting = Waiting(lambda peer: peer in done)
    everybody, one = Settled(), Settled(object())  # type: ignore[arg-type]
    for settled in (everybody, one):
        waiting.add(settled)
    assert waiting
    done.add(one.peer)
    waiting.look()
    assert one.is_done
    assert not everybody.is_done
    done.add(None)
    waiting.look()
    assert everybody.is_done
    assert not waiting


def test_one_that_has_settled_already_does_not_wait() -> None:
    waiting = Waiting(lambda peer: True)
    settled = Settled()
    waiting.add(settled)
    assert settled.wait(0)


def test_whoever_comes_after_the_end_is_told_too() -> None:
    waiting = Waiting(lambda peer: False)
    early, late = Settled(), Settled()
    waiting.add(early)
    waiting.fail(ServeError("Gone."))
    waiting.add(late)
    for settled in (early, late):
        with pytest.raises(ServeError, match="Gone"):
            settled.wait(0)


async def test_those_who_gave_up_are_forgotten() -> None:
    waiting = Waiting(lambda peer: False)
    for _ in range(3):
        settled = Settled()
        waiting.add(settled)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(settled, 0.001)
    gone = weakref.ref(settled)
    del settled
    gc.collect()
    assert gone() is None
    assert not waiting


async def test_a_task_that_nobody_holds_goes_on_waiting() -> None:
    done: set[Any] = set()
    waiting = Waiting(lambda peer: peer in done)
    reached = asyncio.Event()

    async def wait() -> None:
        settled = Settled()
        waiting.add(settled)
        await settled
        reached.set()

    asyncio.ensure_future(wait())  # noqa: RUF006  # that is the point
    await asyncio.sleep(0.01)
    gc.collect()
    done.add(None)
    waiting.look()
    await asyncio.wait_for(reached.wait(), 5)


# A canvas that settles.


async def test_without_anybody_who_looks_it_has_settled() -> None:
    canvas = Canvas()
    await asyncio.wait_for(canvas.settled(), 5)
    async with room_of(canvas) as room:
        canvas.push(flat())
        await asyncio.wait_for(canvas.settled(), 5)
        guest = room.join()
        guest.tell("visibility", visible=False)
        await asyncio.wait_for(canvas.settled(), 5)


async def test_it_settles_once_the_video_gains_nothing_any_more() -> None:
    canvas = Canvas()
    async with room_of(canvas) as room:
        guest = room.join(has_channels=False)
        canvas.push(flat(7))
        settled = canvas.settled()
        await guest.frame(2)
        assert not settled.is_done
        await asyncio.wait_for(settled, 5)
        assert [frame.picture for frame in guest.transport.frames[:3]] == [1] * 3


async def test_it_settles_for_threads_and_for_those_who_come_later() -> None:
    canvas = Canvas()
    async with room_of(canvas) as room:
        room.join(has_channels=False)
        canvas.push(flat(7))
        assert await asyncio.to_thread(canvas.settled().wait, 5)
        assert await asyncio.to_thread(canvas.settled().wait, 5)
        canvas.push(flat(8))
        assert not await asyncio.to_thread(canvas.settled().wait, 0.05)


async def test_it_has_not_settled_before_the_first_picture() -> None:
    canvas = Canvas()
    async with room_of(canvas) as room:
        room.join(has_channels=False)
        settled = canvas.settled()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(settled, 0.05)
        canvas.push(flat())
        await asyncio.wait_for(settled, 5)


async def test_a_draw_that_was_asked_for_comes_first() -> None:
    canvas = Canvas(fps=20)
    values = iter(range(100))

    @canvas.draw
    def draw(request: DrawRequest) -> Pixels:
        return flat(next(values))

    async with room_of(canvas) as room:
        guest = room.join(has_channels=False)
        await asyncio.wait_for(canvas.settled(), 5)
        before = guest.transport.frames[-1].picture
        canvas.request_draw()
        await asyncio.wait_for(canvas.settled(), 5)
        assert guest.transport.frames[-1].picture > before


async def test_a_draw_with_nothing_new_leaves_it_settled() -> None:
    canvas = Canvas()
    canvas.draw(lambda request: flat() if request.index == 0 else None)
    async with room_of(canvas) as room:
        room.join(has_channels=False)
        await asyncio.wait_for(canvas.settled(), 5)
        canvas.request_draw()
        await asyncio.wait_for(canvas.settled(), 5)


async def test_after_a_draw_that_failed_the_last_picture_counts() -> None:
    canvas = Canvas()

    @canvas.draw
    def draw(request: DrawRequest) -> Pixels:
        if request.index:
            canvas.request_draw()
            raise ZeroDivisionError
        return flat()

    async with room_of(canvas) as room:
        room.join(has_channels=False)
        await asyncio.wait_for(canvas.settled(), 5)
        for _ in range(2):
            canvas.request_draw()
            await asyncio.wait_for(canvas.settled(), 5)


async def test_one_viewer_may_settle_before_the_others() -> None:
    canvas = Canvas()
    async with room_of(canvas) as room:
        quick, stuck = room.join(has_channels=False), room.join(has_channels=False)
        stuck.transport.has_room = False
        canvas.push(flat())
        everybody = canvas.settled()
        await asyncio.wait_for(canvas.settled(quick.peer), 5)
        assert not everybody.is_done
        await stuck.peer.end("Gone.", retry=False)
        await asyncio.wait_for(everybody, 5)
        await asyncio.wait_for(canvas.settled(stuck.peer), 5)


async def test_whoever_hides_the_page_is_waited_for_no_longer() -> None:
    canvas = Canvas()
    async with room_of(canvas) as room:
        guest = room.join()
        guest.transport.has_room = False
        canvas.push(flat())
        settled = canvas.settled()
        await asyncio.sleep(0.01)
        assert not settled.is_done
        guest.tell("visibility", visible=False)
        await asyncio.wait_for(settled, 5)


# What pages say.


class Page:
    """The page of a guest that says nothing by itself."""

    def __init__(self, room: Room) -> None:
        self.guest = room.join()
        self.guest.peer.channel_open("frames")

    async def until_final(self, picture: int = 1) -> None:
        """Wait until the video of a picture gains nothing any more."""
        frames = self.guest.transport.frames
        await self.guest.transport.until(
            # The third one is: two that gained little came before it.
            lambda: [frame.picture for frame in frames].count(picture) >= 4
        )

    def report(self) -> None:
        """Tell that the newest frame is on the screen."""
        timestamp = 3000 * (len(self.guest.transport.frames) - 1)
        message = {"type": "presented", "interval": 0.0167, "frames": [[timestamp, 0.004, 5.0]]}
        self.guest.peer.message("frames", json.dumps(message))

    async def show_exact(self) -> None:
        """Take the image that comes, and tell that it is on the screen."""
        await self.guest.until_told("image")
        [header] = self.guest.told("image")
        pieces = self.guest.transport.pieces
        await self.guest.transport.until(lambda: sum(map(len, pieces)) == header["bytes"])
        for type_ in ("received", "shown"):
            message = {"type": type_, "picture": header["picture"], "bytes": header["bytes"]}
            self.guest.peer.message("exact", json.dumps(message))


async def test_a_page_that_has_just_come_is_waited_for_until_it_shows_the_picture() -> None:
    canvas = Canvas()
    async with room_of(canvas) as room:
        page = Page(room)
        page.guest.tell("exact", on=False)
        canvas.push(flat(7))
        settled = canvas.settled()
        await page.until_final()
        assert not settled.is_done
        page.report()
        await asyncio.wait_for(settled, 1)


async def test_an_exact_canvas_waits_until_a_page_has_said_that_it_wants_the_pixels() -> None:
    canvas = Canvas(exact=True)
    async with room_of(canvas) as room:
        page = Page(room)
        canvas.push(flat(7))
        settled = canvas.settled()
        await page.until_final()
        page.report()
        assert not settled.is_done, "the page has not said whether it wants them"
        page.guest.tell("exact", on=True)
        assert not settled.is_done
        await page.show_exact()
        await asyncio.wait_for(settled, 1)


async def test_a_page_that_does_not_want_the_pixels_settles_with_its_video() -> None:
    canvas = Canvas(exact=True)
    async with room_of(canvas) as room:
        page = Page(room)
        canvas.push(flat(7))
        settled = canvas.settled()
        await page.until_final()
        page.report()
        page.guest.tell("exact", on=False)
        assert settled.is_done


async def test_a_page_that_says_nothing_is_not_waited_for_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(final_quality, "SILENCE", 0.5)
    monkeypatch.setattr(stillness, "IDLE_EVERY", 0.1)
    canvas = Canvas(exact=True)
    async with room_of(canvas) as room:
        page = Page(room)
        canvas.push(flat(7))
        settled = canvas.settled()
        await page.until_final()
        assert not settled.is_done
        await asyncio.wait_for(settled, 5)
        canvas.push(flat(8))
        settled = canvas.settled()
        await page.until_final(2)
        await asyncio.wait_for(settled, 1)


async def test_a_page_that_was_opened_out_of_sight_is_waited_for_once_it_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(final_quality, "SILENCE", 0.3)
    canvas = Canvas()
    async with room_of(canvas) as room:
        page = Page(room)
        canvas.push(flat(7))
        await page.guest.frame()
        page.guest.tell("visibility", visible=False)
        await asyncio.sleep(0.4)
        page.guest.tell("exact", on=False)
        page.guest.tell("visibility", visible=True)
        settled = canvas.settled()
        await page.until_final()
        assert not settled.is_done
        page.report()
        assert settled.is_done


async def test_a_player_without_channels_settles_an_exact_canvas_with_its_video() -> None:
    canvas = Canvas(exact=True)
    async with room_of(canvas) as room:
        room.join(has_channels=False)
        canvas.push(flat(7))
        await asyncio.wait_for(canvas.settled(), 1)


async def test_what_a_page_showed_over_one_connection_says_nothing_of_the_next() -> None:
    canvas = Canvas()
    async with room_of(canvas) as room:
        page = Page(room)
        page.guest.tell("exact", on=False)
        canvas.push(flat(7))
        await page.until_final()
        page.report()
        await asyncio.wait_for(canvas.settled(), 1)
        page.guest.transport = StandInTransport()
        page.guest.peer.attach(page.guest.transport, equipment(room.executor))
        settled = canvas.settled()
        await page.until_final()
        # Pages repeat what they told last, and timestamps begin anywhere.
        message = {"type": "presented", "interval": None, "frames": [[10**6, None, 5.0]]}
        page.guest.peer.message("frames", json.dumps(message))
        assert not settled.is_done
        page.report()
        await asyncio.wait_for(settled, 1)


async def test_a_canvas_that_is_served_no_longer_never_settles() -> None:
    canvas = Canvas()
    async with serve(canvas, port=0) as server, receiver(server):
        settled = canvas.settled()
        waiting = asyncio.create_task(asyncio.to_thread(settled.wait, 5))
        await asyncio.sleep(0.01)
        assert not settled.is_done
        # Before its viewer leaves: without anybody who looks it would have settled.
        await server.close()
    for outcome in (settled, waiting):
        with pytest.raises(ServeError, match="served no longer, so that it cannot settle"):
            await outcome
    await asyncio.wait_for(canvas.settled(), 5)
