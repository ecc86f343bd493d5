"""RtcRenderCanvas: a rendercanvas that browsers show."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import rendercanvas
from rendercanvas.base import BaseCanvasGroup, BaseRenderCanvas
from rendercanvas.contexts import BaseContext, WgpuContext

from ..canvas import Canvas
from ..config import MAX_FPS, check_size
from ..exceptions import ConfigError
from .bitmap import fitted
from .events import EDGES, translated
from .loop import RtcLoop, loop
from .presenting import Presenting
from .statistics import Statistics
from .turns import ANIMATED, Mode, Turns

__all__ = ["RenderCanvas", "RtcCanvasGroup", "RtcRenderCanvas", "loop"]

# Of two looks that are less than so many seconds apart the earlier one is enough.
SAME_LOOK = 1e-4

# A draw that failed is tried again after so many seconds at the soonest, but for what answers a viewer.
RETRY_AFTER = 0.5

# `pygfx.show()` runs the `loop` of the module that a canvas's class is defined in.
assert loop is not None


class RtcCanvasGroup(BaseCanvasGroup):  # type: ignore[misc]
    """The canvases of this process."""


class RtcRenderCanvas(BaseRenderCanvas):  # type: ignore[misc]
    """A canvas of rendercanvas whose page any browser opens; each canvas has a page of its own.

    size: (width, height) in logical pixels until a viewer's window has another. None, the default, is (640, 480), and
        leaves the size to pages that were written for rendercanvas.http; those take a size that is given.
    max_fps: the most draws per second; default 60. What a viewer does is answered without waiting for the next tick.
    name: the canvas's place in the server's URL, `[a-z0-9][a-z0-9-]{0,62}`; default "main", then "canvas-2", ...
    resizable, max_pixel_ratio: as `rtc_canvas.Canvas` takes them.
    exact: as there; but True by default, as rendercanvas.http ends with lossless pixels too.
    draw_without_viewers: whether to draw while nobody looks; default False: then only the first picture is drawn,
        and one for each snapshot.
    The other keywords are those of rendercanvas.

    Raises:
        ConfigError: for a size, name or other setting that is not taken.
    """

    _rc_canvas_group = RtcCanvasGroup(loop)

    _closed = False
    _rtc: Canvas | None = None

    def __init__(
        self,
        *args: Any,
        size: tuple[float, float] | None = None,
        update_mode: Mode = "ondemand",
        max_fps: float = 60.0,
        name: str | None = None,
        resizable: bool = True,
        max_pixel_ratio: float = 2.0,
        exact: bool = True,
        draw_without_viewers: bool = False,
        **kwargs: Any,
    ) -> None:
        # First, as these look at what is given; the base class registers the canvas, which then runs and is held.
        rtc = Canvas(
            _size(size),
            resizable=resizable,
            max_pixel_ratio=max_pixel_ratio,
            exact=exact,
        )
        served_by = self._served_by
        if served_by is not None and name is not None:
            served_by.check_name(name)
        super().__init__(*args, size=size, update_mode=update_mode, max_fps=max_fps, **kwargs)
        self._rtc = rtc
        self._name = name
        self._draw_without_viewers = draw_without_viewers
        self._has_drawn = False
        self._began = self._retry_at = 0.0
        self._turns = Turns(update_mode)
        self._presenting = Presenting(_Weakly(self._look_soon))
        self._max_fps = max_fps
        self._looks_soon = False
        self._wakes: set[float] = set()
        self._statistics = Statistics(lambda: rtc.peers)
        self._keep_to(update_mode, max_fps)
        self._watch(rtc)
        self._take_size()
        self._final_canvas_init()
        if served_by is not None:
            self._name = served_by.serve(rtc, name)

    @property
    def _served_by(self) -> RtcLoop | None:
        """Its loop, where that is ours."""
        loop = self._rc_canvas_group.get_loop()
        return loop if isinstance(loop, RtcLoop) else None

    @property
    def rtc(self) -> Canvas:
        """The canvas behind this one: its viewers, probes, exact pixels, `settled()`."""
        assert self._rtc is not None, "set by __init__"
        return self._rtc

    @property
    def name(self) -> str | None:
        """Its place in the server's URL; None until it has one."""
        return self._name

    # What programs may ask of it, beside what all rendercanvases have.

    def get_stats(self) -> dict[str, Any]:
        """What was measured since the canvas was made, or since `reset_stats()`. Times are seconds; 0 without any.

        * encoded_frames: pictures that the program drew.
        * sent_frames: video frames that went to the viewers, all together, with those who have left.
        * confirmed_frames: pictures that came onto the screen of the viewer who steers.
        * encoding: converting and encoding one frame, in the mean.
        * roundtrip: from a picture's hand-over until it is on that screen, in the mean; roundtrip_p50, roundtrip_p95.
        * fps: pictures a second on that screen, from the first of them to the last.
        * bytes: sent to the viewers, with those who have left.
        * peers: the figures of each viewer who is there, those of `PeerStats`, since they joined.
        """
        return self._statistics.figures()

    def reset_stats(self) -> None:
        """Measure anew from the next picture on."""
        self._statistics.reset()

    def set_css_width(self, css_width: str | None) -> None:
        """Set how wide the element is that shows the canvas in each page, such as "100%" or "640px".

        None leaves that to the page, as a later `set_logical_size()` does. Where the viewer who steers has another
        size by it, so has the canvas.

        Raises:
            ConfigError: for anything else but a string.
        """
        self.rtc.css_size = (css_width, self.rtc.css_size[1])

    def set_css_height(self, css_height: str | None) -> None:
        """Set how high it is; see `set_css_width()`."""
        self.rtc.css_size = (self.rtc.css_size[0], css_height)

    def set_logical_size(self, width: float, height: float) -> None:
        """See `BaseRenderCanvas.set_logical_size`.

        Raises:
            ConfigError: for anything but two numbers of 1 to 16384.
        """
        size = _size((width, height))
        # First, as the base class has other words for some of them.
        check_size(size)
        super().set_logical_size(*size)

    def is_closed(self) -> bool:
        """Whether the canvas is closed, as `get_closed()` tells."""
        return self._closed

    # When to draw.

    def get_context(self, context_type: str | type) -> BaseContext:
        """See `BaseRenderCanvas.get_context`."""
        is_new = self._canvas_context is None
        context = super().get_context(context_type)
        if is_new:
            self._presenting.listen(context)
        return context

    def set_update_mode(
        self, update_mode: Mode, *, min_fps: float | None = None, max_fps: float | None = None
    ) -> None:
        """See `BaseRenderCanvas.set_update_mode`."""
        super().set_update_mode(update_mode, min_fps=min_fps, max_fps=max_fps)
        self._keep_to(update_mode, max_fps)
        self._look_soon()

    def request_draw(self, draw_function: Callable[[], None] | None = None) -> Any:
        """See `BaseRenderCanvas.request_draw`."""
        super().request_draw(draw_function and self._watched(draw_function))
        self._turns.want()
        self.rtc.expects_picture = self._turns.owes_picture
        self._look_soon()

    def force_draw(self) -> None:
        """See `BaseRenderCanvas.force_draw`."""
        self._began = time.monotonic()
        super().force_draw()

    def submit_event(self, event: dict[str, Any]) -> None:
        """See `BaseRenderCanvas.submit_event`."""
        super().submit_event(event)
        self._turns.arrive(edge=event["event_type"] in EDGES)
        self._look_soon()

    def _keep_to(self, mode: Mode, max_fps: float | None) -> None:
        self._turns.mode = mode
        self.rtc.animates = mode in ANIMATED
        if max_fps is not None:
            self._max_fps = min(max_fps, MAX_FPS)
        own = MAX_FPS if mode == "fastest" else self._max_fps
        given = None if self._served_by is None else self._served_by.fps
        self.rtc.fps = own if given is None else given

    def _watch(self, rtc: Canvas) -> None:
        """Be told by the canvas behind this one, without being held by it."""
        rtc.notify(_Weakly(self._arrived))
        rtc.handle_by(partial(_call_soon, self._rc_canvas_group))
        rtc.on("presented")(_Weakly(self._presented))

    def _presented(self, event: dict[str, Any]) -> None:
        if event["peer"].steering:
            shown = event["shown"]
            took = None if shown is None else shown - event["render_time"]
            self._statistics.shown(time.monotonic(), took)

    def _arrived(self, types: frozenset[str]) -> None:
        if types:
            self._turns.arrive(edge=not types.isdisjoint(EDGES))
        self._look_soon()

    def _look_soon(self) -> None:
        """Have the loop look what is to be done, from any thread; it need not run yet."""
        if self._looks_soon:
            return
        # First, as the loop may be faster than this thread.
        self._looks_soon = True
        try:
            _call_soon(self._rc_canvas_group, _Weakly(self._look))
        except RuntimeError:
            self._looks_soon = False

    def _look_in(self, seconds: float, now: float) -> None:
        """Look again after a while, or sooner: a loop forgets no timer, so none begins where one that runs will do."""
        at = now + seconds
        # What should have come by now may have gone with the event loop that it was begun on.
        self._wakes = {wake for wake in self._wakes if wake > now}
        if all(wake > at + SAME_LOOK for wake in self._wakes):
            self._wakes.add(at)
            self._rc_canvas_group.get_loop().call_later(seconds, _Weakly(self._wake), at)

    def _wake(self, at: float) -> None:
        self._wakes.discard(at)
        self._look()

    def _look(self) -> None:
        """Do what there is to do now."""
        self._looks_soon = False
        while not self._closed:
            now = time.monotonic()
            pause = self.rtc.beat.pause(now)
            turn = self._turns.next(
                pause,
                watched=self._is_watched(),
                patience=self._presenting.patience(now),
                retry=self._retry_at - now,
            )
            if turn == "draw":
                self._draw(now)
            elif turn == "handle":
                if pause <= 0:
                    self.rtc.beat.start(now)
                self._take_events()
                self._process_events()
            else:
                if turn is not None:
                    self._look_in(turn, now)
                break
        if self.rtc.expects_picture != self._turns.owes_picture:
            self.rtc.expects_picture = self._turns.owes_picture

    def _is_watched(self) -> bool:
        return self.rtc.wants_frame or self._draw_without_viewers or not self._has_drawn

    def _draw(self, now: float) -> None:
        if self.rtc.beat.pause(now) <= 0:
            self.rtc.beat.start(now)
        self._take_events()
        self._began = now
        self._turns.begin()
        self._presenting.forget()
        self._time_to_draw()
        if self._turns.draws_again:
            self.rtc.beat.aim(now, time.monotonic())

    def _watched(self, draw: Callable[[], None]) -> Callable[[], None]:
        """The same, but its canvas learns whether it failed: rendercanvas logs that, and tells its backend nothing."""
        succeeded, failed = _Weakly(self._draw_succeeded), _Weakly(self._draw_failed)

        @wraps(draw)
        def watched() -> None:
            try:
                draw()
            except Exception as error:
                if type(error).__name__ != "DrawCancelled":
                    failed()
                raise
            succeeded()

        return watched

    def _draw_failed(self) -> None:
        self._retry_at = time.monotonic() + RETRY_AFTER
        self.rtc.draw_failed = True

    def _draw_succeeded(self) -> None:
        self._retry_at = 0.0
        self.rtc.draw_failed = False

    def _take_events(self) -> None:
        """Give rendercanvas the viewer's events, which it hands to handlers before the next draw begins."""
        # First, as the server's thread may add one meanwhile.
        self._turns.handle()
        ahead = time.perf_counter() - time.monotonic()
        for event in self.rtc.events():
            if event["type"] == "resize":
                self._take_size()
            elif event["type"] == "join":
                self._statistics.joined(event["peer"])
            elif event["type"] == "leave":
                self._statistics.left(event["peer"])
            elif (given := translated(event, ahead)) is not None:
                super().submit_event(given)

    def _take_size(self) -> None:
        rtc = self.rtc
        self._size_info.set_physical_size(*rtc.physical_size, rtc.pixel_ratio)
        self._turns.resize()

    # What rendercanvas asks of a backend.

    def _rc_gui_poll(self) -> None:
        """Events are taken when it is their turn."""

    def _rc_get_present_info(self, present_methods: list[str]) -> dict[str, Any] | None:
        if "bitmap" not in present_methods:
            return None
        return {"method": "bitmap", "formats": ["rgba-u8", "i-u8"]}

    def _rc_request_draw(self) -> None:
        self._turns.ask()
        self._look()

    def _rc_request_paint(self) -> None:
        """The browsers do that."""

    def _rc_force_paint(self) -> None:
        """As above; the picture was handed over already."""

    def _rc_present_bitmap(self, *, data: Any, format: str, **kwargs: Any) -> None:
        # wgpu's pixels are copied out of the GPU's memory for us; any other array is the program's own.
        is_ours = isinstance(self._canvas_context, WgpuContext)
        picture = fitted(data, (0, 0) if is_ours else self.rtc.physical_size)
        self.rtc.push(picture, copy=picture is data and not is_ours, began=self._began)
        self._has_drawn = True
        self._statistics.picture()
        self._look_soon()

    def _rc_set_logical_size(self, width: float, height: float) -> None:
        self.rtc.size = (width, height)
        # What is said last counts.
        self.rtc.css_size = (None, None)
        self._take_size()
        self._look_soon()

    def _rc_close(self) -> None:
        if not self._closed:
            self._closed = True
            if self._served_by is not None and self._rtc is not None:
                self._served_by.withdraw(self._rtc)

    if rendercanvas.version_info[:3] <= (2, 7, 2):
        # Later ones know by themselves, and want no such method.
        def _rc_get_closed(self) -> bool:
            return self._closed

    def _rc_set_title(self, title: str) -> None:
        self.rtc.title = title

    def _rc_set_cursor(self, cursor: str) -> None:
        self.rtc.cursor = cursor


def _size(given: Any) -> tuple[float, float]:
    """The size that a program gave, of whatever numbers; None is the default. Raises a ConfigError for what is none."""
    try:
        width, height = (640, 480) if given is None else given
        return float(width), float(height)
    except (TypeError, ValueError):
        raise ConfigError(f"size must be (width, height), got {given!r:.80}.") from None


def _call_soon(group: BaseCanvasGroup, function: Callable[[], None]) -> None:
    """Have a function called on the thread of a group's loop. Raises RuntimeError while that does not run."""
    try:
        group.get_loop().call_soon_threadsafe(function)
    except AttributeError:  # what one says that has not begun, or has ended
        raise RuntimeError("The loop does not run.") from None


class _Weakly:
    """Calls a canvas's method as long as somebody else holds the canvas."""

    def __init__(self, method: Callable[..., object]) -> None:
        self._method = weakref.WeakMethod(method)

    def __call__(self, *arguments: Any) -> None:
        method = self._method()
        if method is not None:
            method(*arguments)


RenderCanvas = RtcRenderCanvas
