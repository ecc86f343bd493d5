"""An encoded frame: what encoders make and transports carry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Codec: TypeAlias = Literal["h264", "vp8", "jpeg"]
"""H.264 as Annex B access units, VP8 as RFC 6386 frames, JPEG as files, empty where the picture stays as it is."""

CODECS: tuple[Codec, ...] = ("h264", "vp8")
"""What can be sent over WebRTC, the preferred one first."""

Effort: TypeAlias = Literal["usual", "refine", "trickle"]
"""What a frame may spend: "usual", its share of the rate; where its picture is the one before again, "refine", all that
the rate has room for, to gain quality, or "trickle", as little as possible, to show life.
"""

Chroma: TypeAlias = Literal["420", "444"]
"""Whose colour is kept: "420" that of four pixels together, "444" that of each one."""

ChromaWish: TypeAlias = Chroma | Literal["auto"]

CHROMA_WISHES: tuple[ChromaWish, ...] = ("auto", "420", "444")


@dataclass(frozen=True, slots=True, eq=False)
class EncodedFrame:
    """One frame as an encoder made it. Immutable, so that several transports may carry it.

    codec: how `data` is encoded.
    data: H.264 access unit (Annex B) or VP8 frame.
    key: whether it can be decoded on its own; otherwise it needs the frame before it.
    size: (width, height) of the video; even in 4:2:0.
    picture_size: (width, height) of the picture that it shows, before any scaling.
    shown_size: (width, height) of what of the video shows it, at the top left.
    picture: the number of the picture it shows.
    time: what its RTP timestamp tells, seconds of `time.monotonic()`: the picture's render time when it is
        sent first, the time of sending when it is sent again.
    chroma: of its colours; H.264 of 4:4:4 has another profile, and so another payload type.
    """

    codec: Codec
    data: bytes
    key: bool
    size: tuple[int, int]
    picture_size: tuple[int, int]
    shown_size: tuple[int, int]
    picture: int
    time: float
    chroma: Chroma = "420"
