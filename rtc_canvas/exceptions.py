"""What rtc_canvas raises.

* :exc:`RtcCanvasError`
    * :exc:`BadMessage`: what a page sent is refused.
        * :exc:`UnknownEvent`: it is of a type that this version does not know.
    * :exc:`ConfigError` (also a :exc:`ValueError`): a setting that is not taken.
    * :exc:`ServeError`: a server could not be started.
    * :exc:`PictureError` (also a :exc:`ValueError`): an array that cannot be shown.
    * :exc:`EncoderError`: no encoder could be opened, or one failed.
    * :exc:`ConnectError`: a peer could not be connected.
    * :exc:`ProbeError`: a question about a picture cannot be answered.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

__all__ = [
    "BadMessage",
    "ConfigError",
    "ConnectError",
    "EncoderError",
    "PictureError",
    "ProbeError",
    "RtcCanvasError",
    "ServeError",
    "UnknownEvent",
]


class RtcCanvasError(Exception):
    """The root of everything that rtc_canvas raises on its own account."""


class BadMessage(RtcCanvasError):
    """A message from a page is refused; the text is the reason, one sentence on one line."""


class UnknownEvent(BadMessage):
    """A message's type is unknown: a newer page, perhaps. It is ignored and counted apart."""


class PictureError(RtcCanvasError, ValueError):
    """An array is no picture; the text says what was got, what is taken and what to do."""


class EncoderError(RtcCanvasError):
    """A video encoder could not be opened or failed while encoding."""


class ConnectError(RtcCanvasError):
    """A peer could not be connected: what it offers cannot be answered.

    status: the HTTP status that says so best.
    """

    def __init__(self, reason: str, *, status: int = 422) -> None:
        super().__init__(reason)
        self.status = status


NoAnswer: TypeAlias = Literal["none", "role", "forgotten", "outside", "failed", "slow", "many"]


class ProbeError(RtcCanvasError):
    """A question about a picture has no answer; the text is one sentence for the page that asked.

    reason: "none": the program has no probe. "role": this peer may not ask. "forgotten": the picture is not known any
        more. "outside": the point is. "failed": the program's probe raised, or returned what cannot be told. "slow": it
        took too long. "many": too many were asked.
    """

    def __init__(self, reason: NoAnswer, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


class ConfigError(RtcCanvasError, ValueError):
    """A setting is not taken; the text says what was got and what is taken."""


class ServeError(RtcCanvasError):
    """A server could not be started: a port that is taken, a canvas that is served already."""
