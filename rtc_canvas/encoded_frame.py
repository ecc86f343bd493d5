"""An encoded frame: what encoders make and transports carry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Codec: TypeAlias = Literal["h264", "vp8"]
"""H.264 as Annex B access units, VP8 as RFC 6386 frames."""

CODECS: tuple[Codec, ...] = ("h264", "vp8")
"""What can be encoded, the preferred one first."""


@dataclass(frozen=True, slots=True, eq=False)
class EncodedFrame:
    """One frame as an encoder made it. Immutable, so that several transports may carry it.

    codec: how `data` is encoded.
    data: H.264 access unit (Annex B) or VP8 frame.
    key: whether it can be decoded on its own; otherwise it needs the frame before it.
    size: (width, height) of the video, even.
    picture_size: (width, height) of the picture that it shows, before any scaling.
    shown_size: (width, height) of what of the video shows it, at the top left.
    picture: the number of the picture it shows.
    time: what its RTP timestamp tells, seconds of `time.monotonic()`: the picture's render time when it is
        sent first, the time of sending when it is sent again.
    """

    codec: Codec
    data: bytes
    key: bool
    size: tuple[int, int]
    picture_size: tuple[int, int]
    shown_size: tuple[int, int]
    picture: int
    time: float
