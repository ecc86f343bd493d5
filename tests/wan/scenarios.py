"""What is tried in the laboratory, and what is asked of rtc_canvas there: all of it as data.

The scene is 1280 x 720, 30 pictures a second, and hard to compress: it asks for 5 Mbit/s and more.
"""

from __future__ import annotations

from dataclasses import replace

from .contenders import CHROMIUM
from .link import Conditions
from .scenario import Limit, Recovery, Scenario, Step


def _always(conditions: Conditions) -> tuple[Step, ...]:
    return (Step(0, conditions),)


def _rates(conditions: Conditions, *steps: tuple[float, float]) -> tuple[Step, ...]:
    """Steps of (time, Mbit/s) that change nothing but the rate."""
    return tuple(Step(at, replace(conditions, rate=mbits * 1e6)) for at, mbits in steps)


SOON = Limit("first_picture", at_most=3.0)

_EIGHT = Conditions(rate=8e6, delay=0.020, queue=0.200)
_STEPPED = Conditions(rate=6e6, delay=0.020, queue=0.300)
_LONG = Conditions(rate=1e6, delay=0.050, queue=0.300)
_CLEAN = Conditions(rate=20e6, delay=0.020, queue=0.200)
_BAD = Conditions(rate=0.5e6, delay=0.020, queue=0.300, loss=0.05)

STEADY = Scenario(
    "steady",
    "8 Mbit/s, 20 ms one way, 200 ms queue",
    links=(_always(_EIGHT),),
    duration=35,
    limits=(
        SOON,
        Limit("fps", at_least=29),
        Limit("glass_median", at_most=0.75, beside=("steady", CHROMIUM)),
        Limit("glass_p95", at_most=0.75, beside=("steady", CHROMIUM)),
        Limit("received", at_least=5),
    ),
)

STEPPED = Scenario(
    "stepped",
    "6 → 1.5 → 6 Mbit/s, 15 s each, 20 ms, 300 ms queue",
    links=(_rates(_STEPPED, (0, 6), (15, 1.5), (30, 6)),),
    duration=45,
    recovery=Recovery(30, 4e6),
    limits=(
        SOON,
        Limit("largest_gap", at_most=400),
        Limit("glass_p95", at_most=120),
        Limit("recovery", at_most=4),
        Limit("used", at_least=65),
    ),
)

JITTER = Scenario(
    "jitter",
    "8 Mbit/s, 20 ms ± 12 ms for each packet, 200 ms queue",
    links=(_always(replace(_EIGHT, jitter=0.012)),),
    duration=35,
    limits=(
        SOON,
        Limit("fps", at_least=28),
        Limit("glass_median", at_most=75),
        Limit("rtx_share", at_most=25),
    ),
)

SCENARIOS = (
    STEADY,
    STEPPED,
    Scenario(
        "lossy",
        "20 Mbit/s, 40 ms, 3 % random loss",
        links=(_always(Conditions(rate=20e6, delay=0.040, queue=0.200, loss=0.03)),),
        duration=35,
        limits=(
            SOON,
            Limit("fps", at_least=28),
            Limit("glass_median", at_most=75),
            Limit("glass_p95", at_most=120),
            Limit("media", at_least=2.5),
        ),
    ),
    Scenario(
        "rfc8867",
        "RFC 8867, 5.1: 1 / 2.5 / 0.6 / 1 Mbit/s at 0 / 40 / 60 / 80 s, 50 ms, 300 ms queue",
        links=(_rates(_LONG, (0, 1), (40, 2.5), (60, 0.6), (80, 1)),),
        duration=100,
        limits=(
            SOON,
            Limit("queue_p95", at_most=100),
            Limit("used", at_least=70),
            Limit("largest_gap", at_most=1000),
        ),
    ),
    Scenario(
        "narrow",
        "0.4 Mbit/s, 100 ms, 300 ms queue",
        links=(_always(Conditions(rate=0.4e6, delay=0.100, queue=0.300)),),
        duration=35,
        fidelity=True,
        limits=(
            SOON,
            Limit("width", at_least=320),
            Limit("height", at_least=180),
            Limit("psnr", at_least=24),
            Limit("fps", at_least=12),
            Limit("largest_gap", at_most=500),
        ),
    ),
    JITTER,
    Scenario(
        "download",
        "8 Mbit/s, 20 ms, 200 ms queue, shared with a TCP download",
        links=(_always(_EIGHT),),
        duration=35,
        download=True,
        limits=(
            SOON,
            Limit("fps", at_least=28),
            Limit("largest_gap", at_most=500),
            Limit("received", at_least=1),
        ),
    ),
    Scenario(
        "neighbour",
        "20 Mbit/s, 20 ms; another viewer's link clean / 0.5 Mbit/s and 5 % loss / clean, 20 s each",
        links=(_always(_CLEAN), (Step(0, _CLEAN), Step(20, _BAD), Step(40, _CLEAN))),
        duration=60,
        disturbance=(20, 40),
        limits=(
            SOON,
            Limit("seen_disturbed", at_least=98),
            Limit("glass_median_disturbed", at_most=1.15),
            Limit("glass_p95_disturbed", at_most=1.15),
        ),
    ),
    Scenario(
        "still",
        "8 Mbit/s, 20 ms, 200 ms queue: 30 s still, then motion",
        links=(_always(_EIGHT),),
        duration=60,
        rest=(17, 47),
        limits=(SOON, Limit("resumed", at_least=50), Limit("still_cost", at_most=8)),
    ),
    Scenario(
        "key_frame",
        "20 Mbit/s, 40 ms: a key frame is lost whole, 20 times",
        links=(_always(Conditions(rate=20e6, delay=0.040, queue=0.200)),),
        duration=105,
        key_frames=20,
        limits=(
            SOON,
            # Two round trips and 300 ms.
            Limit("regained_p95", at_most=460),
            Limit("regained_worst", at_most=1000),
        ),
    ),
    # A stall is no congestion: 1.4 times as long as above, and 10 points of the link less used, but no worse.
    replace(
        STEADY,
        name="steady_noise",
        title="the 8 Mbit/s link under processor noise",
        noise=True,
        limits=(
            SOON,
            Limit("fps", at_least=29 / 1.4),
            Limit("glass_median", at_most=1.4 * 0.75, beside=("steady", CHROMIUM)),
            Limit("glass_p95", at_most=1.4 * 0.75, beside=("steady", CHROMIUM)),
            Limit("received", at_least=5 - 0.1 * 8),
        ),
    ),
    replace(
        STEPPED,
        name="stepped_noise",
        title="6 → 1.5 → 6 Mbit/s under processor noise",
        noise=True,
        limits=(
            SOON,
            Limit("largest_gap", at_most=1.4 * 400),
            Limit("glass_p95", at_most=1.4 * 120),
            Limit("recovery", at_most=1.4 * 4),
            Limit("used", at_least=65 - 10),
        ),
    ),
)
