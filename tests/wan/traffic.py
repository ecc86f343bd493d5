"""What a log of packets says about rates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .link import Fate
from .packets import RTCP, UDP, Entries
from .scenario import Span, Step

RTX, FEC = frozenset({"rtx"}), frozenset({"flexfec-03", "ulpfec"})
"""Names of payload types that carry no pictures of their own."""


@dataclass(frozen=True)
class Rates:
    """Mbit/s of UDP packets by what they carry."""

    all: float
    media: float
    rtx: float
    fec: float
    padding: float
    """RTP packets that have padding, whatever their payload type."""


def rates(udp: Entries, payload_types: Mapping[int, str], seconds: float) -> Rates:
    """The rates of the packets of so many seconds."""

    def rate(chosen: NDArray[np.bool_]) -> float:
        return 1e-6 * bits(udp[chosen]) / seconds

    def named(names: Iterable[str]) -> NDArray[np.bool_]:
        numbers = [number for number, name in payload_types.items() if name.lower() in names]
        return np.isin(udp["content"], numbers)

    rtp, padded = udp["content"] < RTCP, udp["padded"]
    return Rates(
        all=1e-6 * bits(udp) / seconds,
        media=rate(rtp & ~padded & ~named(RTX | FEC)),
        rtx=rate(named(RTX) & ~padded),
        fec=rate(named(FEC) & ~padded),
        padding=rate(rtp & padded),
    )


def bits(entries: Entries) -> float:
    """The bits of these packets, with their headers."""
    return 8 * float(entries["size"].sum())


def within(entries: Entries, spans: Iterable[Span]) -> Entries:
    """The packets whose end lies within the spans."""
    chosen = np.zeros(len(entries), np.bool_)
    for begin, end in spans:
        chosen |= (entries["time"] >= begin) & (entries["time"] < end)
    found: Entries = entries[chosen]
    return found


def delivered(entries: Entries, protocol: int) -> Entries:
    """The packets of a protocol that were delivered."""
    chosen = (entries["protocol"] == protocol) & (entries["fate"] == Fate.DELIVERED)
    found: Entries = entries[chosen]
    return found


def count(entries: Entries, protocol: int, fate: Fate) -> int:
    """How many packets of a protocol had this fate."""
    return int(np.sum((entries["protocol"] == protocol) & (entries["fate"] == fate)))


def udp_rate(entries: Entries, begin: float, end: float) -> float:
    """Bits a second of UDP delivered in a span."""
    return bits(delivered(within(entries, [(begin, end)]), UDP)) / (end - begin)


def capacity(steps: Sequence[Step], start: float, spans: Iterable[Span]) -> float:
    """Bits that a link could have carried within the spans; its steps count from ``start``."""
    until = [*(start + step.at for step in steps[1:]), float("inf")]
    return sum(
        step.conditions.rate * max(0.0, min(end, change) - max(begin, start + step.at))
        for begin, end in spans
        for step, change in zip(steps, until, strict=True)
    )
