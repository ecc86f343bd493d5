from __future__ import annotations

import re
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, CookieJar

from rtc_canvas import ConfigError, IceServer, TurnSecret, __version__
from rtc_canvas.cli import Command, main, parse
from rtc_canvas.doctor.command import Checkup
from rtc_canvas.serving.running import CommandLine, hold_command_line

from .command import command

PROGRAM = """
import numpy as np
from rtc_canvas import Canvas, VideoConfig, run

canvas = Canvas((64, 48), fps=30)

@canvas.draw
def draw(request):
    return np.full((48, 64, 3), 200, np.uint8)

"""


def parsed(arguments: list[str]) -> Command:
    """What is to be served."""
    command = parse(arguments)
    assert isinstance(command, Command)
    return command


class TestParse:
    def test_the_demo_as_it_is(self) -> None:
        assert parse(["demo"]) == Command(None, [], CommandLine({}), False)

    def test_every_option(self) -> None:
        options = (
            "--host 0.0.0.0 --port 0 --fps 24 --codec vp8 --chroma 420 --bitrate 2.5M --open --token abc --verbose "
            "--allow-origin https://a.example --allow-origin https://b.example --allow-host lab "
            "--udp-port 5000 --public-address 198.51.100.7 --public-address lab.example --interface eth0 "
            "--trusted-proxy 10.0.0.0/8 --self-signed --max-peers 3"
        )
        assert parse(["run", "scene.py", *options.split()]) == Command(
            "scene.py",
            [],
            CommandLine(
                {
                    "host": "0.0.0.0",
                    "port": 0,
                    "token": "abc",
                    "open_access": False,
                    "allow_origins": ["https://a.example", "https://b.example"],
                    "allow_hosts": ["lab"],
                    "udp_port": 5000,
                    "udp_port_range": None,
                    "public_addresses": ["198.51.100.7", "lab.example"],
                    "interfaces": ["eth0"],
                    "trusted_proxies": ["10.0.0.0/8"],
                    "cert": None,
                    "key": None,
                    "self_signed": True,
                    "max_peers": 3,
                },
                video={"codec": "vp8", "chroma": "420", "max_bitrate": 2_500_000},
                fps=24,
                open_browser=True,
            ),
            True,
        )

    def test_open_access_takes_the_place_of_a_token(self) -> None:
        given = parsed(["demo", "--open-access"]).given
        assert given.options == {"open_access": True, "token": None}

    def test_a_range_of_ports(self) -> None:
        given = parsed(["demo", "--udp-port-range", "50000-50100"]).given
        assert given.options == {"udp_port": None, "udp_port_range": (50000, 50100)}

    @pytest.mark.parametrize(
        ("text", "bitrate"), [("400000", 400_000), ("400k", 400_000), ("1.25M", 1_250_000)]
    )
    def test_bitrates(self, text: str, bitrate: int) -> None:
        assert parsed(["demo", "--bitrate", text]).given.video == {"max_bitrate": bitrate}

    def test_ice_servers_take_their_credentials_from_the_environment(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        urls = ["--ice-server", "stun:a.example", "--ice-server", "turn:b.example"]
        monkeypatch.setenv("RTC_CANVAS_TURN_USER", "me:pass:word")
        assert parsed(["demo", *urls]).given.options["ice_servers"] == [
            IceServer("stun:a.example", "me", "pass:word"),
            IceServer("turn:b.example", "me", "pass:word"),
        ]
        monkeypatch.setenv("RTC_CANVAS_TURN_SECRET", "north")
        assert parsed(["demo", *urls[2:]]).given.options["ice_servers"] == [
            TurnSecret("turn:b.example", "north")
        ]

    def test_the_doctor(self) -> None:
        assert parse(["doctor"]) == Checkup(None, "127.0.0.1", 8080, [])
        options = ["--host", "0.0.0.0", "--port", "9000", "--ice-server", "stun:a.example"]
        servers = [IceServer("stun:a.example")]
        assert parse(["doctor", "lab:8080", *options]) == Checkup(
            "lab:8080", "0.0.0.0", 9000, servers
        )
        with pytest.raises(ConfigError, match="port"):
            parse(["doctor", "--port", "65536"])
        for address in ("http://lab:65536/", "lab:65536", "http://[::1"):
            with pytest.raises(ConfigError, match="the link that the program printed"):
                parse(["doctor", address])

    def test_what_follows_two_dashes_is_the_programs(self) -> None:
        command = parsed(["run", "--port", "0", "scene.py", "--", "--port", "1", "--", "x"])
        assert command.arguments == ["--port", "1", "--", "x"]
        assert command.given.options == {"port": 0}

    @pytest.mark.parametrize(
        ("arguments", "complaint"),
        [
            ("", "rtc-canvas: the following arguments are required: COMMAND"),
            ("show", "rtc-canvas: argument COMMAND: invalid choice: 'show'"),
            ("run", "rtc-canvas run: the following arguments are required: TARGET"),
            ("run a.py b.py", "rtc-canvas: unrecognized arguments: b.py"),
            ("demo --por 1", "rtc-canvas: unrecognized arguments: --por 1"),
            ("demo --port x", "rtc-canvas demo: argument --port: invalid int value: 'x'"),
            ("demo --codec av1", "rtc-canvas demo: argument --codec: invalid choice: 'av1'"),
            ("demo --chroma 422", "rtc-canvas demo: argument --chroma: invalid choice: '422'"),
            ("demo --bitrate 6m", "rtc-canvas demo: argument --bitrate: takes bits per second"),
            ("demo --udp-port-range 5000", "rtc-canvas demo: argument --udp-port-range: takes two"),
            (
                "demo --udp-port 1 --udp-port-range 1-2",
                "rtc-canvas demo: argument --udp-port-range: not allowed with argument --udp-port",
            ),
            (
                "demo --token a --open-access",
                "rtc-canvas demo: argument --open-access: not allowed",
            ),
        ],
    )
    def test_a_form_that_is_not_taken(
        self, arguments: str, complaint: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit) as ended:
            parse(arguments.split())
        assert ended.value.code == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert printed.err.startswith(complaint)
        assert printed.err.count("\n") == 1

    @pytest.mark.parametrize(
        "option", ["--port 65536", "--fps 0", "--fps nan", "--bitrate 1k", "--bitrate 1000M"]
    )
    def test_a_value_that_is_not_taken(self, option: str) -> None:
        with pytest.raises(ConfigError, match=option[2:].split()[0]):
            parse(["demo", *option.split()])

    def test_version(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            parse(["--version"])
        assert ended.value.code == 0
        assert capsys.readouterr().out == f"rtc-canvas {__version__}\n"


class TestRefused:
    """Each by one line and exit code 2, or by the program's own traceback and 1."""

    @pytest.fixture(autouse=True)
    def _process(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """What the command changes in its process is set back."""
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "path", [*sys.path])
        monkeypatch.setattr(sys, "argv", [*sys.argv])
        monkeypatch.setattr("rtc_canvas.cli._log_to_stderr", lambda *, verbose: None)
        yield
        hold_command_line(None)

    @pytest.mark.parametrize(
        ("program", "options", "complaint"),
        [
            ("", "", "program.py calls no run()"),
            (PROGRAM, "--fps 0", "fps must be 1 to 240, got 0.0."),
            (PROGRAM, "--token a&b --port 0", "A token must be letters, digits"),
            (PROGRAM + "run(canvas)", "--token a&b --port 0", "A token must be letters, digits"),
            (PROGRAM + "run({})", "", "serve() takes"),
            (PROGRAM, "--host no.such.host.invalid", "Cannot listen on no.such.host.invalid"),
        ],
    )
    def test_in_one_line(
        self, program: str, options: str, complaint: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        Path("program.py").write_text(program)
        assert main(["run", "program.py", *options.split()]) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert printed.err.startswith(f"rtc-canvas: {complaint}")
        assert printed.err.count("\n") == 1

    @pytest.mark.parametrize("last_line", ["", "run(canvas)"])
    def test_a_taken_port(self, last_line: str, capsys: pytest.CaptureFixture[str]) -> None:
        Path("program.py").write_text(PROGRAM + last_line)
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            assert main(["run", "program.py", "--port", str(port)]) == 2
        assert capsys.readouterr().err == (
            f"rtc-canvas: Cannot listen on 127.0.0.1: port {port} is taken; "
            "choose another, or 0 for any free one.\n"
        )

    def test_a_program_that_fails_shows_its_own_traceback(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        Path("program.py").write_text("def load():\n    raise OSError('no scene')\nload()\n")
        assert main(["run", "program.py"]) == 1
        first, second, *_, last = capsys.readouterr().err.splitlines()
        assert first == "Traceback (most recent call last):"
        assert second == '  File "program.py", line 3, in <module>'
        assert last == "OSError: no scene"

    def test_a_setting_of_the_programs_own_is_its_own_error(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        Path("program.py").write_text(PROGRAM + "Canvas(fps=0)")
        assert main(["run", "program.py"]) == 1
        assert '  File "program.py", line 11, in <module>' in capsys.readouterr().err

    def test_a_program_may_leave_with_a_code_of_its_own(self) -> None:
        Path("program.py").write_text("raise SystemExit(7)")
        with pytest.raises(SystemExit) as ended:
            main(["run", "program.py"])
        assert ended.value.code == 7


class TestServing:
    async def test_the_options_come_before_those_of_run(self, tmp_path: Path) -> None:
        (tmp_path / "program.py").write_text(
            PROGRAM
            + "video = VideoConfig(codec='h264', max_bitrate=700_000)\n"
            + "@canvas.on('join')\n"
            + "def joined(event):\n"
            + "    print('joined at', canvas.fps, flush=True)\n"
            + "run(canvas, port=1, open_access=True, video=video)\n"
        )
        options = ["--port", "0", "--token", "abc", "--codec", "vp8", "--fps", "12", "--open"]
        async with command(
            "run", "program.py", *options, folder=tmp_path, BROWSER="echo Browser %s"
        ) as running:
            assert running.url.endswith("/?token=abc")
            assert await running.line("Browser ") == running.url
            async with running.viewer() as viewer:
                assert await running.line("joined at ") == "12.0"
                assert (await viewer.frame()).width == 64
                viewer.tell(type="stats", on=True)
                stats = await viewer.message("stats", codec="vp8")
                assert stats["target_bitrate"] == 700_000
                assert await running.end() == 0

    async def test_the_log_is_short_and_knows_no_token(self, tmp_path: Path) -> None:
        (tmp_path / "program.py").write_text(PROGRAM + "run(canvas)")
        async with command("run", "program.py", "--port", "0", folder=tmp_path) as running:
            await open_link(running.url)
            async with running.viewer() as viewer:
                await viewer.frame()
                assert await running.end(signal.SIGTERM) == 0
            assert all(line.startswith("rtc_canvas: ") for line in running.log.splitlines())
            assert re.search(r"^rtc_canvas: peer \w+: connected, h264$", running.log, re.M)
            assert token(running.url) not in running.log

    async def test_the_verbose_log_knows_no_token_either(self, tmp_path: Path) -> None:
        (tmp_path / "scene.py").write_text(PROGRAM)
        async with command(
            "run", "scene:canvas", "--port", "0", "--verbose", folder=tmp_path
        ) as running:
            await open_link(running.url)
            async with running.viewer() as viewer:
                await viewer.frame()
                assert await running.end() == 0
            assert "aioice.ice: " in running.log
            assert token(running.url) not in running.log

    async def test_a_file_without_run_has_its_canvas_served(self, tmp_path: Path) -> None:
        (tmp_path / "program.py").write_text(
            PROGRAM + "import sys\nassert sys.argv == ['program.py', '--port', '1']\n"
        )
        async with command(
            *("run", "program.py", "--port", "0", "--open-access", "--", "--port", "1"),
            folder=tmp_path,
        ) as running:
            assert running.url.endswith("/")
            async with running.viewer() as viewer:
                await viewer.frame()
                assert await running.end() == 0

    async def test_a_program_with_a_loop_of_its_own_ends_too(self, tmp_path: Path) -> None:
        (tmp_path / "program.py").write_text(
            PROGRAM
            + "import time\n"
            + "try:\n"
            + "    print('Open nothing', flush=True)\n"
            + "    time.sleep(60)\n"
            + "except KeyboardInterrupt:\n"
            + "    print('cleaned up', flush=True)\n"
        )
        async with command("run", "program.py", folder=tmp_path) as running:
            assert await running.end(signal.SIGTERM) == 0
            assert await running.line("cleaned up") == ""

    async def test_the_demo(self, tmp_path: Path) -> None:
        async with (
            command("demo", "--port", "0", folder=tmp_path) as running,
            running.viewer() as viewer,
        ):
            assert (await viewer.frame(timeout=20)).width == 1280
            assert await running.end() == 0


def token(url: str) -> str:
    return url.partition("token=")[2]


async def open_link(url: str) -> None:
    """Open a link as a browser does, then with a token that is wrong."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as http:
        async with http.get(url) as page:
            assert page.status == 200
        async with http.get(f"{url}x") as page:
            assert page.status == 401


SITE = """
from aiohttp import web
from rtc_canvas import Canvas, aiohttp_app

canvas = Canvas()
app = web.Application()
app.add_subapp("/view/", aiohttp_app(canvas, open_access=True))

async def tell(app):
    print("Open here.", flush=True)

app.on_startup.append(tell)
web.run_app(app, port=0, print=None)
"""


async def test_nothing_is_served_after_a_site(tmp_path: Path) -> None:
    (tmp_path / "site.py").write_text(SITE)
    async with command("run", "site.py", folder=tmp_path) as running:
        assert running.url == "here."
        await running.ends_well()
