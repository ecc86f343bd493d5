"""A rendercanvas and its viewers: events, draws, pictures, sizes, statistics."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import numpy as np
import pytest

from rtc_canvas import ConfigError, ProbeRequest
from rtc_canvas.link_stats import LinkStats
from rtc_canvas.program.stage import DRAW_FAILED
from rtc_canvas.rendercanvas.bitmap import fitted
from rtc_canvas.rendercanvas.events import translated
from rtc_canvas.rendercanvas.statistics import Statistics
from rtc_canvas.rendercanvas.turns import Turns

from .rendercanvas_canvases import Program, backend, canvas_class, shown
from .room import Seen

# Events, by themselves.


def event(type_: str, **fields: Any) -> dict[str, Any]:
    return {"type": type_, "timestamp": 5.0, "seq": 3, "peer": object(), **fields}


POINTER = {
    "x": 1.0, "y": 2.0, "button": 1, "buttons": (1,), "modifiers": ("Shift",), "ntouches": 0, "touches": {},
}  # fmt: skip


def test_a_pointer_event_has_rendercanvass_names_and_no_others() -> None:
    given = translated(event("pointer_down", **POINTER, pointer_type="mouse"), 0.5)
    assert given == {"event_type": "pointer_down", "time_stamp": 5.5, **POINTER}


def test_a_key_event_has_rendercanvass_names_and_no_others() -> None:
    given = translated(event("key_down", key="a", code="KeyA", modifiers=(), repeat=False), 0)
    assert given == {"event_type": "key_down", "time_stamp": 5.0, "key": "a", "modifiers": ()}


def test_a_key_that_repeats_is_left_out() -> None:
    assert translated(event("key_down", key="a", code="", modifiers=(), repeat=True), 0) is None


@pytest.mark.parametrize("type_", ["focus_in", "focus_out", "join", "control", "resize", "close"])
def test_what_rendercanvas_does_not_know_is_left_out(type_: str) -> None:
    assert translated(event(type_), 0) is None


# Bitmaps.


def test_a_smaller_bitmap_is_enlarged_by_the_nearest_pixel() -> None:
    bitmap = np.arange(4, dtype=np.uint8).reshape(2, 2)
    assert fitted(bitmap, (4, 4)).tolist() == [[0, 0, 1, 1]] * 2 + [[2, 2, 3, 3]] * 2


def test_a_bitmap_of_another_shape_stays_as_it_is() -> None:
    bitmap = np.zeros((20, 60, 4), np.uint8)
    assert fitted(bitmap, (60, 40)) is bitmap


@pytest.mark.parametrize(("shape", "made"), [((8, 20, 4), (16, 20)), ((20, 5000), (20, 4096))])
def test_a_bitmap_has_the_sides_that_a_picture_may_have(
    shape: tuple[int, ...], made: tuple[int, int]
) -> None:
    assert fitted(np.zeros(shape, np.uint8), (0, 0)).shape[:2] == made


# Turns.


def turns(mode: Any = "ondemand") -> Turns:
    return Turns(mode)


def test_an_edge_is_handled_before_the_beat_and_drawn_right_after() -> None:
    turn = turns()
    turn.arrive(edge=True)
    assert turn.next(0.01, watched=True) == "handle"
    turn.handle()
    turn.want()
    assert turn.next(0.01, watched=True) == "draw"
    turn.begin()
    turn.end()
    assert turn.next(0.01, watched=True) is None


def test_a_move_waits_for_the_beat() -> None:
    turn = turns()
    turn.arrive(edge=False)
    assert turn.next(0.01, watched=True) == 0.01
    assert turn.next(0.0, watched=True) == "handle"


def test_an_event_that_nobody_answers_draws_nothing() -> None:
    turn = turns()
    turn.arrive(edge=True)
    turn.handle()
    assert turn.next(0.0, watched=True) is None


def test_nothing_is_drawn_while_nobody_looks_but_events_are_handled() -> None:
    turn = turns("continuous")
    turn.ask()
    assert turn.next(0.0, watched=False) is None
    turn.arrive(edge=True)
    assert turn.next(0.0, watched=False) == "handle"
    turn.handle()
    assert turn.next(0.0, watched=True) == "draw"


def test_nothing_begins_while_a_picture_comes_from_the_gpu() -> None:
    turn = turns("continuous")
    turn.begin()
    turn.arrive(edge=True)
    assert turn.next(0.0, watched=True, patience=1.5) == 1.5
    turn.end()
    assert turn.next(0.0, watched=True, patience=1.5) == "draw"


def test_a_draw_that_the_scheduler_gave_up_holds_nothing_up() -> None:
    turn = turns()
    turn.ask()
    turn.begin()
    turn.ask()
    assert turn.next(0.0, watched=True, patience=1.5) == "draw"


def test_a_picture_that_is_not_waited_for_any_more_is_not_owed() -> None:
    turn = turns()
    turn.begin()
    assert turn.owes_picture
    assert turn.next(0.0, watched=True) is None
    assert not turn.owes_picture
    turn.want()
    assert turn.next(0.0, watched=True) == "draw"


@pytest.mark.parametrize(
    ("mode", "draws"),
    [("manual", False), ("ondemand", True), ("continuous", True), ("fastest", True)],
)
def test_what_the_program_wants_is_drawn_in_all_modes_but_one(mode: str, draws: bool) -> None:
    turn = turns(mode)
    turn.want()
    assert (turn.next(0.0, watched=True) == "draw") == draws


# With viewers.


async def test_a_viewers_edge_draws_at_once() -> None:
    async with shown(max_fps=2) as (program, room):
        guest = room.join()
        await program.until(lambda: program.drawn)
        program.canvas.rtc.beat.postpone(time.monotonic() + 60)
        guest.send("pointer_down", x=3, y=4)
        await program.until(lambda: program.drawn == 2)
    before, handled = program.first("pointer_down")
    assert (before, handled["x"]) == (1, 3)


async def test_moves_are_handled_once_for_each_draw_and_no_edge_is_lost() -> None:
    async with shown(max_fps=50) as (program, room):
        guest = room.join()
        await program.until(lambda: program.drawn)
        for number in range(200):
            guest.send("pointer_move", x=number)
            if number % 50 == 49:
                guest.send("pointer_down")
                guest.send("pointer_up")
            await asyncio.sleep(0.001)
        await program.until(lambda: program.types().count("pointer_up") == 4)
        guest.send("key_down")
        await program.until(lambda: "key_down" in program.types())
    types = program.types()
    assert types.count("pointer_down") == 4
    assert types.count("pointer_move") <= program.drawn + types.count("pointer_down")
    moves = [e["x"] for _, e in program.handled if e["event_type"] == "pointer_move"]
    assert moves == sorted(moves)
    assert moves[-1] == 199


async def test_moves_that_draw_nothing_are_handled_at_the_beat() -> None:
    async with shown(max_fps=20, answers=False) as (program, room):
        guest = room.join()
        await program.until(lambda: program.drawn)
        began = time.monotonic()
        for number in range(100):
            guest.send("pointer_move", x=number)
            await asyncio.sleep(0.001)
        await program.until(lambda: program.handled and program.handled[-1][1]["x"] == 99)
        passed = time.monotonic() - began
    assert program.drawn == 1
    assert program.types().count("pointer_move") <= 20 * passed + 2


@pytest.mark.parametrize("draws", [False, True])
async def test_an_event_that_comes_while_others_are_taken_is_handled_too(
    draws: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with shown(answers=False) as (program, room):
        guest, rtc = room.join(), program.canvas.rtc
        await program.until(lambda: program.drawn)
        take, more = rtc.events, ["pointer_up"]

        def take_and_get_another() -> list[dict[str, Any]]:
            taken = take()
            if taken and more:
                guest.send(more.pop())
            return taken

        monkeypatch.setattr(rtc, "events", take_and_get_another)
        if draws:
            rtc.beat.postpone(time.monotonic())
            program.canvas.request_draw()
        guest.send("pointer_down")
        await program.until(lambda: program.types()[-2:] == ["pointer_down", "pointer_up"])


async def test_a_size_that_was_taken_is_drawn_once() -> None:
    async with shown(answers=False) as (program, room):
        guest = room.join()
        await program.until(lambda: program.drawn)
        program.canvas.request_draw()
        guest.send("resize", width=200, height=100, ratio=1)
        await program.until(lambda: program.drawn == 2)
        await asyncio.sleep(0.1)
        assert program.drawn == 2
        assert program.context.physical_size == (200, 100)


async def test_a_picture_includes_the_events_that_were_handled() -> None:
    async with shown() as (program, room):
        guest = room.join()
        guest.send("key_down")
        await program.until(lambda: "key_down" in program.types() and program.drawn == 2)
        newest = room.audience.newest
        assert newest is not None
        assert newest.inputs == {guest.peer.id: 1}


async def test_only_the_first_picture_is_drawn_while_nobody_looks() -> None:
    async with shown(update_mode="continuous", max_fps=200) as (program, room):
        await program.until(lambda: program.drawn)
        await asyncio.sleep(0.05)
        assert program.drawn == 1
        room.join()
        await program.until(lambda: program.drawn > 5)


async def test_what_was_asked_for_meanwhile_is_drawn_for_a_snapshot() -> None:
    async with shown() as (program, room):
        await program.until(lambda: program.drawn)
        program.canvas.request_draw()
        await asyncio.sleep(0.05)
        assert program.drawn == 1
        await asyncio.wait_for(room.audience.look(), 5)
        assert room.audience.newest is not None
        assert program.drawn == room.audience.newest.pixels[0, 0, 0] == 2


@pytest.mark.parametrize("mode", ["continuous", "fastest"])
async def test_an_animation_draws_for_a_snapshot(mode: str) -> None:
    async with shown(update_mode=mode) as (program, room):
        await program.until(lambda: program.drawn)
        # Nobody looks: it stands still.
        await asyncio.sleep(0.05)
        drawn = program.drawn
        await asyncio.wait_for(room.audience.look(), 5)
        assert room.audience.newest is not None
        assert room.audience.newest.pixels[0, 0, 0] > drawn


async def test_it_may_draw_although_nobody_looks() -> None:
    settings: dict[str, Any] = {"update_mode": "continuous", "draw_without_viewers": True}
    async with shown(**settings) as (program, _):
        await program.until(lambda: program.drawn > 3)


async def test_the_programs_own_events_are_handled_although_nobody_looks() -> None:
    async with shown(update_mode="continuous") as (program, _):
        await program.until(lambda: program.drawn)
        program.canvas.submit_event({"event_type": "key_down", "key": "a", "modifiers": ()})
        await program.until(lambda: "key_down" in program.types())


async def test_an_array_that_the_program_goes_on_with_is_shown_as_it_was() -> None:
    async with shown() as (program, room):
        await program.until(lambda: program.drawn)
        array = np.full((48, 64, 4), 7, np.uint8)
        program.canvas.request_draw(lambda: program.context.set_bitmap(array))
        program.canvas.force_draw()
        array[:] = 9
        newest = room.audience.newest
        assert newest is not None
        assert np.all(newest.pixels == 7)


async def test_grey_bitmaps_are_shown() -> None:
    async with shown() as (program, room):
        grey = np.full((48, 64), 5, np.uint8)
        program.canvas.request_draw(lambda: program.context.set_bitmap(grey))
        program.canvas.force_draw()
        newest = room.audience.newest
        assert newest is not None
        assert newest.pixels.shape == (48, 64)


async def test_a_viewers_window_is_the_canvass_size() -> None:
    async with shown() as (program, room):
        guest = room.join()
        await program.until(lambda: program.drawn)
        guest.send("resize", width=200, height=100, ratio=2)
        await program.until(lambda: "resize" in program.types() and program.drawn > 1)
        assert program.canvas.get_logical_size() == (200, 100)
        assert program.canvas.get_physical_size() == (400, 200)
        newest = room.audience.newest
        assert newest is not None
        assert newest.pixels.shape == (200, 400, 4)


async def test_who_comes_to_steer_brings_the_size_along() -> None:
    async with shown() as (program, room):
        first, second = room.join(), room.join()
        first.send("resize", width=200, height=100, ratio=1)
        second.send("resize", width=80, height=60, ratio=1)
        await program.until(lambda: program.canvas.get_logical_size() == (200, 100))
        await first.peer.end("It went.", retry=False)
        await program.until(lambda: program.canvas.get_logical_size() == (80, 60))


async def test_who_only_watches_is_not_heard() -> None:
    async with shown() as (program, room):
        steering, watching = room.join(), room.join()
        watching.send("key_down", key="b")
        steering.send("key_down", key="a")
        await program.until(lambda: "key_down" in program.types())
        assert program.types().count("key_down") == 1
        assert program.first("key_down")[1]["key"] == "a"


async def test_handlers_and_probes_of_the_canvas_behind_run_on_the_programs_thread() -> None:
    async with shown() as (program, room):
        threads: list[threading.Thread] = []
        rtc = program.canvas.rtc

        @rtc.on("join")
        def joined(event: dict[str, Any]) -> None:
            threads.append(threading.current_thread())
            program.canvas.request_draw()

        @rtc.probe
        def probe(request: ProbeRequest) -> str:
            threads.append(threading.current_thread())
            return "answered"

        guest = room.join()
        await program.until(lambda: len(threads) == 1 and program.drawn > 1)
        frame = await guest.frame()
        guest.tell("probe", probe=1, picture=frame.picture, x=1, y=1, logical=[64, 48])
        await guest.until_told("probe", value="answered")
        assert threads == [threading.current_thread()] * 2


@pytest.mark.parametrize("types", [("*",), ("resize", "pointer_down", "key_down")])
async def test_a_handler_of_the_canvas_behind_takes_no_event_away(types: tuple[str, ...]) -> None:
    async with shown() as (program, room):
        logged: Seen[str] = Seen()
        program.canvas.rtc.on(*types)(lambda event: logged(event["type"]))
        guest = room.join()
        await program.until(lambda: program.drawn)
        guest.send("resize", width=200, height=100, ratio=1)
        guest.send("pointer_down")
        guest.send("key_down")
        await program.until(lambda: program.types()[-2:] == ["pointer_down", "key_down"])
        assert program.canvas.get_logical_size() == (200, 100)
        seen = [await logged.next()]
        while seen[-1] != "key_down":
            seen.append(await logged.next())
        assert seen[-3:] == ["resize", "pointer_down", "key_down"]


async def test_title_and_cursor_are_told_to_who_comes_later() -> None:
    async with shown(title="$backend") as (program, room):
        program.canvas.set_cursor("crosshair")
        guest = room.join()
        await guest.until_told("title", title="RenderCanvas")
        await guest.until_told("cursor", cursor="crosshair")
        program.canvas.set_title("Another")
        await guest.until_told("title", title="Another")


async def test_the_elements_width_and_height_are_told_to_who_comes_later() -> None:
    async with shown() as (program, room):
        program.canvas.set_css_width("50%")
        program.canvas.set_css_height("200px")
        await room.join().until_told("css_size", width="50%", height="200px")


@pytest.mark.parametrize(("settings", "exact"), [({}, True), ({"exact": False}, False)])
async def test_still_pictures_are_exact_unless_the_program_says_otherwise(
    settings: dict[str, Any], exact: bool
) -> None:
    async with shown(**settings) as (_, room):
        await room.join().until_told("hello", exact=exact)


async def test_only_a_size_that_the_program_says_is_told_to_pages() -> None:
    async with shown(size=None) as (program, room):
        guest = room.join()
        program.canvas.set_css_width("50%")
        await guest.until_told("css_size", width="50%")
        assert guest.told("wanted_size") == []
        program.canvas.set_logical_size(80, 60)
        await guest.until_told("wanted_size", width=80, height=60)
        await guest.until_told("css_size", width=None, height=None)
    async with shown(size=(80, 60)) as (_, room):
        await room.join().until_told("wanted_size", width=80, height=60, times=1)


async def test_a_handler_may_close_the_canvas() -> None:
    async with shown() as (program, room):
        guest = room.join()
        await program.until(lambda: program.drawn)
        program.canvas.add_event_handler(lambda event: program.canvas.close(), "key_down")
        guest.send("key_down")
        await program.until(lambda: "close" in program.types())
        assert program.canvas.get_closed()


async def test_it_has_settled_only_once_what_was_asked_for_is_drawn() -> None:
    async with shown() as (program, room):
        room.join()
        await program.until(lambda: program.drawn)
        program.canvas.request_draw()
        drawn = program.drawn
        assert program.canvas.rtc.expects_picture
        async with asyncio.timeout(5):
            while program.canvas.rtc.expects_picture:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
        assert program.drawn > drawn


async def test_a_draw_that_fails_does_not_end_the_draws() -> None:
    async with shown() as (program, room):
        guest = room.join()
        await program.until(lambda: program.drawn)
        failures: list[int] = []

        def fail_once() -> None:
            if not failures:
                failures.append(1)
                raise ValueError("The program's own.")
            program.draw()

        program.canvas.request_draw(fail_once)
        await guest.until_told("notice", text=DRAW_FAILED)
        guest.send("key_down")
        program.canvas.request_draw()
        await program.until(lambda: program.drawn > 1)
        await guest.transport.until(lambda: guest.told("notice")[-1]["text"] is None)


async def test_an_animation_whose_draw_fails_goes_on_slowly() -> None:
    tried: list[float] = []
    enough = asyncio.Event()
    async with shown(update_mode="continuous", max_fps=60) as (program, room):
        guest = room.join()
        await program.until(lambda: program.drawn)

        def fail() -> None:
            tried.append(time.monotonic())
            if len(tried) == 3:
                enough.set()
            raise ValueError("The program's own.")

        program.canvas.request_draw(fail)
        await asyncio.wait_for(enough.wait(), 5)
        assert tried[2] - tried[0] > 0.9
        moved = asyncio.Event()
        program.canvas.add_event_handler(lambda event: moved.set(), "pointer_move")
        guest.send("pointer_move")
        await asyncio.wait_for(moved.wait(), 0.3)
        program.canvas.request_draw(program.draw)
        drawn = program.drawn
        await program.until(lambda: program.drawn > drawn)


# Statistics.


async def test_statistics_are_there_before_the_first_frame() -> None:
    async with shown() as (program, _):
        stats = program.canvas.get_stats()
    keys = "encoded_frames sent_frames confirmed_frames encoding roundtrip fps"
    assert {key: stats[key] for key in keys.split()} == dict.fromkeys(keys.split(), 0)


async def test_statistics_count_anew_after_a_reset() -> None:
    async with shown() as (program, room):
        guest = room.join()
        await program.until(lambda: program.drawn)
        await guest.frame()
        drawn = program.drawn
        before = program.canvas.get_stats()
        program.canvas.reset_stats()
        after = program.canvas.get_stats()
    assert before["encoded_frames"] == drawn
    assert before["sent_frames"] >= 1
    assert (after["encoded_frames"], after["sent_frames"]) == (0, 0)
    assert set(before["peers"]) == {guest.peer.id}


async def test_what_was_sent_to_a_viewer_who_left_stays_counted() -> None:
    async with shown() as (program, room):
        get_stats = program.canvas.get_stats
        for number in (1, 2):
            guest = room.join()
            guest.transport.stats = LinkStats(bytes=1000)
            await guest.frame()
            # Before that, the program was told of everybody who had left.
            guest.send("key_down")
            await program.until(lambda number=number: program.types().count("key_down") == number)
            before = get_stats()
            await guest.peer.end("It went.", retry=False)
            after = get_stats()
            assert before["bytes"] == after["bytes"] == 1000 * number
            assert after["sent_frames"] >= before["sent_frames"] >= number
            assert after["encoding"] > 0
            assert after["peers"] == {}


async def test_what_was_sent_to_a_viewer_before_a_reset_is_counted_no_more() -> None:
    async with shown() as (program, room):
        guest = room.join()
        guest.transport.stats = LinkStats(bytes=1000)
        await guest.frame()
        await guest.peer.end("It went.", retry=False)
        program.canvas.reset_stats()
        room.join().send("key_down")
        await program.until(lambda: "key_down" in program.types())
        assert program.canvas.get_stats()["bytes"] == 0


def test_the_rate_counts_from_the_first_picture_on_a_screen() -> None:
    statistics = Statistics(list)
    statistics.picture()
    assert statistics.figures()["fps"] == 0
    for number in range(3):
        statistics.shown(100 + number / 50, None)
        statistics.picture()
    assert statistics.figures()["fps"] == pytest.approx(50)


# What is not taken.


@pytest.mark.parametrize("size", [(0, 480), (640, -1), (10**6, 10**6), (float("nan"), 480)])
async def test_a_size_that_cannot_be_is_one_sentence(size: tuple[float, float]) -> None:
    program = Program()
    kind = type(program.canvas)
    with pytest.raises(ConfigError, match="size must be"):
        kind(size=size)
    with pytest.raises(ValueError, match=r"size must be|must not be negative"):
        program.canvas.set_logical_size(*size)
    assert program.canvas.get_logical_size() == (64, 48)
    assert program.loop.get_canvases() == [program.canvas]
    await program.end()


@pytest.mark.parametrize("size", [(0, 480), (640, -1), (10**6, 10**6), (float("nan"), 480)])
async def test_a_size_that_cannot_be_is_one_error_and_the_stream_goes_on(
    size: tuple[float, float],
) -> None:
    async with shown() as (program, room):
        guest = room.join()
        await guest.frame()
        with pytest.raises(ValueError, match=r"size must be|must not be negative"):
            program.canvas.set_logical_size(*size)
        guest.send("key_down")
        await program.until(lambda: "key_down" in program.types() and program.drawn > 1)
        sent = len(guest.transport.frames)
        program.canvas.request_draw()
        await guest.frame(sent + 1)
        assert program.canvas.get_physical_size() == (64, 48)
        assert guest.told("wanted_size") == [
            {"type": "wanted_size", "width": 64, "height": 48, "times": 1}
        ]


@pytest.mark.parametrize(
    "size", [(0, 480), (640, -1), (10**6, 10**6), (float("nan"), 480), ("wide", 480), (640, None)]
)
async def test_a_size_that_cannot_be_set_is_a_sentence_of_ours(size: Any) -> None:
    program = Program()
    with pytest.raises(ConfigError, match=r"size must be \(width, height\)"):
        program.canvas.set_logical_size(*size)
    await program.end()


@pytest.mark.parametrize("size", ["ab", (640,), (640, None), 640])
def test_what_is_no_size_is_one_sentence(size: Any) -> None:
    kind, loop = backend()
    with pytest.raises(ConfigError, match=r"size must be \(width, height\), got "):
        kind(size=size)
    assert loop.get_canvases() == []


async def test_an_unknown_event_type_is_one_error_and_the_stream_goes_on() -> None:
    async with shown() as (program, room):
        guest = room.join()
        await program.until(lambda: program.drawn)
        with pytest.raises(ValueError, match="invalid event_type: 'nonsense'"):
            program.canvas.submit_event({"event_type": "nonsense"})
        with pytest.raises(ConfigError, match="There is no event type 'nonsense'"):
            program.canvas.rtc.on("nonsense")
        guest.send("nonsense")
        guest.send("key_down")
        await program.until(lambda: "key_down" in program.types() and program.drawn == 2)
        assert guest.peer.stats.dropped_input == {"unknown": 1}
    assert "nonsense" not in program.types()


async def test_a_huge_size_keeps_its_shape_within_what_a_picture_may_have() -> None:
    program = Program()
    program.canvas.set_logical_size(10_000, 5_000)
    assert program.canvas.get_physical_size() == (4096, 2048)
    assert program.canvas.get_logical_size() == (10_000, 5_000)
    await program.end()


async def test_other_keywords_are_refused() -> None:
    program = Program()
    with pytest.raises(TypeError):
        canvas_class(program.loop)(colour="red")
    await program.end()
