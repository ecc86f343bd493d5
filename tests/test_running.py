"""run(): the link, the signals, and what the command changes."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import threading
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from rtc_canvas import Canvas, ConfigError, IceServer, ServeError, Server, VideoConfig, run
from rtc_canvas.serving.running import CommandLine, hold_command_line

from .receiver import Receiver, receiver

PROGRAM = """
from rtc_canvas import Canvas, run
canvas = Canvas((64, 48))
canvas.on("leave")(lambda event: print("left:", event["reason"], flush=True))
run(canvas, port=0)
print("after run()", flush=True)
"""

# It hangs where only the operating system could end it.
HANGING_PROGRAM = """
import threading
from rtc_canvas import Canvas, run
canvas = Canvas((64, 48))
canvas.draw(lambda request: (print("drawing", flush=True), threading.Event().wait()))
run(canvas, port=0)
"""

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.asynccontextmanager
async def program(text: str) -> AsyncIterator[Process]:
    """A program in a process of its own, killed where it does not end."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", text, stdout=PIPE)
    try:
        async with asyncio.timeout(30):
            yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def line(process: Process) -> str:
    assert process.stdout is not None
    return (await process.stdout.readline()).decode().rstrip()


@contextlib.asynccontextmanager
async def viewer_of(process: Process) -> AsyncIterator[Receiver]:
    """A viewer by the link that the program prints."""
    printed = await line(process)
    assert printed.startswith("Open http://127.0.0.1:")
    server = SimpleNamespace(url=printed.removeprefix("Open "))
    async with receiver(cast(Server, server)) as viewer:
        await viewer.message("hello")
        yield viewer


# Signals.


@pytest.mark.parametrize("number", SIGNALS)
async def test_a_signal_tells_the_pages_and_ends_it(number: signal.Signals) -> None:
    async with program(PROGRAM) as process, viewer_of(process) as viewer:
        process.send_signal(number)
        async with asyncio.timeout(2):
            bye = await viewer.message("bye")
            assert (bye["reason"], bye["retry"]) == ("The server was shut down.", True)
            assert await line(process) == "left: The server was shut down."
            assert await line(process) == "after run()"
            assert await process.wait() == 0


@pytest.mark.parametrize("number", SIGNALS)
async def test_a_second_signal_ends_it_at_once(number: signal.Signals) -> None:
    async with program(HANGING_PROGRAM) as process, viewer_of(process) as viewer:
        assert await line(process) == "drawing"
        process.send_signal(number)
        await viewer.message("bye")
        process.send_signal(number)
        assert await process.wait() == -number


async def test_a_draw_that_hangs_does_not_keep_it() -> None:
    async with program(HANGING_PROGRAM) as process, viewer_of(process):
        assert await line(process) == "drawing"
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(2):
            assert await process.wait() == 0


def interrupt() -> None:
    """What Ctrl+C does to a program."""
    main = threading.main_thread().ident
    assert main is not None
    signal.pthread_kill(main, signal.SIGINT)


def test_the_browser_is_opened_and_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    opened: list[str] = []
    left = threading.Event()

    def open_in_a_terminal(url: str) -> None:
        opened.append(url)
        interrupt()
        left.wait(5)

    monkeypatch.setattr("webbrowser.open", open_in_a_terminal)
    run(Canvas(), port=0, open_browser=True)
    left.set()
    assert capsys.readouterr().out == f"Open {opened[0]}\n"
    assert [signal.getsignal(number) for number in SIGNALS] == before


# Where it refuses.


def test_it_is_called_from_the_main_thread_only() -> None:
    errors: list[BaseException] = []

    def call() -> None:
        try:
            run(Canvas(), port=0)
        except ServeError as error:
            errors.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    thread.join()
    [error] = errors
    assert "serve_in_thread()" in str(error)


def test_it_raises_what_serve_raises() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with pytest.raises(ConfigError, match="port"):
        run(Canvas(), port=-1)
    with pytest.raises(ServeError, match="no such host"):
        run(Canvas(), host="256.0.0.1", port=0)
    assert [signal.getsignal(number) for number in SIGNALS] == before


# Under the command.


class Enough(Exception):
    """What the stand-in for serve() raises, as nothing is to be served."""


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The options of each serve(), which then goes no further."""
    calls: list[dict[str, Any]] = []

    def serve(canvases: object, **options: Any) -> None:
        calls.append(options)
        raise Enough

    monkeypatch.setattr("rtc_canvas.serving.running.serve", serve)
    return calls


@contextlib.contextmanager
def command_line(given: CommandLine) -> Iterator[None]:
    """As under a command that was given this."""
    hold_command_line(given)
    try:
        yield
    finally:
        hold_command_line(None)


def test_the_commands_options_come_before_the_files(served: list[dict[str, Any]]) -> None:
    ice_servers = [IceServer("stun:stun.example.org")]
    video = VideoConfig(codec="vp8", encoder="auto", max_bitrate=1_000_000)
    given = CommandLine({"port": 9000, "token": "given"}, video={"max_bitrate": 2_000_000})
    assert not given.ran
    with command_line(given), pytest.raises(Enough):
        run(Canvas(), port=8000, host="0.0.0.0", ice_servers=ice_servers, video=video)
    assert given.ran
    assert served == [
        {
            "port": 9000,
            "token": "given",
            "host": "0.0.0.0",
            "ice_servers": ice_servers,
            "video": VideoConfig(codec="vp8", encoder="auto", max_bitrate=2_000_000),
        }
    ]


def test_after_the_command_the_file_is_on_its_own(served: list[dict[str, Any]]) -> None:
    with command_line(CommandLine({"port": 9000})):
        pass
    with pytest.raises(Enough):
        run(Canvas(), port=8000)
    assert served == [{"port": 8000}]


@pytest.mark.parametrize("several", [False, True])
def test_the_command_sets_the_rate_of_every_canvas(
    monkeypatch: pytest.MonkeyPatch, several: bool
) -> None:
    async def enough(server: Server, open_browser: bool) -> None:
        assert open_browser
        raise Enough

    monkeypatch.setattr("rtc_canvas.serving.running._serve_until_signal", enough)
    canvas, other = Canvas(), Canvas()
    given = CommandLine({"port": 0}, fps=25, open_browser=True)
    with command_line(given), pytest.raises(Enough):
        run({"one": canvas, "other": other} if several else canvas)
    assert (canvas.fps, other.fps) == (25, 25 if several else 60)
