"""Canvas: what programs draw on."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar, overload

import numpy as np

from .audience import Audience
from .config import CanvasConfig, check_css_length
from .control import ROLES, Role
from .events import EVENT_TYPES, ProgramEvent
from .exceptions import ConfigError, ServeError
from .peers.peer import Peer
from .program.beat import Beat
from .program.drawing import Draw, Drawing, DrawRequest, Handler, Mode, Notify
from .program.probe import Probe
from .program.program_thread import CallSoon
from .program.stage import Latched, Size, Stage
from .settled import Settled
from .video.picture import ChannelOrder, Picture, Pixels, check_pixels
from .video.same_pixels import same_pixels

__all__ = ["Canvas"]

_DrawT = TypeVar("_DrawT", bound=Draw)
_HandlerT = TypeVar("_HandlerT", bound=Handler)
_ProbeT = TypeVar("_ProbeT", bound=Probe)
_NotifyT = TypeVar("_NotifyT", bound=Notify)

AUDIENCE_EVENTS = ("away", "back", "control", "join", "leave", "presented")


class Canvas:
    """A picture that browsers show, and the input that comes back from them.

    Draw either by a function that is called when a frame is wanted (`draw`), or by handing over arrays (`push`).
    Every method may be called from any thread and takes effect without waiting.

    size: (width, height) in logical pixels, the coordinates of events; default (640, 480). A viewer's window may
        resize it.
    fps: the most draws per second, 1 to 240; default 60.
    mode: "ondemand" (default) draws after `request_draw()`, a handled event, a resize and a join; "continuous" draws
        at `fps` as long as somebody looks. Without viewers, both draw for each snapshot.
    title: what the page is called.
    format: the order of the colour channels in arrays, "rgb" (default) or "bgr".
    resizable: whether the steering viewer's window sets the size; otherwise it only scales the picture. Default True.
    max_pixel_ratio: the most physical pixels per logical one, for windows on dense screens; default 2.
    exact: whether a picture that has not changed for 0.25 s is shown with its very pixels, byte for byte, in place of
        its video; default False. A viewer may choose otherwise.

    Raises:
        ConfigError: for a setting that is not taken.
    """

    def __init__(
        self,
        size: tuple[float, float] = (640, 480),
        *,
        fps: float = 60,
        mode: Mode = "ondemand",
        title: str = "rtc_canvas",
        format: ChannelOrder = "rgb",
        resizable: bool = True,
        max_pixel_ratio: float = 2.0,
        exact: bool = False,
    ) -> None:
        config = CanvasConfig(size, fps, mode, title, format, resizable, max_pixel_ratio, exact)
        self._config = config
        self._format = config.format
        self._stage = Stage(
            Size(config.size),
            Latched(title=config.title),
            resizable=config.resizable,
            max_pixel_ratio=config.max_pixel_ratio,
            exact=config.exact,
        )
        self._drawing = Drawing(self._stage, self._present, mode=config.mode, fps=config.fps)
        self._stage.listener = self._drawing
        self._numbers = itertools.count(1)
        self._audience: Audience | None = None
        self._tracks = 0

    # Pictures.

    def draw(self, function: _DrawT) -> _DrawT:
        """Decorator: have `function(request)` called when a frame is wanted, always on the canvas's own thread.

        It gets a `DrawRequest` and returns an array of the shapes that `push` takes, or None for nothing new. The
        array is taken before the next draw or handler runs, so the function may use it again.
        """
        self._drawing.draw = function
        self._drawing.request_draw()
        return function

    def request_draw(self) -> None:
        """Have the draw function called once soon; many requests before that are one."""
        self._drawing.request_draw()

    @property
    def fps(self) -> float:
        """The most draws per second; a new rate holds from the next draw on.

        Raises:
            ConfigError: when set to anything but 1 to 240.
        """
        return self._config.fps

    @fps.setter
    def fps(self, fps: float) -> None:
        self._config = replace(self._config, fps=fps)
        self._drawing.beat.interval = 1 / fps

    def push(
        self, array: Pixels, *, id: object = None, copy: bool = True, began: float | None = None
    ) -> None:
        """Show an array. Never waits; a picture that has not been sent yet is replaced.

        One that equals the picture before it, alpha aside, costs a comparison here; nothing is encoded or sent for it.

        array: (h, w), (h, w, 1), (h, w, 3) or (h, w, 4) uint8 with sides of 16 to 4096 pixels, contiguous or not;
            alpha is ignored. It may have another size than the one before.
        id: the program's own name for the picture.
        copy: False promises that the array is never written to again. Where that is broken, a change may show in
            parts, or not at all: the array handed over once more is taken for the same picture.
        began: when its drawing began, seconds of `time.monotonic()`, for programs that go by `beat`.

        Raises:
            PictureError: for any other array.
        """
        inputs = self._drawing.taken.newest
        handed_over = time.monotonic()
        self._show(array, self._stage.size.logical, id, handed_over, inputs, copy=copy)
        if began is not None:
            self._drawing.handed_over(began, handed_over)

    def _present(
        self, array: Any, request: DrawRequest, handed_over: float, inputs: Mapping[str, int]
    ) -> None:
        self._show(array, request.logical_size, request.index, handed_over, inputs, copy=True)

    def _show(
        self,
        array: Any,
        logical: tuple[float, float],
        id: object,
        handed_over: float,
        inputs: Mapping[str, int],
        *,
        copy: bool,
    ) -> None:
        pixels = check_pixels(array)
        if copy and not pixels.flags.c_contiguous:
            # Compared as the copy that it becomes: other layouts are slow to compare.
            pixels, copy = np.array(pixels, order="C"), False
        newest = self._stage.newest
        if (
            newest is not None
            and newest.logical_size == logical
            and same_pixels(newest.pixels, pixels)
        ):
            number = next(self._numbers)
            again = replace(newest, number=number, render_time=handed_over, id=id, inputs=inputs)
            if self._stage.show(again, after=newest):
                return
            # Another thread was quicker. To compare with its picture, and the next, might never end: this is a new one.
        if copy:
            pixels = np.array(pixels, order="C")
        number = next(self._numbers)
        picture = Picture(number, pixels, self._format, handed_over, logical, id, inputs=inputs)
        self._stage.show(picture)

    @property
    def wants_frame(self) -> bool:
        """Whether a picture pushed now would be seen: False while no page is shown, nor a snapshot waits for a draw."""
        return self._stage.watchers > 0

    @property
    def has_viewers(self) -> bool:
        """Whether anybody is connected whose page is shown, or a snapshot waits for a draw."""
        return self._stage.watchers > 0

    # Input.

    def on(self, *types: str) -> Callable[[_HandlerT], _HandlerT]:
        """Decorator: have `handler(event)` called for events of these types, on the canvas's thread.

        types: those of input ("pointer_move", "key_down", ...), "resize", "join", "leave", "away", "back", "control",
            "presented", or "*" for all but that last one. A coroutine function is started on the event loop instead, in
            the order of the events.

        "away" tells that nothing gets through to a peer any more, "back" that it does again; a peer that is away for
        60 s leaves. What it held down is released, and control passes on.

        "presented" tells once for each picture and peer that it came onto that peer's screen: `peer`, `picture` (its
        number), `id`, `render_time` and `shown` (seconds of `time.monotonic()`; `shown` is None while the page's clock
        is not known). It causes no draw. There is none for a picture that equals the one before it, nor for browsers
        without requestVideoFrameCallback.

        Raises:
            ConfigError: for a type that does not exist.
        """
        known = {*EVENT_TYPES, *AUDIENCE_EVENTS, "*"}
        for type_ in types:
            if type_ not in known:
                raise ConfigError(
                    f"There is no event type {type_!r}; there are {', '.join(sorted(known))}."
                )
        if not types:
            raise ConfigError("on() takes one event type or more, got none.")

        def register(handler: _HandlerT) -> _HandlerT:
            self._drawing.on(types, handler)
            return handler

        return register

    def events(self) -> list[ProgramEvent]:
        """Take the events that have come and that no handler is registered for, oldest first; with `notify`, all but
        "presented", whoever handles them too.

        At most 1024 wait, merged where that loses nothing; past that, moves are dropped first.
        """
        return self._drawing.waiting_events()

    # For programs that have a loop of their own, and draw and handle events on it.

    def notify(self, function: _NotifyT) -> _NotifyT:
        """Decorator: have `function(types)` called when events wait for `events()`, which has all from then on.

        types: a frozenset of the types of those that have just come; empty where only `wants_frame` may have changed.

        It runs on the event loop that serves the canvas and must return at once, having told the program's own loop.
        """
        self._drawing.notify = function
        return function

    def handle_by(self, call_soon: CallSoon) -> None:
        """Have handlers, probes and draws called on the thread of the program's own loop, not on one of the canvas's.

        call_soon: has a function called there soon, and may itself be called from any thread, such as
            `loop.call_soon_threadsafe` of an asyncio loop that runs. It has to raise RuntimeError while nothing runs
            there: then they are called on the canvas's thread. What it takes and does not call holds up the canvas.
            Where the loop is asyncio's, coroutine functions run on it, too.
        """
        self._drawing.call_soon = call_soon

    @property
    def expects_picture(self) -> bool:
        """Whether the program's own loop is about to push a picture that was asked for: `settled()` waits for that."""
        return self._drawing.expects_picture

    @expects_picture.setter
    def expects_picture(self, expected: bool) -> None:
        self._drawing.expects_picture = expected
        if not expected:
            self._stage.rest()

    @property
    def animates(self) -> bool:
        """Whether the program's own loop pushes picture after picture while somebody looks: snapshots wait for one."""
        return self._drawing.animates

    @animates.setter
    def animates(self, animates: bool) -> None:
        self._drawing.animates = animates

    @property
    def beat(self) -> Beat:
        """When draws begin that the program makes by itself: at most `fps` a second, and timed to the display of the
        viewer who steers, where pictures are pushed with `began=`.
        """
        return self._drawing.beat

    # What is under the pointer.

    @overload
    def probe(self, function: _ProbeT) -> _ProbeT: ...

    @overload
    def probe(self, *, role: Role = "viewer") -> Callable[[_ProbeT], _ProbeT]: ...

    def probe(
        self, function: _ProbeT | None = None, *, role: Role = "viewer"
    ) -> _ProbeT | Callable[[_ProbeT], _ProbeT]:
        """Decorator: have `function(request)` tell what lies at a point of a picture, for viewers that ask.

        It gets a `ProbeRequest`, on the canvas's thread, never beside a draw or a handler, and returns a number, a
        string, a bool, None, or a small list or dict of those; numpy's scalars and arrays count as such. A coroutine
        function runs on the event loop. An answer that takes longer than 2 s is not waited for.

        Viewers ask about the picture on their screen, which is not always the newest: keep what you need to answer
        for those of the last three seconds, by `request.id`. (It may be that old where nothing but the id changed.)

        role: who may ask: "viewer" (default) is everybody, "operator" who may steer, "admin" who decides about others.

        Raises:
            ConfigError: for a role that does not exist, and for what is no function.
        """
        if role not in ROLES:
            raise ConfigError(f"role must be one of {', '.join(ROLES)}, got {role!r}.")

        def register(function: _ProbeT) -> _ProbeT:
            if not callable(function):
                raise ConfigError(
                    f"probe() takes a function, got {function!r}; a role is given as role=..."
                )
            self._drawing.probe_by(function)
            self._stage.latch(probe=role)
            return function

        return register if function is None else register(function)

    # What the page shows.

    @property
    def size(self) -> tuple[float, float]:
        """(width, height) in logical pixels: the range of the coordinates in events.

        One that is set holds until the steering viewer's window has another. Pages are told of it; those in the frame
        of rendercanvas.http take it for their element, and ours go on filling their window.

        Raises:
            ConfigError: when set to anything but two numbers of 1 to 16384.
        """
        return self._stage.size.logical

    @size.setter
    def size(self, size: tuple[float, float]) -> None:
        self._config = replace(self._config, size=size)
        width, height = size
        wanted = self._stage.latched.wanted_size
        if wanted is None or not self._stage.size.logical == wanted[:2] == (width, height):
            times = 1 if wanted is None else wanted[2] + 1
            self._stage.latch(wanted_size=(width, height, times))
        self._stage.size = replace(self._stage.size, logical=(width, height))

    @property
    def physical_size(self) -> tuple[int, int]:
        """(width, height) in physical pixels: what a picture should have to be sharp."""
        return self._stage.size.physical

    @property
    def pixel_ratio(self) -> float:
        """Physical pixels per logical pixel."""
        return self._stage.size.pixel_ratio

    @property
    def title(self) -> str:
        """What the page is called."""
        return self._stage.latched.title

    @title.setter
    def title(self, title: str) -> None:
        self._stage.latch(title=str(title))

    @property
    def cursor(self) -> str:
        """The CSS keyword of the pointer over the picture, such as "crosshair" or "none"."""
        return self._stage.latched.cursor

    @cursor.setter
    def cursor(self, cursor: str) -> None:
        self._stage.latch(cursor=str(cursor))

    @property
    def draw_failed(self) -> bool:
        """Whether the newest draw failed: every page says so. Programs that draw by a loop of their own set it."""
        return self._stage.latched.draw_failed

    @draw_failed.setter
    def draw_failed(self, failed: bool) -> None:
        self._stage.latch(draw_failed=failed)

    @property
    def css_size(self) -> tuple[str | None, str | None]:
        """(width, height) of the element that shows the picture in each page, in CSS, such as ("100%", "480px"). None,
        as at first, is what the page says: all of the window in our own.

        Raises:
            ConfigError: when set to anything but two of None or a string.
        """
        return self._stage.latched.css_size

    @css_size.setter
    def css_size(self, css_size: tuple[str | None, str | None]) -> None:
        width, height = css_size
        check_css_length(width)
        check_css_length(height)
        self._stage.latch(css_size=(width, height))

    @property
    def peers(self) -> tuple[Peer, ...]:
        """The viewers that are there or away, in the order of joining."""
        return () if self._audience is None else self._audience.peers

    def settled(self, peer: Peer | None = None) -> Settled:
        """Wait until the newest picture stands on screens in its final quality: `await canvas.settled()`, on whichever
        event loop, or `canvas.settled().wait(timeout)` in a thread.

        Final are the very pixels where they are wanted (see `exact`), once the page shows them; elsewhere the video,
        once it gains nothing any more. A draw that was asked for comes first; where it fails, the picture before it
        counts while it is tried again. Before the first picture nothing has settled, and pictures that go on changing
        never do. On a narrow link a picture gains quality for some seconds. A page that has just come counts from when
        it tells that it shows the picture, and whether it wants the very pixels; one that tells nothing for 5 s is
        taken to show what it was sent.

        peer: the viewer whose screen counts; all viewers' by default. One whose page is hidden, or who leaves, is
            waited for no longer. Without anybody left, and while the canvas is not served, it has settled already.

        Raises:
            ServeError: when awaited, as soon as the canvas is served no longer.
        """
        if self._audience is None:
            settled = Settled(peer)
            settled.finish()
            return settled
        return self._audience.settled(peer)

    # For servers, on their event loop.

    def open_audience(self) -> Audience:
        """Take an audience and start the thread that draws. Called by the server that serves the canvas.

        Raises:
            ServeError: when another server does that already.
        """
        if self._audience is not None:
            raise ServeError("The canvas is served already; close that server first.")
        self._audience = Audience(self._stage)
        self._drawing.start(asyncio.get_running_loop())
        return self._audience

    async def close_audience(self) -> None:
        """Stop drawing and let the audience go, whose peers have been ended. Called by the server."""
        self._audience = None
        if not self._tracks:
            await self._drawing.stop()

    # For tracks, on their event loop.

    def open_track(self, notify: Callable[[], None]) -> Stage:
        """Let a track watch: `notify` is called, from any thread, when there is a new picture."""
        self._tracks += 1
        self._stage.watch(notify, 1)
        self._drawing.start(asyncio.get_running_loop())
        self._drawing.request_draw()
        return self._stage

    def close_track(self, notify: Callable[[], None]) -> None:
        """Let a track go."""
        self._tracks -= 1
        self._stage.unwatch(notify)
        if not self._tracks and self._audience is None:
            self._drawing.halt()
