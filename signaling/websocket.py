"""The WebSocket of one peer, from its first message to its end, without I/O.

Whether its page may ask at all (Host, Origin) has been decided before; the token may come in the first message.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from .access import Grant
from .refusal import Refusal
from .whep import CODECS as WISHES
from .whep import no_canvas

__all__ = [
    "CODECS",
    "MAX_MESSAGE",
    "Host",
    "Opening",
    "Receiver",
    "Socket",
    "parse_opening",
    "talk",
]

_log = logging.getLogger(__name__)

MAX_MESSAGE = 20 * 1024
"""Bytes that a message of the page's may have; a longer one ends the connection."""

PATIENCE = 5.0
"""Seconds that a page has for its first message."""

CODECS = ("h264", "h264-444", "vp8", "jpeg")

REFUSED = 4000
"""What is added to an HTTP status to make a close code of it (RFC 6455 clause 7.4.2 leaves 4000 to 4999 free)."""

# RFC 6455 clause 7.4.1: a page that leaves, and one that sent more than is taken. Otherwise the connection broke.
LEAVING = 1000, 1001
TOO_BIG = 1009

# The same clause: the server cannot go on.
FAILED = 1011
FAILURE = "The server failed; the program's log says why."

# RFC 6455 clause 5.5: what a control frame has, less the code.
_LONGEST_REASON = 123


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The first message of a page.

    codecs: what it can decode, best first. codec: its wish, `"h264"` or `"vp8"`, or None for the host's choice.
    use: whether the picture shall come over this WebSocket at once.
    session: a peer that it belongs to, as the host called it; None for a new one.
    token: access without a cookie.
    """

    codecs: Sequence[str]
    codec: str | None = None
    use: bool = True
    session: str | None = None
    token: str | None = None


class Socket(Protocol):
    """An open WebSocket."""

    @property
    def backlog(self) -> int:
        """Bytes that were sent and have not reached the other end of the TCP connection."""

    def messages(self) -> AsyncIterator[str | bytes]:
        """What the page sends, until it is closed."""

    @property
    def close_code(self) -> int | None:
        """The code that it was closed with; None while it is open, and where the connection broke."""

    async def send(self, message: str | bytes) -> None:
        """Send a message; raises ConnectionError once it is closed."""

    async def close(self, code: int, reason: str) -> None:
        """Close it. Idempotent."""


class Receiver(Protocol):
    """Who gets what the page sends."""

    def receive(self, message: str | bytes) -> None: ...

    def too_long(self) -> None:
        """A message had more than `MAX_MESSAGE` bytes, which ends the connection."""

    def disconnected(self, reason: str, *, left: bool) -> None:
        """It is closed. left: by the page, which said so."""


class Host(Protocol):
    """What makes peers; implemented outside of this package."""

    def has_canvas(self, name: str) -> bool: ...

    async def open_socket(
        self, canvas: str, opening: Opening, socket: Socket, *, grant: Grant
    ) -> Receiver:
        """Take a WebSocket for a peer.

        Raises:
            Refusal: 403 for the peer of another user, 404 for one that is not there, 406 without a codec in common,
                503 when shutting down.
        """


async def talk(
    socket: Socket, canvas: str, host: Host, grant: Callable[[str | None], Awaitable[Grant]]
) -> None:
    """Serve one WebSocket until it ends.

    grant: what the page may do, by the token in its first message or None; raises a Refusal.
    """
    messages = socket.messages()
    try:
        opening = parse_opening(await _first(messages))
        may = await grant(opening.token)
        if not host.has_canvas(canvas):
            raise no_canvas(canvas)
        receiver = await host.open_socket(canvas, opening, socket, grant=may)
    except Refusal as refusal:
        await _refuse(socket, refusal)
        return
    except Exception:
        _log.exception("A WebSocket of %s failed.", canvas)
        await _refuse(socket, Refusal(500, FAILURE))
        return
    code, reason = None, "The page was closed."
    try:
        async for message in messages:
            receiver.receive(message)
        code = socket.close_code
        if code == TOO_BIG:
            receiver.too_long()
        elif code in LEAVING:
            reason = "The viewer left."
    except Exception:
        # It is open: an answer of HTTP's would be written into it.
        _log.exception("A WebSocket of %s failed.", canvas)
        code, reason = None, FAILURE
        await socket.close(FAILED, FAILURE)
    finally:
        receiver.disconnected(reason, left=code in (*LEAVING, TOO_BIG))


async def _refuse(socket: Socket, refusal: Refusal) -> None:
    reason = refusal.reason.encode()[:_LONGEST_REASON].decode(errors="ignore")
    await socket.close(REFUSED + refusal.status, reason)


async def _first(messages: AsyncIterator[str | bytes]) -> str | bytes:
    try:
        async with asyncio.timeout(PATIENCE):
            return await anext(messages)
    except TimeoutError:
        raise Refusal(408, f"The first message did not come within {PATIENCE:.0f} s.") from None
    except StopAsyncIteration:
        raise Refusal(400, "The WebSocket was closed before its first message.") from None


def parse_opening(message: str | bytes) -> Opening:
    """Parse a first message.

    Raises:
        Refusal: 400 for what is none.
    """
    try:
        sent = json.loads(message) if isinstance(message, str) else None
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, dict) or sent.get("type") != "open":
        raise Refusal(400, 'The first message must be a JSON object of the type "open".')
    codecs = sent.get("codecs")
    if not isinstance(codecs, list) or not all(isinstance(codec, str) for codec in codecs):
        raise Refusal(400, "open: 'codecs' must be a list of strings.")
    codec = sent.get("codec")
    if codec not in (None, *WISHES):
        raise Refusal(400, f"open: 'codec' must be {' or '.join(WISHES)}, or null.")
    use = sent.get("use", True)
    if not isinstance(use, bool):
        raise Refusal(400, "open: 'use' must be true or false.")
    return Opening(
        codecs=[name for name in codecs if name in CODECS],
        codec=codec,
        use=use,
        session=_optional(sent, "session"),
        token=_optional(sent, "token"),
    )


def _optional(sent: dict[str, Any], name: str) -> str | None:
    value = sent.get(name)
    if value is not None and not (isinstance(value, str) and len(value) <= 1024):
        raise Refusal(400, f"open: {name!r} must be a string of at most 1024 characters.")
    return value
