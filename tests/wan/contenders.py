"""Those that are put through the scenarios: ours, and what it is compared with."""

from __future__ import annotations

from dataclasses import dataclass

OURS, CHROMIUM = "ours", "chromium"


@dataclass(frozen=True)
class Contender:
    """A server, and the page of it that is opened."""

    title: str
    subject: str
    """The module in ``tests/benchmarks/subjects``."""
    query: str = ""
    """What its page's address ends with."""
    on_demand: str | None = None
    """The module that serves the same and makes key frames on demand, if there is one."""


CONTENDERS = {
    OURS: Contender("rtc_canvas", "ours", on_demand="ours_key_frames"),
    CHROMIUM: Contender("Chromium as sender", "chromium", "?codec=VP8"),
    "aiortc_h264": Contender("plain aiortc, H.264", "plain_aiortc", "?codec=H264"),
    "aiortc_vp8": Contender("plain aiortc, VP8", "plain_aiortc", "?codec=VP8"),
}
