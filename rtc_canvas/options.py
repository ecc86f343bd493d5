"""The options of `rtc-canvas` that say how a program is served, from their words to checked values."""

from __future__ import annotations

import argparse
import os
import re
import shlex
from typing import Any, NoReturn, cast

from .canvas import Canvas
from .config import ServeConfig, ServeOptions
from .encoded_frame import CHROMA_WISHES, CODECS
from .exceptions import ConfigError
from .ice_servers import IceServer, TurnSecret
from .serving.running import CommandLine, VideoOptions, given_command_line

__all__ = [
    "ICE_SERVER",
    "REFUSED",
    "Parser",
    "coming_first",
    "from_outside",
    "given",
    "ice_servers_of",
    "program_options",
]

VARIABLE = "RTC_CANVAS_OPTIONS"

REFUSED = 2
"""The exit code where the command was given what is not taken."""

TURN_SECRET, TURN_USER = "RTC_CANVAS_TURN_SECRET", "RTC_CANVAS_TURN_USER"
"""Not options, as other users of a machine can read those."""

ICE_SERVER: dict[str, Any] = {
    "action": "append",
    "dest": "ice_servers",
    "metavar": "URL",
    "help": "a STUN or TURN server for the viewers' browsers, such as turn:turn.example.org:3478; repeatable. The "
    f"environment's {TURN_SECRET} holds the secret that a TURN server shares with us, or {TURN_USER} NAME:PASSWORD",
}

_RIVALS: dict[str, dict[str, Any]] = {
    "token": {"open_access": False},
    "open_access": {"token": None},
    "udp_port": {"udp_port_range": None},
    "udp_port_range": {"udp_port": None},
    "cert": {"self_signed": False},
    "self_signed": {"cert": None, "key": None},
}
"""Of each option that says in another way what others say: those, unset."""

_BITRATE = re.compile(r"(?P<number>\d+(\.\d+)?)(?P<unit>[kM]?)")
_PORT_RANGE = re.compile(r"(?P<first>\d{1,5})-(?P<last>\d{1,5})", re.ASCII)
_UNITS = {"": 1, "k": 1_000, "M": 1_000_000}


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong."""

    def error(self, message: str) -> NoReturn:
        self.exit(REFUSED, f"{self.prog}: {message} (see {self.prog} --help)\n")


class _Variable(argparse.ArgumentParser):
    """Raises what is wrong: that is no reason to end a program that only imported something."""

    def error(self, message: str) -> NoReturn:
        raise ConfigError(f"{VARIABLE}: {message}; it takes the options of `rtc-canvas run`.")


def from_outside() -> CommandLine | None:
    """What the command `rtc-canvas run` was given, or else the environment's RTC_CANVAS_OPTIONS says in the same words.

    Raises:
        ConfigError: where the variable says what is not taken.
    """
    command_line = given_command_line()
    words = os.environ.get(VARIABLE)
    if command_line is not None or not words:
        return command_line
    parser = _Variable(parents=[program_options()], add_help=False, allow_abbrev=False)
    return given(parser.parse_args(shlex.split(words)))


def program_options() -> Parser:
    """The options that the command and the variable share, as a parent for parsers."""
    options = Parser(add_help=False, argument_default=argparse.SUPPRESS)
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
    add(
        "--max-peers",
        type=int,
        metavar="NUMBER",
        help="how many viewers there may be at once (64); one more is told so",
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


def given(options: argparse.Namespace) -> CommandLine:
    """The options for `run()`. They are tried out here, before a program runs that may take long to start."""
    values = vars(options)
    serve: dict[str, Any] = {k: values[k] for k in ServeOptions.__optional_keys__ if k in values}
    if "ice_servers" in serve:
        serve["ice_servers"] = ice_servers_of(serve["ice_servers"])
    video: dict[str, Any] = {k: values[k] for k in VideoOptions.__optional_keys__ if k in values}
    line = CommandLine(
        coming_first(cast(ServeOptions, serve)),
        video=cast(VideoOptions, video),
        fps=options.fps,
        open_browser=options.open,
    )
    ServeConfig(**line.over({}))
    if line.fps is not None:
        Canvas(fps=line.fps)
    return line


def coming_first(options: ServeOptions) -> ServeOptions:
    """Options to be put over others: each of them unsets what says the same thing in another way."""
    unset: dict[str, Any] = {}
    for name, value in options.items():
        if value is not None and value is not False:
            unset |= _RIVALS.get(name, {})
    return cast(ServeOptions, {**unset, **options})


def ice_servers_of(urls: list[str]) -> list[IceServer | TurnSecret]:
    secret = os.environ.get(TURN_SECRET)
    name, _, password = os.environ.get(TURN_USER, "").partition(":")
    return [
        TurnSecret(url, secret)
        if secret and url.startswith("turn")
        else IceServer(url, name or None, password or None)
        for url in urls
    ]
