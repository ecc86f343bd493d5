"""The command `rtc-canvas`: serve the demo, a file, or a module's canvases; or find out what is wrong."""

from __future__ import annotations

import argparse
import logging
import os
import re
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any, NoReturn, cast
from urllib.parse import urlsplit

from .canvas import Canvas
from .config import ServeConfig, ServeOptions, VideoConfig
from .doctor.command import Checkup, examine
from .encoded_frame import CHROMA_WISHES, CODECS
from .exceptions import ConfigError, EncoderError, ServeError
from .ice_servers import IceServer, TurnSecret
from .running import SIGNALS, CommandLine, VideoOptions, command_line, run
from .targets import (
    Canvases,
    TargetError,
    import_canvases,
    is_file,
    only_canvas,
    own_traceback,
    run_file,
)
from .version import __version__

__all__ = ["Command", "main", "parse"]

FAILED, REFUSED = 1, 2
"""Exit codes: the program to serve failed; what the command was given is not taken."""

TURN_SECRET, TURN_USER = "RTC_CANVAS_TURN_SECRET", "RTC_CANVAS_TURN_USER"
"""Not options, as other users of a machine can read those."""

ICE_SERVER: dict[str, Any] = {
    "action": "append",
    "dest": "ice_servers",
    "metavar": "URL",
    "help": "a STUN or TURN server for the viewers' browsers, such as turn:turn.example.org:3478; repeatable. The "
    f"environment's {TURN_SECRET} holds the secret that a TURN server shares with us, or {TURN_USER} NAME:PASSWORD",
}

OUR_LOGS = ("rtc_canvas", "signaling")
LIBRARY_LOGS = ("aiortc", "aioice", "aiohttp")

_BITRATE = re.compile(r"(?P<number>\d+(\.\d+)?)(?P<unit>[kM]?)")
_PORT_RANGE = re.compile(r"(?P<first>\d{1,5})-(?P<last>\d{1,5})", re.ASCII)
_UNITS = {"": 1, "k": 1_000, "M": 1_000_000}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command until Ctrl+C or SIGTERM. Returns the exit code.

    argv: what follows the command's name; default: that of this process.
    """
    try:
        command = parse(sys.argv[1:] if argv is None else argv)
        if isinstance(command, Checkup):
            return examine(command)
        _log_to_stderr(verbose=command.verbose)
        with _interruptible() as interrupted, command_line(command.given):
            canvases = _execute(command, interrupted)
            if canvases is not None:
                run(canvases)
    except (ConfigError, EncoderError, ServeError, TargetError) as error:
        print(f"rtc-canvas: {error}", file=sys.stderr)
        return REFUSED
    except _ProgramFailed as failed:
        traceback.print_exception(failed.error.with_traceback(own_traceback(failed.error)))
        return FAILED
    except KeyboardInterrupt:
        pass
    return 0


class _ProgramFailed(Exception):
    """The program to serve raised this while it started."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


def _execute(command: Command, interrupted: threading.Event) -> Canvases | None:
    """Run or import the target. Returns what is left to serve, None where the target saw to that itself."""
    if command.target is None:
        return _demo()
    given = command.given

    def is_over() -> bool:
        # One that swallows its interrupt has a loop of its own, and has had its end.
        return given.ran or interrupted.is_set()

    try:
        if is_file(command.target):
            names = run_file(command.target, command.arguments)
            return None if is_over() else only_canvas(command.target, names)
        canvases = import_canvases(command.target, command.arguments)
        return None if is_over() else canvases
    except (EncoderError, ServeError, TargetError):
        raise
    except Exception as error:
        if given.ran and isinstance(error, ConfigError):
            # Of run(), which got options of the command.
            raise
        raise _ProgramFailed(error) from error


def _demo() -> Canvas:
    # Nothing else needs the demo, and its maps take a moment to make.
    from .demo import canvas, prepare

    prepare()
    return canvas


# What it is given.


@dataclass(frozen=True, slots=True)
class Command:
    """The command line, checked.

    target: a file or `package.module:canvas`, None for the demo. arguments: the target's own.
    """

    target: str | None
    arguments: list[str]
    given: CommandLine
    verbose: bool


def parse(argv: Sequence[str]) -> Command | Checkup:
    """Read what follows the command's name.

    Raises:
        SystemExit: after help, or after one line on what is wrong with the form.
        ConfigError: for a value that is not taken.
    """
    end = argv.index("--") if "--" in argv else len(argv)
    options = _parser().parse_args(argv[:end])
    if options.doctor:
        return _checkup(options)
    return Command(options.target, list(argv[end + 1 :]), _given(options), options.verbose)


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong."""

    def error(self, message: str) -> NoReturn:
        self.exit(REFUSED, f"{self.prog}: {message} (see {self.prog} --help)\n")


def _parser() -> _Parser:
    parser = _Parser(
        prog="rtc-canvas",
        description="Show numpy frames in a browser, and steer the program from there.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    options = _options()
    demo = commands.add_parser(
        "demo", parents=[options], allow_abbrev=False, help="serve the demo, a planet to orbit"
    )
    demo.set_defaults(target=None, doctor=False)
    file = commands.add_parser(
        "run",
        parents=[options],
        allow_abbrev=False,
        help="serve a program",
        usage="%(prog)s TARGET [options] [-- ARGUMENT ...]",
        description="Serve a program. The options come before those of a run() in it.",
        epilog="What follows -- is the program's own, in its sys.argv.",
    )
    file.add_argument(
        "target",
        metavar="TARGET",
        help="a file ending in .py, which runs as Python runs it: its run() serves, or else its one Canvas is "
        "served; or package.module:canvas, a Canvas or a dict of them",
    )
    file.set_defaults(doctor=False)
    doctor = commands.add_parser(
        "doctor",
        parents=[_doctor_options()],
        allow_abbrev=False,
        help="find out why there is no picture",
        description="Look at a server as a browser would, or without a URL at this machine, and say what to do.",
        epilog="The exit code is 0 without a problem, else 1.",
    )
    doctor.set_defaults(doctor=True)
    return parser


def _doctor_options() -> _Parser:
    options = _Parser(add_help=False)
    add = options.add_argument
    add("url", metavar="URL", nargs="?", help="the link that a program printed")
    add("--host", default="127.0.0.1", help="where a server would listen here (127.0.0.1)")
    add("--port", default=8080, type=int, help="on which port (8080)")
    add("--ice-server", **ICE_SERVER, default=[])
    return options


def _options() -> _Parser:
    options = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    add = options.add_argument
    add("--host", help="the address to listen on, 0.0.0.0 for all (127.0.0.1)")
    add("--port", type=int, help="the port to listen on, 0 for any free one (8080)")
    udp = options.add_mutually_exclusive_group()
    udp.add_argument(
        "--udp-port",
        type=int,
        metavar="PORT",
        help="the UDP port of the media, 0 for any free one (as --port)",
    )
    udp.add_argument(
        "--udp-port-range",
        metavar="FIRST-LAST",
        type=_port_range,
        help="take the first of these UDP ports that is free instead",
    )
    add(
        "--public-address",
        action="append",
        dest="public_addresses",
        metavar="ADDRESS",
        help="an address or name by which browsers reach the machine and that it does not know of itself, as behind a "
        "1:1 NAT; repeatable",
    )
    add(
        "--interface",
        action="append",
        dest="interfaces",
        metavar="NAME",
        help="offer only the addresses of this interface, such as eth0, or of a network, such as 10.0.0.0/8; "
        "repeatable",
    )
    add("--fps", type=float, default=None, help="the most draws per second, 1 to 240")
    add("--codec", choices=CODECS, help="what to encode with where the browser takes it")
    add(
        "--chroma",
        choices=CHROMA_WISHES,
        help="whose colour is kept, that of four pixels together or of each one (auto)",
    )
    add(
        "--bitrate",
        dest="max_bitrate",
        metavar="BITRATE",
        type=_bits_per_second,
        help="the most bits per second to each viewer, such as 6M",
    )
    add("--open", action="store_true", default=False, help="open the link in the browser")
    access = options.add_mutually_exclusive_group()
    access.add_argument(
        "--token",
        help="what the link carries; RTC_CANVAS_TOKEN sets it too, where other users of the machine cannot read it",
    )
    access.add_argument(
        "--open-access", action="store_true", help="let in everybody who can reach the port"
    )
    add(
        "--allow-origin",
        action="append",
        dest="allow_origins",
        metavar="ORIGIN",
        help="an origin, such as https://example.org, whose pages may show the canvases; null for sandboxed frames; "
        "repeatable",
    )
    add(
        "--allow-host",
        action="append",
        dest="allow_hosts",
        metavar="NAME",
        help="one more name that the server is reached by; repeatable",
    )
    add(
        "--trusted-proxy",
        action="append",
        dest="trusted_proxies",
        metavar="ADDRESS|NETWORK",
        help="a reverse proxy, such as 127.0.0.1 or 10.0.0.0/8, whose X-Forwarded fields are believed; repeatable",
    )
    add("--cert", metavar="FILE", help="a certificate in PEM: the server speaks https")
    add("--key", metavar="FILE", help="its private key, where that is in a file of its own")
    add(
        "--self-signed",
        action="store_true",
        help="speak https, as on a LAN, with a certificate that browsers warn of once",
    )
    add("--ice-server", **ICE_SERVER)
    add(
        "--relay-only",
        action="store_true",
        help="send and receive the media through a TURN server and in no other way",
    )
    add("--verbose", action="store_true", default=False, help="log more")
    return options


def _bits_per_second(text: str) -> int:
    match = _BITRATE.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError(
            f"takes bits per second, such as 6000000, 800k or 6M, got {text!r}"
        )
    return round(float(match["number"]) * _UNITS[match["unit"]])


def _port_range(text: str) -> tuple[int, int]:
    match = _PORT_RANGE.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError(f"takes two ports, such as 50000-50100, got {text!r}")
    return int(match["first"]), int(match["last"])


def _given(options: argparse.Namespace) -> CommandLine:
    """The options for `run()`. They are tried out here, before a program runs that may take long to start."""
    values = vars(options)
    serve: dict[str, Any] = {k: values[k] for k in ServeOptions.__optional_keys__ if k in values}
    if "token" in serve:
        serve["open_access"] = False
    elif "open_access" in serve:
        serve["token"] = None
    if "cert" in serve:
        serve.setdefault("self_signed", False)
    elif "self_signed" in serve:
        serve["cert"] = serve["key"] = None
    if "ice_servers" in serve:
        serve["ice_servers"] = _ice_servers(serve["ice_servers"])
    if "udp_port" in serve:
        serve["udp_port_range"] = None
    elif "udp_port_range" in serve:
        serve["udp_port"] = None
    video: dict[str, Any] = {k: values[k] for k in VideoOptions.__optional_keys__ if k in values}
    ServeConfig(**serve, video=VideoConfig(**video))
    if options.fps is not None:
        Canvas(fps=options.fps)
    return CommandLine(
        cast(ServeOptions, serve),
        video=cast(VideoOptions, video),
        fps=options.fps,
        open_browser=options.open,
    )


def _checkup(options: argparse.Namespace) -> Checkup:
    ServeConfig(host=options.host, port=options.port)
    url = options.url or ""
    try:
        _ = urlsplit(url if "//" in url else f"//{url}").port
    except ValueError as error:
        raise ConfigError(
            f"The address to look at is none ({error}); give the link that the program printed."
        ) from None
    return Checkup(options.url, options.host, options.port, _ice_servers(options.ice_servers))


def _ice_servers(urls: list[str]) -> list[IceServer | TurnSecret]:
    secret = os.environ.get(TURN_SECRET)
    name, _, password = os.environ.get(TURN_USER, "").partition(":")
    return [
        TurnSecret(url, secret)
        if secret and url.startswith("turn")
        else IceServer(url, name or None, password or None)
        for url in urls
    ]


# Around the program.


@contextmanager
def _interruptible() -> Iterator[threading.Event]:
    """Have SIGTERM end a program as Ctrl+C does, so that it cleans up. The event tells that either came."""
    interrupted = threading.Event()

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        interrupted.set()
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in SIGNALS}
    try:
        yield interrupted
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _log_to_stderr(*, verbose: bool) -> None:
    """Show our own log, and of the libraries' no more than warnings. The root logger stays the program's."""
    for name in (*OUR_LOGS, *LIBRARY_LOGS):
        ours = name in OUR_LOGS
        logger = logging.getLogger(name)
        if verbose:
            form = "%(asctime)s %(name)s: %(message)s"
            logger.setLevel(logging.DEBUG if ours else logging.INFO)
        else:
            form = f"{OUR_LOGS[0] if ours else name}: %(message)s"
            logger.setLevel(logging.INFO if ours else logging.WARNING)
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter(form))
        logger.addHandler(handler)
        # A program that logs through the root would show each line twice.
        logger.propagate = False
