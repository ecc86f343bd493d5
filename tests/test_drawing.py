"""When draws and handlers run, in what order, and what becomes of those that fail."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from rtc_canvas.events import ProgramEvent
from rtc_canvas.program.display_phase import Shown
from rtc_canvas.program.drawing import RETRY_AFTER, Drawing, DrawRequest, Mode
from rtc_canvas.program.stage import Size, Stage

from .room import ignore, make_stage


class Clock:
    """Stands in for the module `time`."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("rtc_canvas.program.drawing.time", clock)
    return clock


class Program:
    """A draw function and what it was asked for; fails while `failure` is set."""

    def __init__(self) -> None:
        self.requests: list[DrawRequest] = []
        self.shown: list[object] = []
        self.included: list[Mapping[str, int]] = []
        self.failure: BaseException | None = None
        self.on_shown: Callable[[object], None] = self.shown.append

    def draw(self, request: DrawRequest) -> object:
        self.requests.append(request)
        if self.failure is not None:
            raise self.failure
        return f"picture {request.index}"

    def present(
        self, array: object, request: DrawRequest, time: float, inputs: Mapping[str, int]
    ) -> None:
        self.included.append(inputs)
        self.on_shown(array)


def watched(program: Program, *, mode: Mode = "ondemand", fps: float = 50) -> tuple[Drawing, Stage]:
    """A drawing whose thread does not run: the test does its work."""
    stage = make_stage()
    drawing = Drawing(stage, program.present, mode=mode, fps=fps)
    drawing.draw = program.draw
    stage.listener = drawing
    stage.watch(ignore, 1)
    return drawing, stage


def work_off(drawing: Drawing) -> float | None:
    """Do what there is to do now; the seconds until there is more, None when nothing is known of."""
    while callable(work := drawing.next_work()):
        work()
    return work


def event(type_: str = "key_down", **fields: Any) -> ProgramEvent:
    return {"type": type_, **fields}


# To the display.


def play(drawing: Drawing, stage: Stage, clock: Clock, seconds: float) -> list[float]:
    """Run for a while; each picture is on the screen at the refresh after 10 ms. The moments of the draws."""
    drawn: list[float] = []

    def draw(request: DrawRequest) -> object:
        drawn.append(request.time)
        return request.index

    drawing.draw = draw
    end = clock.now + seconds
    while clock.now < end:
        before = len(drawn)
        pause = work_off(drawing)
        for moment in drawn[before:]:
            stage.shown(Shown(moment, -(moment + 0.010) % (1 / 60), 1 / 60))
        clock.now += pause or 0.001
    return drawn


def test_a_continuous_canvas_draws_when_the_display_takes_it(clock: Clock) -> None:
    drawing, stage = watched(Program(), mode="continuous", fps=29)
    drawn = play(drawing, stage, clock, 5)
    assert abs(len(drawn) - 5 * 29) <= 2
    assert all(-(moment + 0.010) % (1 / 60) < 0.002 for moment in drawn[20:])


def test_draws_begin_sooner_where_pictures_were_replaced_before_they_were_shown(
    clock: Clock,
) -> None:
    """From some time on every fourth picture takes 3 ms longer; nothing but its absence tells that it came too late."""
    drawing, stage = watched(Program(), mode="continuous", fps=60)
    missed: list[int] = []
    late: tuple[float, ...] = ()

    def draw(request: DrawRequest) -> object:
        nonlocal late
        now = request.time
        longer = 0.003 if request.index > 40 and request.index % 4 == 0 else 0.0
        wait = -(now + 0.010) % (1 / 60) - longer
        if wait < 0:
            missed.append(request.index)
            late = (now,)
        else:
            shown.append(Shown(now, wait, 1 / 60, late))
            late = ()
        return request.index

    shown: list[Shown] = []
    drawing.draw = draw
    end = clock.now + 4
    while clock.now < end:
        pause = work_off(drawing)
        while shown:
            stage.shown(shown.pop())
        clock.now += pause or 0.001
    assert missed
    assert max(missed) < 100


def test_an_animation_that_asks_for_its_next_draw_is_timed_too(clock: Clock) -> None:
    program = Program()
    drawing, stage = watched(program, fps=29)
    drawn = play(drawing, stage, clock, 0)

    def animate(request: DrawRequest) -> object:
        drawn.append(request.time)
        stage.shown(Shown(drawn[-1], -(drawn[-1] + 0.010) % (1 / 60), 1 / 60))
        drawing.request_draw()
        return request.index

    drawing.draw = animate
    for _ in range(100):
        pause = work_off(drawing)
        assert pause is not None
        # Told once the picture was handed over, as in life.
        stage.shown(Shown(drawn[-1], -(drawn[-1] + 0.010) % (1 / 60), 1 / 60))
        clock.now += pause
    assert all(-(moment + 0.010) % (1 / 60) < 0.002 for moment in drawn[20:])


def test_an_event_draws_at_once_whatever_the_display_does(clock: Clock) -> None:
    program = Program()
    drawing, stage = watched(program, fps=50)
    for index in range(30):
        clock.now = 100 + index * 0.1 + index % 7 * 0.003
        drawing.request_draw()
        work_off(drawing)
        stage.shown(Shown(clock.now, 0.008, 1 / 60))
    assert [request.time for request in program.requests] == [
        100 + index * 0.1 + index % 7 * 0.003 for index in range(30)
    ]


def test_pictures_that_nobody_drew_teach_nothing(clock: Clock) -> None:
    drawing, stage = watched(Program(), mode="continuous", fps=50)
    work_off(drawing)
    for index in range(50):
        stage.shown(Shown(clock.now + 0.001 * (index + 1), 0.008, 1 / 60))
    assert work_off(drawing) == pytest.approx(0.02)


# On demand.


def test_it_draws_once_at_first() -> None:
    program = Program()
    drawing, _ = watched(program)
    assert work_off(drawing) is None
    assert program.shown == ["picture 0"]


def test_many_requests_before_a_draw_are_one(clock: Clock) -> None:
    program = Program()
    drawing, _ = watched(program)
    work_off(drawing)
    clock.now += 1
    for _ in range(5):
        drawing.request_draw()
    assert work_off(drawing) is None
    assert program.shown == ["picture 0", "picture 1"]


def test_a_handled_event_draws_and_no_other_does(clock: Clock) -> None:
    program = Program()
    drawing, _ = watched(program)
    drawing.on(("key_down",), lambda event: None)
    work_off(drawing)
    clock.now += 1
    drawing.take_events([event("key_up")])
    assert work_off(drawing) is None
    assert len(program.requests) == 1
    drawing.take_events([event("key_down")])
    work_off(drawing)
    assert len(program.requests) == 2


def test_pictures_and_latched_state_do_not_draw(clock: Clock) -> None:
    program = Program()
    drawing, stage = watched(program)
    work_off(drawing)
    clock.now += 1
    stage.latch(title="Earth")
    drawing.attention_changed()
    assert work_off(drawing) is None
    assert len(program.requests) == 1


def test_nothing_is_drawn_while_nobody_looks(clock: Clock) -> None:
    program = Program()
    drawing, stage = watched(program, mode="continuous")
    work_off(drawing)
    stage.watch(ignore, 0)
    clock.now += 1
    drawing.request_draw()
    assert work_off(drawing) is None
    stage.watch(ignore, 1)
    work_off(drawing)
    assert len(program.requests) == 2


def test_what_is_asked_for(clock: Clock) -> None:
    program = Program()
    drawing, stage = watched(program)
    stage.size = Size((100, 80), 1.5)
    work_off(drawing)
    [request] = program.requests
    assert request == DrawRequest((150, 120), (100, 80), 1.5, clock.now, 0)


def test_a_draw_is_pending_until_it_has_returned(clock: Clock) -> None:
    program = Program()
    drawing, stage = watched(program)
    pending: list[bool] = []
    program.on_shown = lambda array: pending.append(stage.draw_pending)
    assert stage.draw_pending
    work_off(drawing)
    assert pending == [True]
    assert not stage.draw_pending
    drawing.request_draw()
    assert stage.draw_pending


def test_only_what_was_asked_for_is_pending(clock: Clock) -> None:
    drawing, _ = watched(Program(), mode="continuous")
    assert not drawing.draw_pending
    without, _ = watched(Program())
    without.draw = None
    assert not without.draw_pending


def test_whoever_waits_for_the_last_draw_is_told_of_its_end(clock: Clock) -> None:
    drawing, stage = watched(Program())
    drawing.draw = lambda request: None
    told: list[bool] = []

    def notify() -> None:
        told.append(stage.draw_pending)

    stage.watch(notify, 1)
    work_off(drawing)
    assert told == []
    clock.now += 1
    stage.awaits_rest.add(notify)
    drawing.request_draw()
    work_off(drawing)
    assert told == [False]
    stage.unwatch(notify)
    assert not stage.awaits_rest, "nor does it wait any more"


def test_a_draw_may_have_nothing_new() -> None:
    program = Program()
    drawing, _ = watched(program)
    drawing.draw = lambda request: None
    work_off(drawing)
    assert program.shown == []


# Pace.


def test_continuous_draws_keep_the_beat(clock: Clock) -> None:
    program = Program()
    drawing, _ = watched(program, mode="continuous", fps=50)
    assert work_off(drawing) == pytest.approx(0.02)
    clock.now += 0.025  # woken 5 ms late
    assert work_off(drawing) == pytest.approx(0.015)
    assert len(program.requests) == 2


def test_a_beat_that_was_missed_is_not_made_up_for(clock: Clock) -> None:
    program = Program()
    drawing, _ = watched(program, mode="continuous", fps=50)
    work_off(drawing)
    clock.now += 1
    assert work_off(drawing) == pytest.approx(0.02)
    assert len(program.requests) == 2


def test_requests_do_not_draw_faster_than_the_rate(clock: Clock) -> None:
    program = Program()
    drawing, _ = watched(program, fps=50)
    work_off(drawing)
    clock.now += 0.005
    drawing.request_draw()
    assert work_off(drawing) == pytest.approx(0.015)
    assert len(program.requests) == 1
    clock.now += 0.015
    work_off(drawing)
    assert len(program.requests) == 2


# What draws include.


def typed(seq: int) -> ProgramEvent:
    return event(peer=SimpleNamespace(id="p1"), seq=seq)


def test_a_draw_includes_the_events_whose_handlers_have_returned(clock: Clock) -> None:
    program = Program()
    drawing, _ = watched(program)
    drawing.on(("key_down",), lambda event: None)
    work_off(drawing)
    for seq in (3, 5):
        clock.now += 1
        drawing.take_events([typed(seq)])
        work_off(drawing)
    assert program.included == [{}, {"p1": 3}, {"p1": 5}]


def test_a_draw_includes_no_event_that_came_while_it_drew(clock: Clock) -> None:
    program = Program()
    drawing, _ = watched(program)

    def draw(request: DrawRequest) -> str:
        drawing.taken.take(typed(1))
        return "drawn"

    drawing.draw = draw
    work_off(drawing)
    assert program.included == [{}]


def test_a_draw_includes_no_event_whose_handler_failed(clock: Clock) -> None:
    program = Program()
    drawing, _ = watched(program)
    drawing.on(("key_down",), lambda event: 1 / 0)
    drawing.take_events([typed(1)])
    work_off(drawing)
    assert program.included == [{}]


# Failing draws.


def test_a_failing_draw_is_tried_again_with_growing_pauses(clock: Clock) -> None:
    program = Program()
    program.failure = ZeroDivisionError()
    drawing, _ = watched(program)
    for pause in (*RETRY_AFTER, RETRY_AFTER[-1]):
        assert work_off(drawing) == pytest.approx(pause)
        clock.now += pause
    assert len(program.requests) == len(RETRY_AFTER) + 1
    assert list(RETRY_AFTER) == sorted(set(RETRY_AFTER))


def test_a_draw_that_is_tried_again_is_not_waited_for(clock: Clock) -> None:
    program = Program()
    drawing, stage = watched(program)
    program.failure = ZeroDivisionError()
    pause = work_off(drawing)
    assert pause is not None
    assert not stage.draw_pending
    drawing.request_draw()
    assert stage.draw_pending, "but one that is asked for is"
    clock.now += pause
    work_off(drawing)
    assert len(program.requests) == 2
    assert not stage.draw_pending


def test_a_failing_draw_is_noticed_until_it_works(clock: Clock) -> None:
    program = Program()
    drawing, stage = watched(program)
    work_off(drawing)
    program.failure = ZeroDivisionError()
    drawing.request_draw()
    clock.now += 1
    pause = work_off(drawing)
    assert stage.latched.draw_failed
    assert program.shown == ["picture 0"], "the last picture stays"
    program.failure = None
    clock.now += pause or 0
    assert work_off(drawing) is None
    assert not stage.latched.draw_failed
    assert program.shown == ["picture 0", "picture 2"]


def test_an_array_that_is_none_is_a_failed_draw(clock: Clock) -> None:
    program = Program()
    drawing, stage = watched(program)

    def refuse(array: object) -> None:
        raise ValueError("no picture")

    program.on_shown = refuse
    work_off(drawing)
    assert stage.latched.draw_failed


def test_a_failing_draw_is_logged_in_full_once_then_counted(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    program = Program()
    program.failure = ZeroDivisionError("by nothing")
    drawing, _ = watched(program)
    for _ in range(3):
        clock.now += work_off(drawing) or 0
    first, *others = caplog.records
    assert first.exc_info is not None
    assert first.exc_info[1] is program.failure
    assert [record.message for record in others] == [
        "The draw failed again (2 times in a row): ZeroDivisionError('by nothing')",
        "The draw failed again (3 times in a row): ZeroDivisionError('by nothing')",
    ]
    assert not any(record.exc_info for record in others)


def test_a_draw_that_exits_fails_as_others_do(clock: Clock) -> None:
    program = Program()
    program.failure = SystemExit(1)
    drawing, stage = watched(program)
    assert work_off(drawing) == RETRY_AFTER[0]
    assert stage.latched.draw_failed


# Handlers.


def test_handlers_run_in_order_those_for_all_events_last() -> None:
    calls: list[str] = []
    drawing, _ = watched(Program())
    drawing.on(("*",), lambda event: calls.append(f"all {event['type']}"))
    drawing.on(("key_down", "key_up"), lambda event: calls.append("keys"))
    drawing.on(("key_down",), lambda event: calls.append("downs"))
    drawing.take_events([event("key_down"), event("key_up"), event("wheel")])
    work_off(drawing)
    assert calls == ["keys", "downs", "all key_down", "keys", "all key_up", "all wheel"]


def test_pictures_that_were_presented_go_to_whoever_asks_for_just_that_and_cause_no_draw(
    clock: Clock,
) -> None:
    program = Program()
    told: list[ProgramEvent] = []
    drawing, _ = watched(program)
    work_off(drawing)
    clock.now += 1
    drawing.on(("*",), lambda event: pytest.fail("there are too many of them"))
    assert not drawing.wants_presented
    drawing.on(("presented",), told.append)
    assert drawing.wants_presented
    drawing.take_events([event("presented")])
    assert work_off(drawing) is None
    assert told == [event("presented")]
    assert len(program.requests) == 1


def test_handlers_run_before_the_draw_that_they_cause(clock: Clock) -> None:
    calls: list[str] = []
    drawing, _ = watched(Program())
    work_off(drawing)
    clock.now += 1
    drawing.draw = lambda request: calls.append("draw")
    drawing.on(("key_down",), lambda event: calls.append("handler"))
    drawing.request_draw()
    drawing.take_events([event(), event()])
    work_off(drawing)
    assert calls == ["handler", "handler", "draw"]


def test_a_handler_that_changes_its_event_changes_nobody_elses() -> None:
    seen: list[ProgramEvent] = []
    drawing, _ = watched(Program())
    drawing.on(("key_down",), lambda event: event.clear())
    drawing.on(("key_down",), seen.append)
    drawing.take_events([event(key="a")])
    work_off(drawing)
    assert seen == [{"type": "key_down", "key": "a"}]


def test_each_failing_handler_is_logged_in_full_once_then_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    reached: list[ProgramEvent] = []

    def divides(event: ProgramEvent) -> None:
        raise ZeroDivisionError

    def exits(event: ProgramEvent) -> None:
        sys.exit("enough")

    drawing, _ = watched(Program())
    for handler in (divides, exits, reached.append):
        drawing.on(("key_down",), handler)
    drawing.take_events([event(), event()])
    work_off(drawing)
    assert len(reached) == 2, "the others go on"
    full = [record.message for record in caplog.records if record.exc_info]
    counted = [record.message for record in caplog.records if not record.exc_info]
    assert len(full) == len(counted) == 2
    assert all("divides" in one for one in (full[0], counted[0]))
    assert all("exits" in one for one in (full[1], counted[1]))
    assert counted[0].endswith("divides failed again (2 times): ZeroDivisionError()")
    assert counted[1].endswith("exits failed again (2 times): SystemExit('enough')")


def test_events_that_nobody_handles_wait() -> None:
    drawing, _ = watched(Program())
    drawing.on(("key_down",), lambda event: None)
    drawing.take_events([event("key_down"), event("wheel", peer=None), event("key_up")])
    work_off(drawing)
    assert [e["type"] for e in drawing.waiting_events()] == ["wheel", "key_up"]
    assert drawing.waiting_events() == []


def test_a_program_that_is_notified_gets_what_is_handled_too() -> None:
    drawing, _ = watched(Program())
    handled: list[str] = []
    told: list[str] = []
    drawing.notify = told.extend
    drawing.on(("*", "presented"), lambda event: handled.append(event["type"]))
    drawing.take_events([event("key_down"), event("presented")])
    work_off(drawing)
    assert handled == ["key_down", "presented"]
    assert [e["type"] for e in drawing.waiting_events()] == told == ["key_down"]


def test_what_a_notified_program_has_not_taken_is_in_no_picture() -> None:
    drawing, _ = watched(Program())
    drawing.notify = lambda types: None
    drawing.on(("*",), lambda event: None)
    drawing.take_events([event(peer=SimpleNamespace(id="peer-1"), seq=7)])
    work_off(drawing)
    assert drawing.taken.newest == {}
    drawing.waiting_events()
    assert drawing.taken.newest == {"peer-1": 7}
