"""How rendercanvases are served: one page each, by the options of-the-program and of whoever runs it."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiohttp import ClientSession
from rendercanvas.asyncio import AsyncioLoop

from rtc_canvas import ConfigError, ServeError, Server, serve, serve_in_thread
from rtc_canvas.rendercanvas import RtcLoop, resources
from rtc_canvas.rendercanvas.canvas import RtcRenderCanvas

from .command import ROOT, command, python
from .receiver import pixels, receiver
from .rendercanvas_canvases import backend

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.fixture(autouse=True)
def _any_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTC_CANVAS_OPTIONS", "--port 0")


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        yield busy.getsockname()[1]


def white(canvas: RtcRenderCanvas) -> None:
    """Have a canvas draw white bitmaps."""
    context = canvas.get_bitmap_context()

    def draw() -> None:
        width, height = canvas.get_physical_size()
        context.set_bitmap(np.full((height, width, 4), 255, np.uint8))

    canvas.request_draw(draw)


async def server_of(loop: RtcLoop) -> Server:
    """A loop's server, once it runs."""
    async with asyncio.timeout(10):
        while loop.server is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        return loop.server


async def names(server: Server) -> list[str]:
    """The canvases that a page is told of."""
    base, _, token = server.url.partition("?token=")
    headers = {"Authorization": f"Bearer {token}"}
    async with ClientSession(headers=headers) as http, http.get(f"{base}api/config") as response:
        return [canvas["name"] for canvas in (await response.json())["canvases"]]


async def closed(loop: RtcLoop, *canvases: RtcRenderCanvas) -> None:
    """Close the last canvases of a loop that runs in ours, and wait for its end."""
    for canvas in canvases:
        canvas.close()
    await no_server(loop)
    await loop.ended()


async def no_server(loop: RtcLoop) -> None:
    """Wait until a loop has noticed that it has no canvases."""
    async with asyncio.timeout(5):
        while loop.server is not None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_canvas_inside_a_running_loop_is_served_there() -> None:
    kind, loop = backend()
    canvas = kind(size=(64, 48))
    white(canvas)
    loop.run()  # returns at once
    server = await server_of(loop)
    async with receiver(server) as viewer:
        assert pixels(await viewer.frame()).mean() > 250
    await closed(loop, canvas)


async def test_the_loop_may_run_inside_another() -> None:
    kind, loop = await asyncio.to_thread(backend)
    canvas = await asyncio.to_thread(kind, size=(64, 48))
    white(canvas)
    running = asyncio.create_task(loop.run_async())
    server = await server_of(loop)
    async with receiver(server) as viewer:
        assert pixels(await viewer.frame()).mean() > 250
    canvas.close()
    await running


async def test_each_canvas_has_a_page_of_its_own() -> None:
    kind, loop = backend()
    first, second = kind(), kind()
    server = await server_of(loop)
    named = kind(name="left")
    assert [first.name, second.name, named.name] == ["main", "canvas-2", "left"]
    assert await names(server) == ["main", "canvas-2", "left"]
    second.close()
    async with asyncio.timeout(5):
        while await names(server) != ["main", "left"]:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await closed(loop, first, named)


async def test_the_name_of_a_closed_canvas_is_free_at_once() -> None:
    kind, loop = backend()
    first, other = kind(size=(64, 48)), kind()
    server = await server_of(loop)
    first.close()
    again = kind(size=(64, 48))
    white(again)
    assert again.name == "main"
    async with receiver(server) as viewer:
        assert pixels(await viewer.frame()).mean() > 250
    await closed(loop, again, other)


async def test_a_page_of_the_programs_own_is_its_canvases_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kind, loop = backend()
    canvas = kind()
    server = await server_of(loop)
    monkeypatch.setitem(resources, "index.html", ("text/html", "mine"))
    base, _, token = server.url.partition("?token=")
    headers = {"Authorization": f"Bearer {token}"}
    async with ClientSession(headers=headers) as http, http.get(f"{base}main/") as response:
        assert await response.text() == "mine"
    await closed(loop, canvas)


async def test_a_name_that_cannot_be_is_one_sentence() -> None:
    kind, loop = backend()
    canvas = kind(name="left")
    # Held with all that was there when they were raised, as `sys.last_traceback` does.
    with pytest.raises(ConfigError, match="There is a canvas 'left' already") as taken:
        kind(name="left")
    with pytest.raises(ConfigError, match="A canvas's name must be") as not_a_name:
        kind(name="No name")
    assert loop.get_canvases() == [canvas]
    await server_of(loop)
    await closed(loop, canvas)
    assert taken.tb is not None
    assert not_a_name.tb is not None


def test_a_name_that_cannot_be_begins_no_loop() -> None:
    kind, loop = backend()
    with pytest.raises(ConfigError, match="A canvas's name must be") as refused:
        kind(name="No name")
    assert "'off'" in repr(loop)
    assert refused.tb is not None


async def test_viewers_of_a_closed_canvas_are_told() -> None:
    kind, loop = backend()
    canvas, other = kind(size=(64, 48)), kind()
    white(canvas)
    server = await server_of(loop)
    async with receiver(server) as viewer:
        await viewer.frame()
        canvas.close()
        told = await viewer.message("bye")
    assert told == {"type": "bye", "reason": "The program closed the canvas.", "retry": False}
    await closed(loop, other)


async def test_a_loop_that_ended_serves_again() -> None:
    kind, loop = backend()
    canvas = kind()
    await server_of(loop)
    canvas.close()
    await no_server(loop)  # which may still hold the port
    another = kind()
    server = await server_of(loop)
    assert await names(server) == [another.name]
    await closed(loop, another)


def test_on_the_next_event_loop_there_is_nothing_to_wait_for() -> None:
    kind, loop = backend()

    async def show() -> None:
        kind()
        await server_of(loop)

    asyncio.run(show())
    asyncio.run(loop.ended())


def test_an_asyncio_program_may_end_with_canvases_on_it() -> None:
    kind, loop = backend()

    async def program() -> RtcRenderCanvas:
        canvas = kind()
        await server_of(loop)
        return canvas

    assert asyncio.run(program()).get_closed()
    assert loop.server is None


async def test_whoever_serves_it_otherwise_may() -> None:
    kind, loop = backend()
    canvas = kind(size=(64, 48), name="mine")
    await server_of(loop)
    with pytest.raises(ServeError, match="served already"):
        async with serve(canvas.rtc, port=0):
            pass
    await closed(loop, canvas)


async def test_another_loop_runs_a_canvas_that_the_program_serves() -> None:
    kind, ours = backend()
    loop = AsyncioLoop()
    kind.select_loop(loop)
    canvas = await asyncio.to_thread(kind, size=(64, 48))
    white(canvas)
    canvas.add_event_handler(lambda event: canvas.close(), "key_down")
    with serve_in_thread(canvas.rtc, port=0) as server:
        running = asyncio.create_task(asyncio.to_thread(loop.run))
        async with receiver(server) as viewer:
            assert pixels(await viewer.frame()).mean() > 250
            viewer.send("input", "key_down", key="a", code="KeyA", modifiers=[], repeat=False)
            await running
    assert canvas.get_closed()
    assert ours.server is None


def test_a_port_that_is_taken_is_one_error(
    taken_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RTC_CANVAS_OPTIONS")
    kind, loop = backend()
    canvas = kind()
    with pytest.raises(ServeError, match=str(taken_port)):
        loop.run(port=taken_port)
    assert canvas.get_closed()


async def test_a_port_that_is_taken_is_one_error_where_the_loop_is_awaited(
    taken_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RTC_CANVAS_OPTIONS")
    kind, loop = await asyncio.to_thread(backend)
    canvas = await asyncio.to_thread(kind)
    loop.configure(port=taken_port)
    with pytest.raises(ServeError, match=str(taken_port)):
        await loop.run_async()
    assert canvas.get_closed()


async def not_served(caplog: pytest.LogCaptureFixture, times: int = 1) -> None:
    """Wait until the log has said so often that the canvases are not served."""
    async with asyncio.timeout(10):
        while caplog.text.count("The canvases are not served") < times:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def unserved(
    port: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> tuple[type[RtcRenderCanvas], RtcLoop, RtcRenderCanvas]:
    """A canvas whose port is taken, as the log has said; with its class and its loop."""
    monkeypatch.delenv("RTC_CANVAS_OPTIONS")
    kind, loop = backend()
    loop.configure(port=port)
    canvas = kind()
    await not_served(caplog)
    return kind, loop, canvas


async def test_after_a_port_that_is_taken_another_one_is_tried(
    taken_port: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    _, loop, canvas = await unserved(taken_port, monkeypatch, caplog)
    assert str(taken_port) in caplog.text
    loop.run(port=0)
    assert await names(await server_of(loop)) == [canvas.name]
    await closed(loop, canvas)


async def test_the_next_canvas_tries_the_port_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("RTC_CANVAS_OPTIONS")
    kind, loop = backend()
    with socket.create_server(("127.0.0.1", 0)) as busy:
        loop.configure(port=busy.getsockname()[1])
        first = kind()
        await not_served(caplog)
        second = kind()
        await not_served(caplog, times=2)
    third = kind()
    server = await server_of(loop)
    assert await names(server) == ["main", "canvas-2", "canvas-3"]
    await closed(loop, first, second, third)


async def test_what_is_said_while_a_port_fails_is_tried_after_it(
    taken_port: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("RTC_CANVAS_OPTIONS")
    kind, loop = backend()
    loop.configure(port=taken_port)
    canvas = kind()
    # It is asked how to serve.
    await asyncio.sleep(0)
    loop.configure(port=0)
    assert await names(await server_of(loop)) == [canvas.name]
    assert str(taken_port) in caplog.text
    await closed(loop, canvas)


async def test_after_a_variable_that_is_not_taken_another_is_tried(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("RTC_CANVAS_OPTIONS", "--colour red")
    kind, loop = backend()
    first = kind()
    await not_served(caplog)
    monkeypatch.setenv("RTC_CANVAS_OPTIONS", "--port 0")
    second = kind()
    assert await names(await server_of(loop)) == ["main", "canvas-2"]
    await closed(loop, first, second)


async def test_a_loop_that_ends_without_a_server_begins_anew(
    taken_port: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kind, loop, canvas = await unserved(taken_port, monkeypatch, caplog)
    canvas.close()
    await loop.ended()
    loop.configure(port=0)
    again = kind()
    assert await names(await server_of(loop)) == [again.name]
    await closed(loop, again)


def test_an_asyncio_program_makes_its_canvas_and_awaits_the_loop() -> None:
    kind, loop = backend()
    told: list[list[str]] = []

    async def visit(canvas: RtcRenderCanvas) -> None:
        try:
            server = await server_of(loop)
            async with receiver(server, canvas.name or "") as viewer:
                assert pixels(await viewer.frame()).mean() > 250
            told.append(await names(server))
        finally:
            canvas.close()

    async def main() -> None:
        for name in ("left", "right"):
            canvas = kind(size=(64, 48), name=name)
            white(canvas)
            visiting = asyncio.create_task(visit(canvas))
            await loop.run_async()
            await visiting
            assert loop.server is None

    asyncio.run(main())
    assert told == [["left"], ["right"]]


@pytest.mark.parametrize("waits", [False, True])
def test_an_asyncio_program_is_told_of_a_port_that_is_taken(
    waits: bool,
    taken_port: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.delenv("RTC_CANVAS_OPTIONS")
    kind, loop = backend()
    canvases: list[RtcRenderCanvas] = []

    async def main() -> None:
        loop.configure(port=taken_port)
        canvases.append(kind())
        if waits:
            # What was logged by then is raised all the same.
            await not_served(caplog)
        await loop.run_async()

    with pytest.raises(ServeError, match=str(taken_port)):
        asyncio.run(main())
    assert canvases[0].get_closed()
    assert caplog.text.count("The canvases are not served") == waits


async def test_an_asyncio_program_that_stops_waiting_ends() -> None:
    kind, loop = backend()
    canvas = kind()
    running = asyncio.create_task(loop.run_async())
    await server_of(loop)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert canvas.get_closed()
    assert loop.server is None
    assert "'off'" in repr(loop)


async def test_a_loop_that_is_awaited_twice_ends_once() -> None:
    kind, loop = backend()
    canvas = kind()
    running = asyncio.gather(loop.run_async(), loop.run_async())
    await server_of(loop)
    canvas.close()
    await running
    assert loop.server is None


def test_an_option_that_is_not_taken_is_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RTC_CANVAS_OPTIONS")
    _, loop = backend()
    with pytest.raises(ConfigError, match="port must be 0 to 65535"):
        loop.run(port=10**6)
    with pytest.raises(TypeError, match="colour"):
        loop.run(colour="red")


def test_a_variable_that_is_not_taken_is_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTC_CANVAS_OPTIONS", "--colour red")
    _, loop = backend()
    with pytest.raises(ConfigError, match=r"RTC_CANVAS_OPTIONS: unrecognized arguments"):
        loop.run()


def test_the_variable_comes_before_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTC_CANVAS_OPTIONS", "--port 0 --token of-the-variable --fps 12")
    kind, loop = backend()
    canvas = kind()
    seen: list[str] = []

    def look() -> None:
        assert loop.server is not None
        seen.append(loop.server.url)
        canvas.close()

    loop.call_later(0.3, look)
    loop.run(host="127.0.0.1", port=1, token="of-the-program")
    assert seen[0].endswith("?token=of-the-variable")
    assert canvas.rtc.fps == 12


def url_of_run(loop: RtcLoop, **options: Any) -> str:
    """The link of a run, which ends as soon as there is one."""
    seen: list[str] = []

    async def look() -> None:
        seen.append((await server_of(loop)).url)
        loop.stop()

    loop.add_task(look)
    loop.run(**options)
    return seen[0]


def test_a_run_puts_what_it_is_given_over_what_was_configured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("RTC_CANVAS_OPTIONS")
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    kind, loop = backend()
    loop.configure(port=0, token="of-all-runs", open_browser=True)
    urls: list[str] = []
    for options in ({}, {"token": "of-this-run", "open_browser": False}, {}):
        canvas = kind()
        urls.append(url_of_run(loop, **options))
        assert canvas.get_closed()
    assert [url.partition("?token=")[2] for url in urls] == [
        *("of-all-runs", "of-this-run", "of-all-runs")
    ]
    assert not any(":8080/" in url for url in urls)
    assert opened == [urls[0], urls[2]]


def test_what_a_run_is_given_ends_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RTC_CANVAS_OPTIONS")
    kind, loop = backend()
    loop.configure(port=0, token="of-all-runs")
    first = kind()
    assert url_of_run(loop, token="of-this-run").endswith("of-this-run")
    assert first.get_closed()

    async def main() -> str:
        canvas = kind()
        server = await server_of(loop)
        await closed(loop, canvas)
        return server.url

    assert asyncio.run(main()).endswith("of-all-runs")


def test_options_that_are_refused_leave_nothing_behind() -> None:
    kind, loop = backend()
    loop.configure(token="configured")
    with pytest.raises(TypeError, match="colour"):
        loop.configure(colour="red")
    with pytest.raises(ConfigError, match="max_peers"):
        loop.run(max_peers=-1)
    canvas = kind()
    assert url_of_run(loop).endswith("configured")
    assert canvas.get_closed()


@pytest.mark.parametrize(
    ("configured", "given", "shown"),
    [
        ({"open_access": True}, {"token": "abc"}, "?token=abc"),
        ({"token": "abc"}, {"open_access": True}, ""),
        ({"token": "abc"}, {"open_access": False}, "?token=abc"),
    ],
)
def test_a_run_may_be_told_in_another_way_who_may_watch(
    configured: dict[str, Any], given: dict[str, Any], shown: str
) -> None:
    kind, loop = backend()
    loop.configure(**configured)
    canvas = kind()
    assert url_of_run(loop, **given).endswith(f"/{shown}")
    assert canvas.get_closed()


async def test_the_rate_from_outside_comes_before_all_that_the_program_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RTC_CANVAS_OPTIONS", "--port 0 --fps 12")
    kind, loop = backend()
    first = kind(max_fps=30)
    await server_of(loop)
    later = kind(update_mode="fastest")
    assert (first.rtc.fps, later.rtc.fps) == (12, 12)
    for mode in ("fastest", "continuous"):
        first.set_update_mode(mode, max_fps=50)
        assert first.rtc.fps == 12
    await closed(loop, first, later)


async def test_without_a_rate_from_outside_the_program_says_it() -> None:
    kind, loop = backend()
    canvas = kind(max_fps=30)
    await server_of(loop)
    assert canvas.rtc.fps == 30
    canvas.set_update_mode("continuous", max_fps=50)
    assert canvas.rtc.fps == 50
    await closed(loop, canvas)


PROGRAM = """
import sys
import numpy as np
from rendercanvas.auto import RenderCanvas, loop

canvas = RenderCanvas(size=(64, 48), title=sys.argv[1])
context = canvas.get_bitmap_context()

@canvas.request_draw
def draw():
    context.set_bitmap(np.full((48, 64, 4), 200, np.uint8))

"""


async def test_the_command_serves_a_program_that_knows_nothing_of_us(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM + "loop.run(port=1)")
    arguments = ["run", "program.py", "--port", "0", "--", "Its title"]
    async with command(*arguments, folder=tmp_path) as running:
        async with running.viewer() as viewer:
            assert abs(int(pixels(await viewer.frame(timeout=20)).mean()) - 200) <= 3
        await running.ends_well()


ON_A_THREAD = """
import threading
thread = threading.Thread(target=loop.run, daemon=True)
thread.start()
thread.join()
"""


async def test_the_command_serves_a_program_that_has_its_loop_run_on_a_thread(
    tmp_path: Path,
) -> None:
    (tmp_path / "program.py").write_text(PROGRAM + ON_A_THREAD)
    arguments = ["run", "program.py", "--port", "0", "--token", "abc", "--", "Its title"]
    async with command(*arguments, folder=tmp_path) as running:
        assert running.url.endswith("/?token=abc")
        assert ":8080/" not in running.url
        async with running.viewer() as viewer:
            assert abs(int(pixels(await viewer.frame(timeout=20)).mean()) - 200) <= 3
        await running.ends_well()


SHOW = """
import pygfx as gfx

gfx.show(gfx.Mesh(gfx.box_geometry(200, 200, 200), gfx.MeshBasicMaterial(color="#fff")))
"""


CONFIGURED = """
from rtc_canvas.rendercanvas import RenderCanvas, loop
import pygfx as gfx

loop.configure(port=0, token="configured")
cube = gfx.Mesh(gfx.box_geometry(200, 200, 200), gfx.MeshBasicMaterial())
gfx.show(cube, canvas=RenderCanvas())
"""


async def test_what_pygfx_shows_is_served_as_configured(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(CONFIGURED)
    async with python("program.py", folder=tmp_path, RTC_CANVAS_OPTIONS="") as running:
        assert running.url.endswith("?token=configured")
        assert ":8080/" not in running.url
        async with running.viewer() as viewer:
            await viewer.frame(timeout=20)
        await running.ends_well()


async def test_the_command_serves_what_pygfx_shows(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(SHOW)
    async with command("run", "program.py", "--port", "0", folder=tmp_path) as running:
        async with running.viewer() as viewer:
            assert pixels(await viewer.frame(timeout=20)).max() > 250
        await running.ends_well()


async def ends(target: str, program: str, folder: Path) -> tuple[int | None, str]:
    """The exit code and the log of the command, given a program that serves nothing."""
    (folder / "program.py").write_text(program)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "rtc_canvas", "run", target, "--port", "0", "--", "Title"),
        cwd=folder,
        env=ENVIRONMENT,
        stderr=asyncio.subprocess.PIPE,
    )
    _, error = await process.communicate()
    return process.returncode, error.decode()


async def test_a_program_that_fails_while_it_starts_shows_its_own_traceback(
    tmp_path: Path,
) -> None:
    code, error = await ends("program.py", PROGRAM + "raise ValueError('no data')", tmp_path)
    assert code == 1
    assert error.count("Traceback") == 1
    assert error.splitlines()[-1] == "ValueError: no data"
    assert "rtc_canvas" not in error


@pytest.mark.parametrize(
    ("target", "complaint"),
    [
        (
            "program.py",
            "program.py has a RenderCanvas and calls no loop.run(), which serves it; call that in its last line.",
        ),
        (
            "program:canvas",
            "program:canvas is a RenderCanvas, which its program's loop.run() serves; give the file that calls that.",
        ),
    ],
)
async def test_a_rendercanvas_that_no_loop_serves_is_one_sentence(
    target: str, complaint: str, tmp_path: Path
) -> None:
    program = PROGRAM.replace("sys.argv[1]", "'Title'")
    assert await ends(target, program, tmp_path) == (2, f"rtc-canvas: {complaint}\n")


async def test_an_import_is_enough_for_a_program_that_leaves_the_choice(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(
        f"import rtc_canvas.auto\nimport sys\nsys.argv.append('Title')\n{PROGRAM}"
        "print('Open', type(canvas).__module__, flush=True)"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "program.py"),
        cwd=tmp_path,
        env=ENVIRONMENT,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    assert said.decode().strip() == "Open rtc_canvas.rendercanvas.canvas"


IMPORTS = ["import rendercanvas.auto\n", "import rtc_canvas.auto\n"]


@pytest.mark.parametrize("late", [True, False])
async def test_an_import_that_comes_too_late_is_warned_of(late: bool, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("".join(IMPORTS if late else reversed(IMPORTS)))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "program.py"),
        cwd=tmp_path,
        env={**ENVIRONMENT, "RENDERCANVAS_BACKEND": "offscreen"},
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    sentence = (
        "program.py:2: UserWarning: rendercanvas.auto has chosen rendercanvas.offscreen already"
    )
    assert (sentence in said.decode()) == late
    assert ("Warning" in said.decode()) == late
    assert process.returncode == 0


PROCESSES = """
import multiprocessing
import rtc_canvas.auto
from rendercanvas.auto import RenderCanvas

def work():
    print("It has", RenderCanvas.__module__, flush=True)

if __name__ == "__main__":
    process = multiprocessing.get_context("{way}").Process(target=work)
    process.start()
    process.join()
"""


@pytest.mark.parametrize("way", ["spawn", "forkserver"])
@pytest.mark.parametrize("by", [(), ("-m", "rtc_canvas", "run")])
async def test_with_that_import_a_programs_own_processes_choose_the_same(
    way: str, by: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "program.py").write_text(PROCESSES.format(way=way))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *by, "program.py"),
        cwd=tmp_path,
        env=ENVIRONMENT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    said, _ = await process.communicate()
    assert said.decode().strip() == "It has rtc_canvas.rendercanvas.canvas"
