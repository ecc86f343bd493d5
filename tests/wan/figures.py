"""From what was seen in one run to the figures of the table; pure."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..benchmarks.figures import percentile
from .link import Fate
from .observation import PERIOD, Observation
from .packets import HEADERS, TCP, UDP
from .scenario import WARM_UP, Scenario, Span
from .traffic import bits, capacity, count, delivered, rates, udp_rate, within

FREEZE = PERIOD + 0.150
"""A gap this long counts as a freeze (W3C webrtc-stats, freezeCount), in seconds."""


@dataclass(frozen=True)
class Second:
    """One second of a run, for whoever wants to know when something happened."""

    pictures: int
    glass_worst: float | None
    """Milliseconds."""
    received: float
    """UDP, Mbit/s."""
    queue_worst: float | None
    """Milliseconds."""


@dataclass(frozen=True)
class Figures:
    """One run's figures. Rates count IP packets as they are delivered; None where there is nothing to measure."""

    first_picture: float
    """Seconds since the navigation began."""
    fps: float
    """Different pictures read a second."""
    seen: float
    """Percent of the pictures handed over."""
    glass_median: float | None
    """Milliseconds from the hand-over of a picture to the first animation frame that could read it."""
    glass_p95: float | None
    """Milliseconds."""
    largest_gap: float
    """Milliseconds without a new picture."""
    frozen: float
    """Seconds spent in gaps that count as freezes."""
    received: float
    """UDP, Mbit/s."""
    media: float
    """Mbit/s of pictures, without what repairs and pads."""
    rtx: float
    """Mbit/s of retransmissions."""
    fec: float
    """Mbit/s of forward error correction."""
    padding: float
    """Mbit/s of RTP packets that have padding."""
    rtx_share: float
    """Percent of the UDP bits."""
    used: float
    """Percent of the link's rate that was used by UDP."""
    queue_median: float | None
    """Milliseconds that the UDP packets delivered had waited before the bottleneck."""
    queue_p95: float | None
    """Milliseconds."""
    dropped: int
    """UDP packets that found the queue full."""
    lost: int
    """UDP packets lost on the way."""
    late_p99: float | None
    """Milliseconds by which the emulator handed on packets too late; where it is more than one, the machine stalled."""
    codec: str
    width: int
    height: int
    key_frames: int
    nacks: int
    plis: int
    retransmitted: int
    """Packets received."""
    fec_packets: int
    """Packets received."""
    psnr: float | None = None
    """Decibels, RGB."""
    download: float | None = None
    """Mbit/s that the TCP download got."""
    recovery: float | None = None
    """Seconds from when the link got better until it was used again; None where it never was."""
    still_cost: float | None = None
    """UDP payload while nothing moves, kbit/s, from 5 s after the last change."""
    resumed: float | None = None
    """Rate in the second half of the first second of motion after the rest, percent of that before it."""
    seen_disturbed: float | None = None
    """Share of the pictures seen while the other viewer's link was bad, percent of that share while it was not."""
    glass_median_disturbed: float | None = None
    """Of the time when the other viewer's link was bad, divided by that of the time when it was not."""
    glass_p95_disturbed: float | None = None
    """The same."""
    regained: Sequence[float] = ()
    """Milliseconds from when the first packet of a key frame was lost until its picture or a newer one was seen."""
    regained_p95: float | None = None
    """Milliseconds that 95 % of these took at most."""
    regained_worst: float | None = None
    """Milliseconds."""
    timeline: Sequence[Second] = field(default=(), repr=False)
    """Second by second from the first picture on."""


def figures(scenario: Scenario, seen: Observation) -> Figures:
    """Compute all figures of a run."""
    end = seen.start + scenario.duration
    counted: list[Span] = [(seen.start + WARM_UP, end)]
    if scenario.rest is not None:
        quiet, resumed = _rest(seen.handovers)
        counted = [(seen.start + WARM_UP, quiet), (resumed, end)]
    glass = _glass(seen, counted)
    gaps = _gaps(seen, counted)
    packets = within(seen.packets, counted)
    udp = delivered(packets, UDP)
    seconds = sum(end - begin for begin, end in counted)
    rate = rates(udp, seen.payload_types, seconds)
    regained = tuple(_regained(seen))
    return Figures(
        first_picture=seen.first_picture,
        fps=len(glass) / seconds,
        seen=_seen(seen, counted),
        glass_median=_milliseconds(glass, 50),
        glass_p95=_milliseconds(glass, 95),
        largest_gap=1000 * max(gaps),
        frozen=sum(gap for gap in gaps if gap > FREEZE),
        received=rate.all,
        media=rate.media,
        rtx=rate.rtx,
        fec=rate.fec,
        padding=rate.padding,
        rtx_share=100 * rate.rtx / rate.all if rate.all else 0.0,
        used=100 * bits(udp) / capacity(scenario.links[0], seen.start, counted),
        queue_median=_milliseconds(udp["waited"], 50),
        queue_p95=_milliseconds(udp["waited"], 95),
        dropped=count(packets, UDP, Fate.DROPPED),
        lost=count(packets, UDP, Fate.LOST),
        late_p99=_milliseconds(udp["late"], 99),
        codec=seen.after.codec,
        width=seen.after.width,
        height=seen.after.height,
        key_frames=seen.after.key_frames - seen.before.key_frames,
        nacks=seen.after.nacks - seen.before.nacks,
        plis=seen.after.plis - seen.before.plis,
        retransmitted=seen.after.retransmitted - seen.before.retransmitted,
        fec_packets=seen.after.fec - seen.before.fec,
        psnr=float(np.mean(seen.psnr)) if seen.psnr else None,
        download=1e-6 * bits(delivered(packets, TCP)) / seconds if scenario.download else None,
        regained=regained,
        regained_p95=percentile(regained, 95) if regained else None,
        regained_worst=max(regained, default=None),
        timeline=tuple(_timeline(seen, end)),
        **_recovery(scenario, seen),
        **_rest_figures(scenario, seen),
        **_disturbed(scenario, seen),
    )


def _glass(seen: Observation, spans: Iterable[Span]) -> list[float]:
    """Seconds, of each picture seen within the spans."""
    return [
        at - seen.handovers[number]
        for begin, end in spans
        for number, at in seen.sightings
        if begin <= at < end and number in seen.handovers
    ]


def _gaps(seen: Observation, spans: Iterable[Span]) -> list[float]:
    """Seconds between each picture and the next within each span, its ends counted."""
    gaps = []
    for begin, end in spans:
        moments = [at for _, at in seen.sightings if begin <= at < end]
        gaps += [late - early for early, late in itertools.pairwise([begin, *moments, end])]
    return gaps


def _seen(seen: Observation, spans: Iterable[Span]) -> float:
    """Percent of the pictures handed over within the spans that were ever seen."""
    numbers = {number for number, _ in seen.sightings}
    handed_over = [
        number for begin, end in spans for number, at in seen.handovers.items() if begin <= at < end
    ]
    return 100 * sum(number in numbers for number in handed_over) / max(len(handed_over), 1)


def _recovery(scenario: Scenario, seen: Observation) -> dict[str, float | None]:
    if scenario.recovery is None:
        return {}
    change, end = seen.start + scenario.recovery.at, seen.start + scenario.duration
    for passed in np.arange(0.5, end - change, 0.1):
        if udp_rate(seen.packets, change + passed - 0.5, change + passed) >= scenario.recovery.rate:
            return {"recovery": float(passed)}
    return {"recovery": None}


def _rest(handovers: Mapping[int, float]) -> Span:
    """When the last picture before the rest was handed over, and the first after it."""
    moments = sorted(handovers.values())
    return max(itertools.pairwise(moments), key=lambda pair: pair[1] - pair[0])


def _rest_figures(scenario: Scenario, seen: Observation) -> dict[str, float | None]:
    if scenario.rest is None:
        return {}
    quiet, resumed = _rest(seen.handovers)
    still = delivered(within(seen.packets, [(quiet + 5, resumed)]), UDP)
    payload = bits(still) - 8 * HEADERS * len(still)
    before = udp_rate(seen.packets, quiet - 5, quiet)
    after = udp_rate(seen.packets, resumed + 0.5, resumed + 1)
    return {
        "still_cost": 1e-3 * payload / (resumed - quiet - 5),
        "resumed": 100 * after / before if before else None,
    }


def _disturbed(scenario: Scenario, seen: Observation) -> dict[str, float | None]:
    if scenario.disturbance is None:
        return {}
    begin, end = (seen.start + at for at in scenario.disturbance)
    clean = [(seen.start + WARM_UP, begin), (end, seen.start + scenario.duration)]
    usual = _seen(seen, clean)
    ratios = {"seen_disturbed": 100 * _seen(seen, [(begin, end)]) / usual if usual else None}
    for share, name in ((50, "glass_median_disturbed"), (95, "glass_p95_disturbed")):
        bad = _milliseconds(_glass(seen, [(begin, end)]), share)
        good = _milliseconds(_glass(seen, clean), share)
        ratios[name] = bad / good if bad and good else None
    return ratios


def _regained(seen: Observation) -> Iterator[float]:
    """Milliseconds, for each key frame that was lost; infinite where nothing was seen any more."""
    filtered = seen.packets[seen.packets["fate"] == Fate.FILTERED]
    for lost, moment in seen.lost_key_frames:
        begin = min(filtered["time"][filtered["time"] >= moment], default=-math.inf)
        shown = (at for number, at in seen.sightings if number >= lost)
        yield 1000 * (min(shown, default=math.inf) - float(begin))


def _timeline(seen: Observation, end: float) -> Iterator[Second]:
    for begin in np.arange(seen.start, end, 1.0):
        glass = _glass(seen, [(begin, begin + 1)])
        udp = delivered(within(seen.packets, [(begin, begin + 1)]), UDP)
        yield Second(
            pictures=len(glass),
            glass_worst=_milliseconds(glass, 100),
            received=1e-6 * bits(udp),
            queue_worst=_milliseconds(udp["waited"], 100),
        )


def _milliseconds(samples: Iterable[float], share: float) -> float | None:
    ranked = [1000 * float(sample) for sample in samples]
    return percentile(ranked, share) if ranked else None
