"""What is measured of one peer, and counted of what a server turns away."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType

from .encoded_frame import Chroma, Codec
from .limitation import Limit
from .link_stats import LinkStats


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerStats(LinkStats):
    """One peer's figures at one moment: those of the way to it, see `LinkStats`, and of what goes there.

    codec, encoder: what its video is encoded as, and the library that does it; None before the first frame.
    chroma, chroma_reason: "444" where its video keeps the colour of each pixel, "420" where that of four together, and
        why; None before the first frame.
    size: (width, height) of its video, pixels.
    fps, bitrate: frames and bits per second that were sent in the last two seconds.
    target_bitrate: bits per second that its encoder aims at.
    encode_time: seconds of conversion and encoding, smoothed.
    limited_by: what keeps it from getting every picture whole: "encoder" (the server has been too slow for 2 s), "link"
        (pictures were scaled down or kept waiting), or None.
    frames: sent since it joined.
    skipped: pictures that were never sent, as a newer one came before the link had room for them; those that a lowered
        frame rate leaves out are not counted.
    key_frames: how many were sent, by the reason for each: join, resize, request, visible,
        rate, chroma, error.
    exact: pictures of which its page has shown the very pixels.
    dropped_input: input messages that were not taken, by the reason for each.
    glass_p50, glass_p95, glass_p99: seconds from a picture's hand-over until the refresh of the peer's display that
        showed it; percentiles of the last ten seconds, None where no picture was shown, or its browser does not tell.
        Each picture counts by its first frame. Where that came too late or never, so that the page first tells of one
        that was sent again, the picture does not count: on a way with much `loss`, those that took longest are missing
        here where pictures come one by one.
    input_to_photon_p50, input_to_photon_p95, input_to_photon_p99: the same from an event in the page until the refresh
        that showed the first picture pushed by its handler, or drawn or pushed after that had returned. What they
        leave out is left out here, too.
    clock_error: seconds by which the glass times may be wrong, as two clocks are compared for them.
    """

    codec: Codec | None = None
    encoder: str | None = None
    chroma: Chroma | None = None
    chroma_reason: str | None = None
    size: tuple[int, int] = (0, 0)
    fps: float = 0.0
    bitrate: float = 0.0
    target_bitrate: int = 0
    encode_time: float = 0.0
    limited_by: Limit | None = None
    frames: int = 0
    skipped: int = 0
    key_frames: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    exact: int = 0
    dropped_input: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    glass_p50: float | None = None
    glass_p95: float | None = None
    glass_p99: float | None = None
    input_to_photon_p50: float | None = None
    input_to_photon_p95: float | None = None
    input_to_photon_p99: float | None = None
    clock_error: float | None = None

    def after(self, before: PeerStats) -> PeerStats:
        """These figures, with what was counted over another transport before."""
        return replace(
            self,
            bytes=self.bytes + before.bytes,
            frames=self.frames + before.frames,
            skipped=self.skipped + before.skipped,
            cuts=_sum(self.cuts, before.cuts),
            key_frames=_sum(self.key_frames, before.key_frames),
        )

    def as_dict(self) -> dict[str, object]:
        """The figures as JSON takes them."""
        return {
            name: dict(figure) if isinstance(figure, Mapping) else figure
            for name, figure in self.by_name().items()
        }


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> Mapping[str, int]:
    return MappingProxyType(dict(Counter(one) + Counter(other)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerStats:
    """What a server has turned away since it was opened: how often, by the reason for each.

    None of it reached a viewer or the program. Some of it is no harm: browsers keep spare connections.

    packets: to the UDP port, and over TCP links, that were nobody's: "size" (empty or too long), "malformed", "request"
        (for a viewer who is not there), "response" (to what was not asked), "unauthenticated", "stranger" (from an
        address that is no viewer's). Beside them "unsent": those to viewers that the system did not take.
    connections: to the page's port that ended before anything was asked for: "left", "time" (nothing was said for
        10 s), "crowd" (too many at once said nothing), "http", "tls", "media" (not served here), "broken",
        "malformed" (a request that is no HTTP).
    links: connections for media over TCP: "time" (no frame within 5 s), "length" (of a frame), "unauthenticated",
        "crowd" (too many at once without a frame), "number" (too many of one viewer), "address" (another link has it).
    messages: of pages over WebSockets: "length" (over 20 KiB: that ends the WebSocket), "websocket" (malformed),
        "flood". What is wrong with input itself counts in `PeerStats.dropped_input`.
    peers: pages that wanted to watch: "crowd" (`max_peers` were there).
    resume_tokens: with which pages wanted to come back: "unknown" (forged, or that viewer has gone), "used", "foreign".
    """

    packets: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    connections: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    links: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    messages: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    peers: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    resume_tokens: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def by_reason(self) -> Counter[str]:
        """All of it in one, by names like "packets (size)"."""
        counts: Counter[str] = Counter()
        for what in fields(self):
            for reason, count in getattr(self, what.name).items():
                counts[f"{what.name} ({reason})".replace("_", " ")] += count
        return counts

    def as_dict(self) -> dict[str, dict[str, int]]:
        """The counts as JSON takes them."""
        return {what.name: dict(getattr(self, what.name)) for what in fields(self)}


class SlidingRate:
    """Events and their amounts per second over a sliding window. Added to by one thread, read by any."""

    def __init__(self, window: float = 2.0) -> None:
        self._window = window
        self._entries: deque[tuple[float, float]] = deque()

    def add(self, now: float, amount: float = 1.0) -> None:
        self._entries.append((now, amount))
        while self._entries[0][0] < now - self._window:
            self._entries.popleft()

    def count_per_second(self, now: float) -> float:
        return len(self._amounts(now)) / self._window

    def amount_per_second(self, now: float) -> float:
        return sum(self._amounts(now)) / self._window

    def _amounts(self, now: float) -> list[float]:
        # A copy, as the deque may change while it is walked through.
        entries = self._entries.copy()
        return [amount for time, amount in entries if time >= now - self._window]
