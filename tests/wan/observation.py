"""What is seen in one run, before anything is computed from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from .packets import ENTRY, Entries

PERIOD = 1001 / 30_000
"""Seconds between two pictures. Not quite 30 a second, so that their phase against the display's 60 Hz sweeps: a
fixed phase would make a run's median wander by 16 ms."""


@dataclass(frozen=True)
class Reception:
    """What the browser tells of its reception; all counts since it began."""

    codec: str
    payload_type: int
    """Of the video that came last: H.264 has one for each profile."""
    width: int
    height: int
    key_frames: int
    nacks: int
    plis: int
    retransmitted: int
    """Packets."""
    fec: int
    """Packets."""


@dataclass(frozen=True)
class Observation:
    """What was seen of the first viewer in one run; moments in seconds on ``time.monotonic``'s clock."""

    start: float
    """When the first picture was seen."""
    first_picture: float
    """The same, in seconds since the navigation began."""
    sightings: Sequence[tuple[int, float]]
    """(number, moment) of each picture as it was first read."""
    handovers: Mapping[int, float]
    """When the program handed over each number."""
    payload_types: Mapping[int, str]
    before: Reception
    """When counting began."""
    after: Reception
    """When it ended."""
    packets: Entries = field(default_factory=lambda: np.empty(0, ENTRY))
    """The packets from the server to this viewer."""
    lost_key_frames: Sequence[tuple[int, float]] = ()
    """(number, moment) of each key frame that was to be lost: the picture in it, and when it was asked for."""
    psnr: Sequence[float] = ()
    """RGB, in dB, of some pictures; one that was encoded smaller was scaled up."""
