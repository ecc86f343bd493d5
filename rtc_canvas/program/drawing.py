"""The canvas's thread: when to draw, and in what order draws and handlers run."""

from __future__ import annotations

import asyncio
import inspect
import logging
import threading
import time
import weakref
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from ..events import EventBuffer, ProgramEvent
from .beat import Beat
from .display_phase import Shown
from .probe import Probe, Question
from .probing import Probing
from .program_thread import CallSoon, do_there, run_here
from .stage import Stage
from .taken_input import TakenInput, handling

logger = logging.getLogger(__name__)

Mode: TypeAlias = Literal["ondemand", "continuous"]
Handler: TypeAlias = Callable[[ProgramEvent], object]
Notify: TypeAlias = Callable[[frozenset[str]], object]

JOIN_TIMEOUT = 1.0

# A draw that failed is tried again after these pauses, seconds; the last one stays.
RETRY_AFTER = (0.5, 1.0, 2.0, 5.0, 10.0)

PRESENTED = "presented"


@dataclass(frozen=True, slots=True)
class DrawRequest:
    """What a draw function is asked for.

    size: (width, height) in physical pixels: what the array should have.
    logical_size: (width, height) of the coordinates in events. pixel_ratio: physical pixels per logical one.
    time: seconds of `time.monotonic()`. index: how many draws came before.
    """

    size: tuple[int, int]
    logical_size: tuple[float, float]
    pixel_ratio: float
    time: float
    index: int


Draw: TypeAlias = Callable[[DrawRequest], Any]
Present: TypeAlias = Callable[[Any, DrawRequest, float, Mapping[str, int]], None]


class Drawing:
    """Runs draws and handlers, one after the other, on one daemon thread while the canvas is served.

    The thread holds this object only while it works, so that a canvas nobody else holds can be collected.

    present(array, request, time, inputs): takes what a draw returned at `time`, having begun with the newest input of
        each peer in `inputs`; may raise for an array that is none.
    taken: the input that the program has taken.
    notify: is called with the types of the events that have come to wait for `waiting_events`, from the thread of the
        event loop; with none where it may only be that others look than before.
    expects_picture: whether the program's own loop is about to push one. animates: whether it goes on pushing them.
    call_soon: of the program's own loop, on whose thread all is done instead, while this one waits for it.
    """

    def __init__(self, stage: Stage, present: Present, *, mode: Mode, fps: float) -> None:
        self._stage = stage
        self._present = present
        self._mode = mode
        self.beat = Beat(1 / fps)
        self.draw: Draw | None = None
        self.notify: Notify | None = None
        self.expects_picture = self.animates = False
        self.call_soon: CallSoon | None = None
        self._handlers: dict[str, list[Handler]] = {}
        self._condition = threading.Condition()
        self._buffer = EventBuffer()
        self._waiting = EventBuffer()
        self.taken = TakenInput()
        self._probing = Probing()
        self._draw_wanted = True
        self._is_drawing = False
        self._index = 0
        self._draw_failures = 0
        # By the handler's id: one that is an object of some class need not be hashable.
        self._handler_failures: Counter[int] = Counter()
        self._busy_with = ""
        self._running: _Thread | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    # From any thread.

    def on(self, types: tuple[str, ...], handler: Handler) -> None:
        with self._condition:
            for type_ in types:
                # Replaced, not changed: the thread may be walking through the old one.
                self._handlers[type_] = [*self._handlers.get(type_, ()), handler]

    def request_draw(self) -> None:
        with self._condition:
            self._draw_wanted = True
            self._condition.notify()

    @property
    def owes_draw(self) -> bool:
        """Whether a draw that was asked for has neither returned nor failed."""
        return self.expects_picture or self.animates or self._is_asked

    @property
    def draw_pending(self) -> bool:
        """The same, but for an animation: its draws nobody asked for."""
        return self.expects_picture or (self._mode == "ondemand" and self._is_asked)

    @property
    def _is_asked(self) -> bool:
        with self._condition:
            return self.draw is not None and (self._draw_wanted or self._is_drawing)

    def attention_changed(self) -> None:
        with self._condition:
            self._condition.notify()
        self._tell_waiting(frozenset())

    @property
    def wants_presented(self) -> bool:
        """Whether somebody handles "presented": a handler of all types does not."""
        return PRESENTED in self._handlers

    def take_events(self, events: list[ProgramEvent]) -> None:
        """Events with a handler go to it, the others wait for `waiting_events`.

        A program that is notified takes all of them by itself: a handler beside that takes none away from it.
        """
        waiting = set()
        with self._condition:
            for event in events:
                is_handled = any(type_ in self._handlers for type_ in _names(event))
                if is_handled:
                    self._buffer.put(event)
                if not is_handled or (self.notify is not None and event["type"] != PRESENTED):
                    self._waiting.put(event)
                    waiting.add(event["type"])
            self._condition.notify()
        if waiting:
            self._tell_waiting(frozenset(waiting))

    def _tell_waiting(self, types: frozenset[str]) -> None:
        if self.notify is not None:
            self.notify(types)

    def probe_by(self, probe: Probe) -> None:
        """Have this function answer from now on."""
        with self._condition:
            self._probing.probe = probe

    def ask(self, question: Question) -> None:
        with self._condition:
            self._probing.ask(question)
            self._condition.notify()

    def handed_over(self, began: float, time: float) -> None:
        """The program's own loop handed over at `time` what it began to draw at `began`."""
        self.beat.handed_over(began, time)

    def shown(self, picture: Shown) -> None:
        """A picture came onto the screen of the viewer who steers: draws are timed to that display."""
        self.beat.shown(picture)

    def waiting_events(self) -> list[ProgramEvent]:
        with self._condition:
            events = self._waiting.drain()
        for event in events:
            self.taken.take(event)
        return events

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start the thread, if it does not run; `loop` runs the handlers that are coroutine functions."""
        if self._running is None:
            self._running = _Thread(self, self._condition, loop)
            self._running.start()

    def halt(self) -> _Thread | None:
        """Tell the thread to stop after what it is doing. Returns it, None where there is none."""
        running, self._running = self._running, None
        if running is not None:
            running.stop()
        return running

    async def stop(self) -> None:
        """Stop the thread, wait for it up to a second, and cancel the handlers that still run."""
        running = self.halt()
        if running is None:
            return
        await asyncio.to_thread(running.join, JOIN_TIMEOUT)
        if running.is_alive():
            logger.warning(
                "%s has not returned for %g s; its thread is left behind.",
                self._busy_with,
                JOIN_TIMEOUT,
            )
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # On the canvas's thread.

    def next_work(self) -> Callable[[], None] | float | None:
        """What to do now, or the seconds to wait, or None to wait until told. Called with the condition held."""
        if (handling := self.next_handling()) is not None:
            return handling
        draw = self._next_draw_or_pause()
        question = self._probing.next(draw_due=callable(draw))
        return draw if question is None else lambda: self._probe(question)

    def _next_draw_or_pause(self) -> Callable[[], None] | float | None:
        if self.draw is None or not self._stage.watchers:
            return None
        if not (self._draw_wanted or self._draw_failures or self._mode == "continuous"):
            return None
        pause = self.beat.pause(time.monotonic())
        return pause if pause > 0 else self._draw

    def next_handling(self) -> Callable[[], None] | None:
        """The handling of the events that have come; None without any. Called with the condition held."""
        events = self._buffer.drain()
        return (lambda: self._handle(events)) if events else None

    def _draw(self) -> None:
        draw = self.draw
        if draw is None:
            return
        with self._condition:
            self._draw_wanted, self._is_drawing = False, True
        now = time.monotonic()
        self.beat.start(now)
        size = self._stage.size
        request = DrawRequest(size.physical, size.logical, size.pixel_ratio, now, self._index)
        self._index += 1
        inputs = self.taken.newest
        self._busy_with = f"The draw function {_name(draw)}"
        try:
            array = draw(request)
            if array is not None:
                handed_over = time.monotonic()
                self._present(array, request, handed_over, inputs)
                self.beat.handed_over(now, handed_over)
        except BaseException as error:  # SystemExit too: it would only end this thread
            self._draw_failed(error)
        else:
            if self._draw_failures:
                self._draw_failures = 0
                self._stage.latch(draw_failed=False)
            self._time_next_draw(now)
        finally:
            self._is_drawing = False
            self._stage.rest()

    def _time_next_draw(self, last: float) -> None:
        """Move the next draw to where its picture waits least for the display, where it is known to be wanted."""
        if self._draw_wanted or self._mode == "continuous":
            self.beat.aim(last, time.monotonic())

    def _draw_failed(self, error: BaseException) -> None:
        with self._condition:
            # It is tried again in any case: who asked meanwhile, as it may have itself, has it by that.
            self._draw_wanted = False
        pause = RETRY_AFTER[min(self._draw_failures, len(RETRY_AFTER) - 1)]
        self._draw_failures += 1
        if self._draw_failures == 1:
            logger.exception("The draw failed; the last picture stays.")
        else:
            # Not always for the same reason.
            logger.error(
                "The draw failed again (%d times in a row): %r", self._draw_failures, error
            )
        self._stage.latch(draw_failed=True)
        self.beat.postpone(time.monotonic() + pause)

    def _probe(self, question: Question) -> None:
        self._busy_with = f"The probe {_name(self._probing.probe)}"
        self._probing.put(question)

    def _handle(self, events: list[ProgramEvent]) -> None:
        for event in events:
            for type_ in _names(event):
                for handler in self._handlers.get(type_, ()):
                    self._call(handler, event)

    def _call(self, handler: Handler, event: ProgramEvent) -> None:
        self._busy_with = f"The handler {_name(handler)}"
        # asyncio copies the context: what a coroutine shows, here or on the server's loop, is an answer too.
        with handling(event):
            try:
                # Each handler has its own dict: one that writes to it disturbs no other.
                result = handler(dict(event))
            except BaseException as error:  # as for draws
                self._handler_failed(handler, error)
                return
            if inspect.iscoroutine(result):
                self._start_async(handler, event, run_here(result))
            else:
                self._handled(event)

    def _handled(self, event: ProgramEvent) -> None:
        """A handler has done what it does for the event."""
        if self.notify is None:  # or the program has yet to take it
            self.taken.take(event)
        if event["type"] != PRESENTED:  # or each picture would cause the next
            self.request_draw()

    def _start_async(
        self, handler: Handler, event: ProgramEvent, coroutine: Coroutine[Any, Any, object]
    ) -> None:
        running = self._running
        if running is None:
            coroutine.close()
            return

        async def run() -> None:
            try:
                await coroutine
            except (Exception, SystemExit) as error:
                # asyncio would let the latter end the event loop, and the server with it.
                self._handler_failed(handler, error)
            else:
                self._handled(event)

        def start() -> None:
            task = running.loop.create_task(run())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        running.loop.call_soon_threadsafe(start)

    def _handler_failed(self, handler: Handler, error: BaseException) -> None:
        self._handler_failures[id(handler)] += 1
        name, failures = _name(handler), self._handler_failures[id(handler)]
        if failures == 1:
            logger.exception("The handler %s failed.", name)
        else:
            logger.error("The handler %s failed again (%d times): %r", name, failures, error)


def _names(event: ProgramEvent) -> tuple[str, ...]:
    """What handlers of this event are registered for. "*" leaves out what comes with each picture."""
    type_ = event["type"]
    return (type_,) if type_ == PRESENTED else (type_, "*")


def _name(function: object) -> str:
    return str(getattr(function, "__qualname__", repr(function)))


class _Thread(threading.Thread):
    """Waits without holding the drawing that it works for."""

    def __init__(
        self, drawing: Drawing, condition: threading.Condition, loop: asyncio.AbstractEventLoop
    ) -> None:
        super().__init__(name="rtc_canvas drawing", daemon=True)
        self.loop = loop
        self._drawing = weakref.ref(drawing, lambda _: self.stop())
        self._condition = condition
        self._stopped = False

    def stop(self) -> None:
        with self._condition:
            self._stopped = True
            self._condition.notify()

    def run(self) -> None:
        while (found := self._wait()) is not None:
            call_soon, work = found
            if call_soon is None:
                work()
            else:
                do_there(call_soon, work, is_stopped=lambda: self._stopped)
            # Work is bound to the drawing: holding it while waiting would keep that alive.
            del work, found

    def _wait(self) -> tuple[CallSoon | None, Callable[[], None]] | None:
        """What to do, and where."""
        with self._condition:
            while (drawing := self._drawing()) is not None:
                # The last events are handled after the stop too: among them are those that release what was held down.
                work = drawing.next_handling() if self._stopped else drawing.next_work()
                call_soon = drawing.call_soon
                del drawing
                if callable(work):
                    return call_soon, work
                if self._stopped:
                    return None
                self._condition.wait(work)
        return None
