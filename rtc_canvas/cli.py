"""The command `rtc-canvas`: serve the demo, a file, or a module's canvases; or find out what is wrong."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import NoReturn
from urllib.parse import urlsplit

from .auto import choose as choose_backend
from .canvas import Canvas
from .config import ServeConfig
from .doctor.command import Checkup, examine
from .exceptions import ConfigError, EncoderError, ServeError
from .options import ICE_SERVER, REFUSED, Parser, given, ice_servers_of, program_options
from .serving.running import SIGNALS, CommandLine, hold_command_line, run
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

FAILED = 1
"""The exit code where the program to serve failed; where the command was given what is not taken, it is `REFUSED`."""

OUR_LOGS = ("rtc_canvas", "signaling")
LIBRARY_LOGS = ("aiortc", "aioice", "aiohttp")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command until Ctrl+C or SIGTERM. Returns the exit code.

    argv: what follows the command's name; default: that of this process.
    """
    try:
        command = parse(sys.argv[1:] if argv is None else argv)
        if isinstance(command, Checkup):
            return examine(command)
        _log_to_stderr(verbose=command.verbose)
        hold_command_line(command.given)
        with _interruptible() as interrupted:
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
    # Programs that leave the choice to rendercanvas, or to what they import, get ours.
    choose_backend()

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
    return Command(options.target, list(argv[end + 1 :]), given(options), options.verbose)


def _parser() -> Parser:
    parser = Parser(
        prog="rtc-canvas",
        description="Show numpy frames in a browser, and steer the program from there.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    options = program_options()
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


def _doctor_options() -> Parser:
    options = Parser(add_help=False)
    add = options.add_argument
    add("url", metavar="URL", nargs="?", help="the link that a program printed")
    add("--host", default="127.0.0.1", help="where a server would listen here (127.0.0.1)")
    add("--port", default=8080, type=int, help="on which port (8080)")
    add("--ice-server", **ICE_SERVER, default=[])
    add(
        "--insecure",
        action="store_true",
        help="send the link's token to a server on another machine though its certificate does not hold",
    )
    return options


def _checkup(options: argparse.Namespace) -> Checkup:
    ServeConfig(host=options.host, port=options.port)
    url = options.url or ""
    try:
        _ = urlsplit(url if "//" in url else f"//{url}").port
    except ValueError as error:
        raise ConfigError(
            f"The address to look at is none ({error}); give the link that the program printed."
        ) from None
    servers = ice_servers_of(options.ice_servers)
    return Checkup(options.url, options.host, options.port, servers, insecure=options.insecure)


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
