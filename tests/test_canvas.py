"""Canvas, as programs see it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import numpy as np
import pytest

from rtc_canvas import (
    Canvas,
    ConfigError,
    DrawRequest,
    PictureError,
    ProbeRequest,
    ServeError,
)
from rtc_canvas import canvas as canvas_module
from rtc_canvas.events import ProgramEvent
from rtc_canvas.program.stage import DRAW_FAILED, Stage
from rtc_canvas.video.picture import Picture, Pixels
from rtc_canvas.video.same_pixels import same_pixels

from .room import Seen, ignore, room_of


def flat(value: int = 0, width: int = 64, height: int = 48) -> Pixels:
    return np.full((height, width, 3), value, np.uint8)


@contextlib.asynccontextmanager
async def watching(canvas: Canvas, notify: Callable[[], None] = ignore) -> AsyncIterator[Stage]:
    """What a canvas shows, watched as a track does."""
    stage = canvas.open_track(notify)
    try:
        yield stage
    finally:
        canvas.close_track(notify)


@contextlib.asynccontextmanager
async def pictures(canvas: Canvas) -> AsyncIterator[Seen[Picture]]:
    """The pictures of a canvas, as they come."""
    seen: Seen[Picture] = Seen()
    # A draw may be done before open_track() returns it.
    stage = canvas._stage

    def notify() -> None:
        if stage.newest is not None:
            seen(stage.newest)

    canvas.open_track(notify)
    try:
        yield seen
    finally:
        canvas.close_track(notify)


# Pushing.


@pytest.mark.parametrize("shape", [(48, 64), (48, 64, 1), (48, 64, 3), (48, 64, 4), (16, 4096, 3)])
async def test_a_pushed_array_is_the_newest_picture(shape: tuple[int, ...]) -> None:
    canvas = Canvas((320, 200), format="bgr")
    array = np.arange(np.prod(shape)).reshape(shape).astype(np.uint8)
    async with pictures(canvas) as seen:
        canvas.push(array, id="mine")
        picture = await seen.next()
    assert (picture.height, picture.width) == shape[:2]
    assert np.array_equal(picture.pixels, array[:, :, 0] if shape[-1] == 1 else array)
    assert (picture.number, picture.id, picture.order) == (1, "mine", "bgr")
    assert picture.logical_size == (320, 200)


@pytest.mark.parametrize(
    "view",
    [
        lambda array: array[::-1],
        lambda array: array[:, ::-1, :3],
        lambda array: array.transpose(1, 0, 2),
        lambda array: array[::2, ::2],
        np.asfortranarray,
    ],
)
async def test_views_are_taken(view: Callable[[Pixels], Pixels]) -> None:
    canvas = Canvas()
    array = view(np.random.default_rng(1).integers(0, 256, (48, 64, 4), np.uint8))
    async with pictures(canvas) as seen:
        canvas.push(array)
        assert np.array_equal((await seen.next()).pixels, array)


async def test_an_array_that_changes_later_is_shown_as_it_was() -> None:
    canvas = Canvas()
    array = flat(1)
    async with pictures(canvas) as seen:
        canvas.push(array)
        array[:] = 2
        assert np.all((await seen.next()).pixels == 1)


async def test_a_pushed_picture_includes_the_events_that_were_handed_out() -> None:
    canvas = Canvas()
    async with pictures(canvas) as seen, room_of(canvas) as room:
        guest = room.join()
        canvas.push(flat(1))
        guest.send("key_down")
        guest.send("key_up")
        canvas.push(flat(2))
        canvas.events()
        canvas.push(flat(3))
        inputs = [dict((await seen.next()).inputs) for _ in range(3)]
    assert inputs == [{}, {}, {guest.peer.id: 2}]


async def test_a_picture_that_a_handler_pushes_includes_its_event() -> None:
    canvas = Canvas()

    @canvas.on("key_down")
    def push(event: ProgramEvent) -> None:
        canvas.push(flat(1))

    @canvas.on("key_up")
    async def push_later(event: ProgramEvent) -> None:
        await asyncio.to_thread(canvas.push, flat(2))

    async with pictures(canvas) as seen, room_of(canvas) as room:
        guest = room.join()
        for seq, type_ in enumerate(("key_down", "key_up"), start=1):
            guest.send(type_)
            assert dict((await seen.next()).inputs) == {guest.peer.id: seq}


async def test_without_a_copy_the_array_itself_is_shown() -> None:
    canvas = Canvas()
    array = flat(1)
    async with pictures(canvas) as seen:
        canvas.push(array, copy=False)
        assert np.shares_memory((await seen.next()).pixels, array)


async def test_the_same_pixels_again_are_a_picture_with_the_content_of_the_first() -> None:
    canvas = Canvas()
    array = flat(1)
    async with pictures(canvas) as seen:
        canvas.push(array, id="first")
        canvas.push(array, id="second")
        canvas.push(array[:, ::-1], id="third")
        pushed = await seen.take(3)
    assert [(p.number, p.id, p.content) for p in pushed] == [
        (1, "first", 1),
        (2, "second", 1),
        (3, "third", 1),
    ]
    assert all(picture.pixels is pushed[0].pixels for picture in pushed)
    times = [picture.render_time for picture in pushed]
    assert times == sorted(times)
    assert len(set(times)) == 3, "each was handed over at its own time"


async def test_other_pixels_end_a_run_of_the_same() -> None:
    canvas = Canvas()
    array = flat(1)
    async with pictures(canvas) as seen:
        for value in (1, 1, 2, 2, 1):
            array[-1, -1] = value
            canvas.push(array)
        pushed = await seen.take(5)
    assert [picture.content for picture in pushed] == [1, 1, 3, 3, 5]
    assert [picture.pixels[-1, -1, 0] for picture in pushed] == [1, 1, 2, 2, 1]


async def test_another_alpha_is_no_other_picture() -> None:
    canvas = Canvas()
    array = np.full((48, 64, 4), 9, np.uint8)
    async with pictures(canvas) as seen:
        canvas.push(array)
        array[..., 3] = 255
        canvas.push(array)
        pushed = await seen.take(2)
    assert [picture.content for picture in pushed] == [1, 1]


async def test_another_shape_or_logical_size_is_another_picture() -> None:
    canvas = Canvas((64, 48))
    async with pictures(canvas) as seen:
        canvas.push(np.zeros((48, 64), np.uint8))
        canvas.push(np.zeros((48, 64, 3), np.uint8))
        assert canvas._stage.resized(128, 96, 0.5)
        canvas.push(np.zeros((48, 64, 3), np.uint8))
        pushed = await seen.take(3)
    assert [picture.content for picture in pushed] == [1, 2, 3]
    assert pushed[-1].logical_size == (128, 96)


@pytest.mark.parametrize("copy", [True, False])
async def test_what_was_replaced_while_it_was_compared_does_not_come_back(
    monkeypatch: pytest.MonkeyPatch, copy: bool
) -> None:
    canvas = Canvas()
    canvas.push(flat(1))
    repeated, other = flat(1), flat(2)
    others_turn, may_go_on = threading.Event(), threading.Event()
    thread = threading.Thread(target=canvas.push, args=(other,))

    def compare_meanwhile(one: Pixels, another: Pixels) -> bool:
        outcome = same_pixels(one, another)
        if threading.current_thread() is thread:
            others_turn.set()
            assert may_go_on.wait(5)
        else:
            may_go_on.set()
            thread.join(5)
            assert not thread.is_alive(), "a push waits for no other"
        return outcome

    monkeypatch.setattr(canvas_module, "same_pixels", compare_meanwhile)
    async with watching(canvas) as stage:
        thread.start()
        assert await asyncio.to_thread(others_turn.wait, 5)
        canvas.push(repeated, copy=copy)
        newest = stage.newest
        assert newest is not None
        assert newest.content == newest.number > 2, "it comes after the other one"
        assert (newest.pixels == 1).all()
        assert (newest.pixels is repeated) is not copy
        canvas.push(flat(1))
        assert stage.newest is not None
        assert stage.newest.content == newest.content


async def test_an_array_that_was_changed_against_its_promise_counts_as_the_same() -> None:
    canvas = Canvas()
    array = flat(1)
    async with pictures(canvas) as seen:
        canvas.push(array, copy=False)
        array[:] = 2
        canvas.push(array, copy=False)
        pushed = await seen.take(2)
    assert [picture.content for picture in pushed] == [1, 1]


@pytest.mark.parametrize(
    ("array", "says"),
    [
        ([[0] * 64] * 48, "got list"),
        (np.zeros((48, 64, 3)), "astype"),
        (np.zeros((48, 64, 3), np.uint16), "uint16"),
        (np.zeros((48, 64, 2), np.uint8), r"\(48, 64, 2\)"),
        (np.zeros((48,), np.uint8), r"\(48,\)"),
        (np.zeros((15, 64), np.uint8), "64 wide and 15 high"),
        (np.zeros((16, 4097), np.uint8), "4097 wide and 16 high"),
    ],
)
async def test_any_other_array_raises_at_once_and_the_picture_stays(array: Any, says: str) -> None:
    canvas = Canvas()
    async with watching(canvas) as stage:
        canvas.push(flat())
        with pytest.raises(PictureError, match=says):
            canvas.push(array)
        assert stage.newest is not None
        assert stage.newest.number == 1


async def test_nothing_queues() -> None:
    canvas = Canvas()
    for value in range(5):
        canvas.push(flat(value))
    async with watching(canvas) as stage:
        assert stage.newest is not None
        assert stage.newest.number == 5
        assert np.all(stage.newest.pixels == 4)


async def test_threads_may_push_at_once() -> None:
    canvas = Canvas()
    numbers: list[int] = []

    def notify() -> None:
        assert stage.newest is not None
        numbers.append(stage.newest.number)

    def push() -> None:
        for value in range(50):
            canvas.push(flat(value, 16, 16))

    async with watching(canvas, notify) as stage:
        threads = [threading.Thread(target=push) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            await asyncio.to_thread(thread.join)
        assert stage.newest is not None
        assert stage.newest.number == 200
        assert len(numbers) == 200


# Drawing.


async def test_a_draw_function_is_asked_for_what_is_seen() -> None:
    canvas = Canvas((100, 80))
    requests: Seen[DrawRequest] = Seen()

    @canvas.draw
    def draw(request: DrawRequest) -> Pixels:
        requests(request)
        width, height = request.size
        return np.zeros((height, width, 3), np.uint8)

    assert callable(draw), "it stays what it was"
    async with room_of(canvas) as room:
        guest = room.join()
        first = await requests.next()
        assert (first.size, first.logical_size, first.pixel_ratio) == ((100, 80), (100, 80), 1)
        assert (await guest.frame()).picture_size == (100, 80)

        guest.send("resize", width=120, height=90, ratio=1.5)
        second = await requests.next()
        assert (second.size, second.logical_size, second.pixel_ratio) == (
            (180, 135),
            (120, 90),
            1.5,
        )
        assert canvas.size == (120, 90)
        assert canvas.physical_size == (180, 135)
        assert canvas.pixel_ratio == 1.5
        await guest.until_told("size", picture=[180, 135], logical=[120, 90])

        # A side larger than a picture's takes some of the ratio for as long as it is.
        canvas.size = (8192, 4096)
        assert (canvas.pixel_ratio, canvas.physical_size) == (0.5, (4096, 2048))
        canvas.size = (120, 90)
        assert (canvas.pixel_ratio, canvas.physical_size) == (1.5, (180, 135))


async def test_on_demand_it_draws_for_a_join_a_request_and_a_handled_event() -> None:
    canvas = Canvas(fps=240)
    indices: Seen[int] = Seen()
    canvas.draw(lambda request: indices(request.index))
    canvas.on("key_down")(lambda event: None)
    async with room_of(canvas) as room:
        guest = room.join()
        assert await indices.next() == 0
        canvas.request_draw()
        assert await indices.next() == 1
        guest.send("key_down")
        assert await indices.next() == 2
        room.join()
        assert await indices.next() == 3
        canvas.title, canvas.cursor = "Mars", "grab"
        guest.send("key_up")
        canvas.push(flat())
        canvas.request_draw()
        assert await indices.next() == 4
    assert indices.rest() == []


async def test_continuous_draws_come_at_the_rate() -> None:
    canvas = Canvas(fps=100, mode="continuous")
    times: Seen[float] = Seen()
    canvas.draw(lambda request: times(request.time))
    async with room_of(canvas) as room:
        room.join()
        taken = await times.take(21)
    assert taken[-1] - taken[0] >= 0.95 * 20 / 100


async def test_the_rate_may_change() -> None:
    canvas = Canvas(fps=1, mode="continuous")
    assert canvas.fps == 1
    canvas.fps = 240
    assert canvas.fps == 240
    times: Seen[float] = Seen()
    canvas.draw(lambda request: times(request.time))
    async with room_of(canvas) as room:
        room.join()
        await times.take(5)
    with pytest.raises(ConfigError, match="fps"):
        canvas.fps = 241
    assert canvas.fps == 240


async def test_an_array_that_draw_uses_again_is_never_seen_half_changed() -> None:
    canvas = Canvas(fps=240, mode="continuous")
    array = flat(0, 200, 200)

    @canvas.draw
    def draw(request: DrawRequest) -> Pixels:
        array[:] = request.index
        return array

    async with pictures(canvas) as seen:
        for picture in await seen.take(30):
            assert picture.id == picture.pixels[0, 0, 0]
            assert np.ptp(picture.pixels) == 0
            assert not np.shares_memory(picture.pixels, array)


async def test_a_draw_that_fails_is_told_until_it_works(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("rtc_canvas.program.drawing.RETRY_AFTER", (0.01,))
    canvas = Canvas()
    works = threading.Event()

    @canvas.draw
    def draw(request: DrawRequest) -> Pixels:
        return flat() if works.is_set() else flat()[:1]

    async with room_of(canvas) as room:
        guest = room.join()
        await guest.until_told("notice", text="The program's draw failed.")
        works.set()
        await guest.frame()
        await guest.until_told("notice", text=None)
        assert guest.told("notice")[-1]["text"] is None
    assert caplog.records[0].exc_info


async def test_another_draw_function_takes_over() -> None:
    canvas = Canvas()
    names: Seen[str] = Seen()
    canvas.draw(lambda request: names("old"))
    async with room_of(canvas) as room:
        room.join()
        assert await names.next() == "old"
        canvas.draw(lambda request: names("new"))
        assert await names.next() == "new"


async def test_loops_are_told_whether_anybody_looks() -> None:
    canvas = Canvas()
    async with room_of(canvas) as room:
        assert (canvas.wants_frame, canvas.has_viewers) == (False, False)
        guest = room.join()
        assert (canvas.wants_frame, canvas.has_viewers) == (True, True)
        guest.tell("visibility", visible=False)
        assert (canvas.wants_frame, canvas.has_viewers) == (False, False)


# Events.


async def test_handlers_get_the_events_of_their_types() -> None:
    canvas = Canvas()
    keys: Seen[ProgramEvent] = Seen()
    everything: Seen[ProgramEvent] = Seen()
    assert canvas.on("key_down", "key_up")(keys) is keys
    canvas.on("*")(everything)
    async with room_of(canvas) as room:
        guest = room.join()
        guest.send("key_down")
        guest.send("pointer_move")
        guest.send("key_up")
        await guest.peer.end("Gone.", retry=False)
        assert [event["type"] for event in await keys.take(2)] == ["key_down", "key_up"]
        assert [event["type"] for event in await everything.take(7)] == [
            "join",
            "control",
            "key_down",
            "pointer_move",
            "key_up",
            "control",
            "leave",
        ]
    assert canvas.events() == []


async def test_async_handlers_may_use_the_loop() -> None:
    canvas = Canvas()
    reasons: Seen[str] = Seen()

    @canvas.on("key_down")
    async def end(event: ProgramEvent) -> None:
        await asyncio.sleep(0)
        event["peer"].close("You pressed a key.")

    canvas.on("leave")(lambda event: reasons(event["reason"]))
    async with room_of(canvas) as room:
        room.join().send("key_down")
        assert await reasons.next() == "You pressed a key."


async def test_events_without_a_handler_wait() -> None:
    canvas = Canvas()
    canvas.on("join")(lambda event: None)
    async with room_of(canvas) as room:
        guest = room.join()
        for x in range(3):
            guest.send("pointer_move", x=x)
        guest.send("resize", width=100, height=80)
        events = canvas.events()
    assert [event["type"] for event in events] == ["control", "pointer_move", "resize"]
    assert events[1]["x"] == 2, "moves are merged"
    assert all(event["peer"] is guest.peer for event in events)


async def test_a_size_that_is_set_is_told_to_every_page_and_later_joiners() -> None:
    canvas = Canvas(size=(64, 48))
    async with room_of(canvas) as room:
        early = room.join()
        assert early.told("wanted_size") == []
        canvas.size = (80, 60)
        canvas.size = (80, 60)
        await early.until_told("wanted_size", width=80, height=60, times=1)
        early.send("resize", width=100, height=60)
        canvas.size = (80, 60)
        await early.until_told("wanted_size", width=80, height=60, times=2)
        assert [told["times"] for told in early.told("wanted_size")] == [1, 2]
        assert room.join().told("wanted_size")[-1]["times"] == 2


@pytest.mark.parametrize("types", [("click",), ("key_down", "mouse"), ("",), ()])
def test_there_is_nothing_to_register_for(types: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match="event type"):
        Canvas().on(*types)


# What pages are told.


async def test_title_cursor_and_failure_reach_every_page_and_later_joiners() -> None:
    canvas = Canvas(title="Earth")
    async with room_of(canvas) as room:
        early = room.join()
        assert early.told("title")[-1]["title"] == canvas.title == "Earth"
        assert early.told("cursor")[-1]["cursor"] == canvas.cursor == "default"
        await asyncio.to_thread(setattr, canvas, "title", "Mars")
        canvas.cursor = "crosshair"
        await early.until_told("title", title="Mars")
        await early.until_told("cursor", cursor="crosshair")
        assert not canvas.draw_failed
        canvas.draw_failed = True
        await early.until_told("notice", text=DRAW_FAILED)
        late = room.join()
        assert late.told("notice")[-1]["text"] == DRAW_FAILED
        assert late.told("title")[-1]["title"] == canvas.title == "Mars"
        assert late.told("cursor")[-1]["cursor"] == canvas.cursor == "crosshair"


async def test_the_size_of_the_element_reaches_every_page_and_later_joiners() -> None:
    canvas = Canvas()
    async with room_of(canvas) as room:
        early = room.join()
        assert early.told("css_size")[-1]["width"] is None
        canvas.css_size = ("50%", None)
        await early.until_told("css_size", width="50%", height=None)
        assert room.join().told("css_size")[-1]["width"] == "50%"
    assert canvas.css_size == ("50%", None)


@pytest.mark.parametrize("length", [640, "", "1" * 101])
def test_a_size_that_no_element_has_is_one_sentence(length: Any) -> None:
    with pytest.raises(ConfigError, match="A CSS size must be None or a string such as '640px'"):
        Canvas().css_size = (None, length)


async def test_peers_are_those_that_are_connected() -> None:
    canvas = Canvas()
    assert canvas.peers == ()
    async with room_of(canvas) as room:
        first, second = room.join(), room.join()
        room.connect()
        assert list(canvas.peers) == [first.peer, second.peer]
    assert canvas.peers == ()


# Serving.


async def test_it_is_served_once_at_a_time() -> None:
    canvas = Canvas()
    async with room_of(canvas):
        with pytest.raises(ServeError, match="served already"):
            canvas.open_audience()
    async with room_of(canvas) as room:
        assert room.join().peer.steering


async def test_every_method_may_be_called_from_any_thread() -> None:
    canvas = Canvas((32, 32), fps=240)
    canvas.draw(lambda request: flat(request.index % 256, *request.size))
    failures: list[BaseException] = []

    def use() -> None:
        try:
            for index in range(30):
                canvas.push(flat(index, 32, 32))
                canvas.request_draw()
                canvas.title = f"title {index}"
                canvas.cursor = ("grab", "grabbing")[index % 2]
                canvas.on("key_down")(lambda event: None)
                canvas.events()
                assert canvas.wants_frame in (True, False)
                assert canvas.physical_size >= (16, 16)
                for peer in canvas.peers:
                    assert peer.stats.frames >= 0
        except BaseException as error:
            failures.append(error)

    async with room_of(canvas) as room:
        threads = [threading.Thread(target=use) for _ in range(3)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            guest = room.join()
            guest.send("resize", width=40, height=40)
            guest.send("key_down")
            await guest.peer.end("Gone.", retry=False)
        assert failures == []
        last = room.join()
        await last.until_told("title", title="title 29")


# What is under the pointer.


async def test_a_probe_answers_for_a_viewers_picture() -> None:
    canvas = Canvas((64, 48))
    depth = np.arange(48 * 64, dtype=np.float32).reshape(48, 64)

    @canvas.probe
    def probe(request: ProbeRequest) -> object:
        return {"depth": depth[request.pixel[1], request.pixel[0]], "of": request.id}

    async with room_of(canvas) as room:
        guest = room.join("viewer")
        canvas.push(flat(), id="mine")
        frame = await guest.frame()
        guest.tell("probe", probe=3, picture=frame.picture, x=2.5, y=1, logical=[64, 48])
        await guest.until_told("probe", probe=3)
        assert guest.told("probe")[0]["value"] == {"depth": 66.0, "of": "mine"}
        assert guest.told("probe")[0]["text"] == "depth 66\nof mine"


async def test_a_probe_may_be_for_some_only() -> None:
    canvas = Canvas((64, 48))

    @canvas.probe(role="admin")
    def probe(request: ProbeRequest) -> object:
        return 1

    async with room_of(canvas) as room:
        told = [room.join(role).told("probes")[0] for role in ("operator", "admin")]
    assert [message["allowed"] for message in told] == [False, True]


def test_a_probe_that_cannot_be_is_refused() -> None:
    canvas = Canvas()
    with pytest.raises(
        ConfigError, match="role must be one of viewer, operator, admin, got 'owner'"
    ):
        canvas.probe(role="owner")  # type: ignore[call-overload]
    with pytest.raises(ConfigError, match="takes a function, got 'admin'; a role is given as"):
        canvas.probe("admin")  # type: ignore[call-overload]
