"""How like their sources the pictures of the page of graphics are that a browser shows: overall, and by kind."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contents import CONTENTS
from ..fidelity import WINDOW, Levels, Picture, page_psnr, pooled_psnr, ssim_map
from ..graphics.page import FLATS, KINDS, Part, flat
from ..number_blocks import read_number

CEILING = 99.0
"""Decibels that pixels count for which equal their source's: a mean has no room for infinity."""
MIDDLE = 8
"""Pixels at the edge of a flat colour that do not count: they have neighbours of another colour."""


@dataclass(frozen=True)
class Likeness:
    """RGB PSNR in dB, and SSIM."""

    psnr: float
    ssim: float


@dataclass(frozen=True)
class Quality:
    """Means over some pictures, and the worst PSNR of one."""

    overall: Likeness
    worst: float
    kinds: dict[str, Likeness]
    flats: int
    """The most by which a channel of a flat colour is off, in the mean of its pixels."""


@dataclass(frozen=True)
class Shot:
    """A picture as it was shown, and its source; both (720, 1280, 3)."""

    shown: Picture
    source: Picture


def take_shot(shown: NDArray[np.uint8], content: str = "graphics") -> Shot | None:
    """What a picture that was read should be; None where it straddles two."""
    number = read_number(shown)
    return None if number is None else Shot(shown, CONTENTS[content].render(number))


def assess(shots: Sequence[Shot]) -> Quality:
    """Assess some pictures."""
    each = [_likenesses(shot) for shot in shots]
    overall, *kinds = (_mean(likenesses) for likenesses in zip(*each, strict=True))
    return Quality(
        overall=overall,
        worst=min(likenesses[0].psnr for likenesses in each),
        kinds=dict(zip(KINDS, kinds, strict=True)),
        flats=max(_flats(shot) for shot in shots),
    )


def _mean(likenesses: Sequence[Likeness]) -> Likeness:
    return Likeness(
        statistics.fmean(min(each.psnr, CEILING) for each in likenesses),
        statistics.fmean(each.ssim for each in likenesses),
    )


def _likenesses(shot: Shot) -> list[Likeness]:
    """Overall, then of each kind."""
    structure = ssim_map(shot.shown, shot.source)
    overall = Likeness(page_psnr(shot.shown, shot.source), float(structure.mean()))
    return [overall, *(_likeness(shot, structure, parts) for parts in KINDS.values())]


def _likeness(shot: Shot, structure: Levels, parts: Sequence[Part]) -> Likeness:
    psnr = pooled_psnr((shot.shown[part], shot.source[part]) for part in parts)
    windows = np.concatenate([structure[_windows(part)].ravel() for part in parts])
    return Likeness(psnr, float(windows.mean()))


def _windows(part: Part) -> Part:
    """Where in a map of structure the windows are that lie within a part."""
    rows, columns = (slice(span.start, span.stop - WINDOW + 1) for span in part)
    return rows, columns


def _flats(shot: Shot) -> int:
    inner = np.s_[MIDDLE:-MIDDLE, MIDDLE:-MIDDLE]
    shown = [shot.shown[flat(index)][inner].mean(axis=(0, 1)) for index in range(len(FLATS))]
    return round(float(np.abs(np.array(shown) - FLATS).max()))
