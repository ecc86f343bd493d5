"""What a transport knows of the way to its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

RateState: TypeAlias = Literal["rising", "holding", "falling", "cut"]

TransportName: TypeAlias = Literal["webrtc", "websocket"]

TRANSPORTS: tuple[TransportName, ...] = ("webrtc", "websocket")
"""The ways there are to a page, the preferred one first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkStats:
    """The figures of one way at one moment; None for what its transport does not know, or not yet.

    transport: what goes to the page over it, "webrtc" or "websocket".
    available_bitrate: bits per second that may be sent now, repairs included.
    rate_state: what that did last: "rising", "holding", "falling", "cut".
    cuts: how often it was cut, by the cause for each: sudden (a frame arrived far slower than that), queue (packets
        waited long), trend (they waited longer and longer), loss (of more packets than chance takes).
    capacity: bits per second of the narrowest link on the way, estimated.
    queue_delay: seconds that packets lately waited in front of it.
    round_trip: seconds.
    loss: share of packets, 0 to 1, that were lost in the last two seconds, late ones left out; that of the newest
        receiver report where the page does not report when packets arrive.
    bytes: sent since the peer joined, headers and repairs included.
    retransmitted: packets that were sent again, as the page missed them.
    fec: whether repair packets follow each frame: FlexFEC, or the same packets again for a browser without it.
    """

    transport: TransportName | None = None
    available_bitrate: float | None = None
    rate_state: RateState | None = None
    cuts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    capacity: float | None = None
    queue_delay: float | None = None
    round_trip: float | None = None
    loss: float | None = None
    bytes: int = 0
    retransmitted: int | None = None
    fec: bool | None = None

    def by_name(self) -> dict[str, Any]:
        """The figures by their names."""
        return {figure.name: getattr(self, figure.name) for figure in fields(self)}
