"""From the raw figures of a subject's rounds to those of the table; pure."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .trial import SLOW_FPS, IdleTrial, Trial


@dataclass(frozen=True)
class Figures:
    """One subject's column, in the table's units; nan where it was not measured."""

    glass_median: float
    """Milliseconds, at 29 fps."""
    glass_p95: float
    """Milliseconds, at 29 fps."""
    unseen: float
    """Percent of the pictures handed over at 29 fps that were never read."""
    psnr: float
    """Decibels, RGB, at 29 fps."""
    shown_fps: float
    """Different pictures read a second at 59 fps."""
    cpu_per_viewer: float
    """Percent of a processor core, at 29 fps."""
    first_picture: float
    """Seconds."""
    idle_cpu: float
    """Percent of a processor core."""
    idle_bitrate: float
    """Kilobits a second."""
    clock_error: float
    """Milliseconds by which all glass times of a round may be wrong."""


def pool(trials: Sequence[Trial], idle: IdleTrial | None = None) -> Figures:
    """Pool the rounds of one subject: medians over all samples, means over rounds."""
    glass = [sample for trial in trials for sample in trial.glass]
    unseen = sum(trial.unseen for trial in trials)
    return Figures(
        glass_median=1000 * statistics.median(glass),
        glass_p95=1000 * percentile(glass, 95),
        unseen=100 * unseen / (unseen + len(glass)),
        psnr=statistics.fmean(value for trial in trials for value in trial.psnr),
        shown_fps=statistics.fmean(trial.shown_fps for trial in trials),
        cpu_per_viewer=100 * SLOW_FPS * _cpu_per_picture(trials),
        first_picture=statistics.median(at for trial in trials for at in trial.first_picture),
        idle_cpu=math.nan if idle is None else 100 * idle.cpu,
        idle_bitrate=math.nan if idle is None else idle.bitrate / 1000,
        clock_error=1000 * max(trial.clock_error for trial in trials),
    )


def percentile(samples: Iterable[float], percent: float) -> float:
    """The smallest sample that ``percent`` of all do not exceed."""
    ranked = sorted(samples)
    return ranked[max(0, math.ceil(len(ranked) * percent / 100) - 1)]


def _cpu_per_picture(trials: Sequence[Trial]) -> float:
    """Seconds of a core that each picture to one more viewer takes; nan if no more came.

    Three viewers less one leave out what the server does once for all. Counted by the pictures that came and not
    by viewers, as a server that is too slow for three would seem cheap.
    """
    cpu = sum(trial.three_viewers.cpu - trial.one_viewer.cpu for trial in trials)
    pictures = sum(trial.three_viewers.pictures - trial.one_viewer.pictures for trial in trials)
    return cpu / pictures if pictures > 0 else math.nan
