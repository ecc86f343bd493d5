"""What rendercanvas expects of every backend: the life of loops and canvases, sizes, and both ways to draw."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rendercanvas

from rtc_canvas.rendercanvas import RtcLoop
from rtc_canvas.rendercanvas.canvas import RtcRenderCanvas

from .rendercanvas_canvases import backend, bitmaps, orange_by_gpu

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _any_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTC_CANVAS_OPTIONS", "--port 0")


def run_for(loop: RtcLoop) -> float:
    """Run a loop to its end; the seconds that it took."""
    began = time.monotonic()
    loop.run()
    return time.monotonic() - began


def is_gone(*references: weakref.ref[Any]) -> bool:
    gc.collect()
    return all(reference() is None for reference in references)


# Loops.


def test_a_loop_that_never_ran_goes() -> None:
    loop = weakref.ref(RtcLoop())
    assert is_gone(loop)


def test_a_loop_goes_with_its_canvas() -> None:
    kind, loop = backend()
    canvas = kind()
    canvas.close()
    references = weakref.ref(loop), weakref.ref(canvas)
    del kind, loop, canvas
    assert is_gone(*references)


def test_a_loop_that_ran_goes() -> None:
    kind, loop = backend()
    canvas = kind()
    loop.call_later(0.05, canvas.close)
    loop.run()
    references = weakref.ref(loop), weakref.ref(canvas)
    del kind, loop, canvas
    assert is_gone(*references)


def test_it_returns_soon_once_there_are_no_canvases() -> None:
    kind, loop = backend()
    canvas = kind()
    canvas.close()
    assert run_for(loop) < 0.3
    assert loop.get_canvases() == []


def test_it_knows_its_canvases() -> None:
    kind, loop = backend()
    one, other = kind(), kind()
    assert set(loop.get_canvases()) == {one, other}
    one.close()
    assert loop.get_canvases() == [other]
    other.close()
    loop.run()
    assert loop.get_canvases() == []


def test_without_canvases_it_returns_at_once_and_again() -> None:
    _, loop = backend()
    assert min(run_for(loop) for _ in range(3)) < 0.15


# The end.


def test_it_ends_with_its_last_canvas() -> None:
    kind, loop = backend()
    one, other = kind(), kind()
    loop.call_later(0.05, one.close)
    loop.call_later(0.1, other.close)
    loop.run()
    assert (one.get_closed(), other.get_closed()) == (True, True)


def test_it_is_stopped_and_closes_all_canvases() -> None:
    kind, loop = backend()
    one, other = kind(), kind()
    told: list[str] = []
    one.add_event_handler(lambda event: told.append(event["event_type"]), "close")
    loop.call_later(0.1, loop.stop)
    loop.run()
    assert (one.get_closed(), other.get_closed(), told) == (True, True, ["close"])


async def test_it_is_awaited() -> None:
    kind, loop = await asyncio.to_thread(backend)
    # As in a program that makes its canvas at import, before there is an event loop.
    canvas = await asyncio.to_thread(kind)
    loop.call_later(0.1, canvas.close)
    await loop.run_async()
    assert canvas.get_closed()


def test_it_ends_when_its_canvas_is_given_up() -> None:
    kind, loop = backend()
    held = [kind()]

    def give_up() -> None:
        held.clear()
        gc.collect()

    loop.call_later(0.1, give_up)
    assert run_for(loop) < 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it(number: signal.Signals) -> None:
    kind, loop = backend()
    canvas = kind()
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    loop.call_later(0.1, os.kill, os.getpid(), number)
    assert run_for(loop) < 2
    assert canvas.get_closed()
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_it_runs_again_with_other_canvases() -> None:
    kind, loop = backend()
    for _ in range(2):
        canvas = kind()
        loop.call_later(0.2, canvas.close)
        loop.run()
        assert canvas.get_closed()


def test_nobody_holds_canvases_that_were_closed() -> None:
    kind, loop = backend()
    canvases = [kind(), kind()]
    loop.call_later(0.05, canvases[0].close)
    loop.call_later(0.1, canvases[1].close)
    loop.run()
    references = [weakref.ref(canvas) for canvas in canvases]
    del canvases
    assert is_gone(*references)


def test_a_canvas_may_be_closed_twice() -> None:
    kind, _ = backend()
    canvas = kind()
    canvas.close()
    canvas.close()
    assert canvas.is_closed()


# Sizes.


def test_a_size_is_the_canvass_at_once() -> None:
    kind, _ = backend()
    canvas = kind(size=(640, 480))
    assert canvas.get_logical_size() == (640.0, 480.0)
    canvas.set_logical_size(700, 600)
    assert canvas.get_logical_size() == (700.0, 600.0)
    assert canvas.get_physical_size() == (700, 600)
    assert isinstance(canvas.get_pixel_ratio(), float)
    assert not canvas.get_closed()
    canvas.close()


def test_without_a_size_it_has_the_default() -> None:
    kind, _ = backend()
    canvas = kind(size=None, resizable=False)
    assert canvas.get_logical_size() == (640.0, 480.0)
    assert canvas.get_physical_size() == canvas.rtc.physical_size == (640, 480)
    canvas.close()


# Drawing.


@pytest.mark.parametrize("way", [bitmaps, orange_by_gpu])
@pytest.mark.usefixtures("gpu")
def test_what_is_drawn_is_the_canvass_picture(
    way: Callable[[RtcRenderCanvas], Callable[[], None]],
) -> None:
    kind, loop = backend()
    canvas = kind(size=(641, 481))
    canvas.request_draw(way(canvas))
    loop.call_later(0.5, canvas.close)
    loop.run()
    assert canvas.get_stats()["encoded_frames"] == 1
    reference = weakref.ref(canvas)
    del canvas
    assert is_gone(reference)


# What it has, by rendercanvas's own list.


def test_it_has_what_a_backend_must_have() -> None:
    methods = {
        name
        for kind in RtcRenderCanvas.__mro__
        for name in vars(kind)
        if name.startswith("_rc_") and callable(getattr(kind, name))
    }
    from rendercanvas.stub import StubRenderCanvas

    wanted = {name for name in vars(StubRenderCanvas) if name.startswith("_rc_")}
    assert wanted - {"_rc_canvas_group"} <= methods
    own = {name for name in vars(RtcRenderCanvas) if name.startswith("_rc_")}
    # Newer ones want no such method, older ones do.
    assert ("_rc_get_closed" in own) == (rendercanvas.version_info[:3] <= (2, 7, 2))


def test_pygfx_finds_the_loop_beside_the_class() -> None:
    from rtc_canvas.rendercanvas import RenderCanvas, loop

    assert sys.modules[RenderCanvas.__module__].loop is loop


@pytest.mark.parametrize(
    ("versions", "missing"),
    [
        ({}, "needs rendercanvas; install it with: pip install 'rtc_canvas[rendercanvas]'"),
        ({"rendercanvas": "2.6.3"}, "needs rendercanvas 2.7 or newer, got 2.6.3"),
        ({"rendercanvas": "2.7.2", "wgpu": "0.28.1"}, "needs wgpu 0.29 or newer"),
    ],
)
def test_what_is_missing_is_one_sentence(
    versions: dict[str, str], missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rtc_canvas.rendercanvas import requirements

    monkeypatch.setattr(requirements, "_version", versions.get)
    said = requirements.what_is_missing()
    assert said is not None
    assert missing in said
    assert "\n" not in said


def test_without_rendercanvas_the_import_says_what_to_install() -> None:
    program = (
        "import importlib.metadata as m\n"
        "def version(name): raise m.PackageNotFoundError(name)\n"
        "m.version = version\n"
        "import rtc_canvas.rendercanvas"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.stderr.splitlines()[-1] == (
        "ImportError: rtc_canvas.rendercanvas needs rendercanvas; "
        "install it with: pip install 'rtc_canvas[rendercanvas]'"
    )
