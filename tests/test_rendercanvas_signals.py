"""Whose business signals are: the host's, where a rendercanvas program is a part of one, else the loop's."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import pytest
from aiohttp import ClientSession
from rendercanvas.base import BaseLoop
from rendercanvas.utils.asyncs import detect_current_async_lib

from rtc_canvas.rendercanvas import RtcLoop
from rtc_canvas.rendercanvas.compat import loop_task, require

from .command import ROOT
from .rendercanvas_canvases import canvas_class

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}

HOST = """
import asyncio, sys
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from rtc_canvas.rendercanvas import RenderCanvas, loop

canvas = RenderCanvas(size=(64, 48))
view = loop.asgi_app(open_access=True)

async def close(request):
    ended = asyncio.Event()

    async def watch():
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    loop.add_task(watch)
    canvas.close()
    await ended.wait()
    return PlainTextResponse("The loop has ended.")

app = Starlette(routes=[Mount("/view", view), Route("/close", close)], lifespan=view.lifespan)
uvicorn.run(app, fd=int(sys.argv[1]), log_level="warning")
"""


async def host_ended_by(number: signal.Signals, path: Path, *, closed: bool) -> tuple[int, str]:
    """The exit code and the log of a host that gets a signal while a canvas in it is used, or after it was closed."""
    (path / "host.py").write_text(HOST)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "host.py", str(listening.fileno())),
            cwd=path,
            env=ENVIRONMENT,
            stderr=asyncio.subprocess.PIPE,
            pass_fds=[listening.fileno()],
        )
    try:
        async with ClientSession() as http:
            for asked in ("/view/main/", "/close")[: 2 if closed else 1]:
                async with http.get(origin + asked) as response:
                    assert response.status == 200
        process.send_signal(number)
        async with asyncio.timeout(5):
            _, log = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return process.returncode, log.decode()


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, -signal.SIGTERM)]
)
async def test_a_signal_ends_the_host_as_ever(
    number: signal.Signals, code: int, closed: bool, tmp_path: Path
) -> None:
    assert await host_ended_by(number, tmp_path, closed=closed) == (code, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("canvases", [0, 1])
def test_a_signal_before_a_loop_has_begun_ends_it(
    number: signal.Signals, canvases: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Loop(RtcLoop):
        def _rc_run(self) -> None:
            os.kill(os.getpid(), number)
            super()._rc_run()

    monkeypatch.setenv("RTC_CANVAS_OPTIONS", "--port 0")
    loop = Loop()
    kind = canvas_class(loop)
    held = [kind() for _ in range(canvases)]
    loop.run()
    assert all(canvas.get_closed() for canvas in held)


def test_a_signal_while_a_loop_begins_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> str:
        # rendercanvas asks for this after our own beginning, and before it knows the event loop.
        os.kill(os.getpid(), signal.SIGINT)
        return str(detect_current_async_lib())

    monkeypatch.setattr("rendercanvas.asyncio.detect_current_async_lib", interrupted)
    monkeypatch.setenv("RTC_CANVAS_OPTIONS", "--port 0")
    loop = RtcLoop()
    canvas = canvas_class(loop)()
    loop.run()
    assert canvas.get_closed()


def test_a_version_that_lacks_a_name_is_named_with_it() -> None:
    with pytest.raises(ImportError, match="has no gone, away: this version of rendercanvas"):
        require(RtcLoop, "run", "gone", "away")


def test_a_version_whose_loop_has_no_task_of_its_own_is_named_with_what_it_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(BaseLoop, "_ensure_initialized", lambda loop: None)
    with pytest.raises(ImportError, match=r"begins with the tasks \['call_soon'\], which does not"):
        loop_task()
