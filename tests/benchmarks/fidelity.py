"""How like its source a shown picture is: PSNR and SSIM of RGB pixels."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from .number_blocks import AREA

Picture = NDArray[np.uint8]
"""(h, w, 3)."""
Levels = NDArray[np.float32]
"""(h, w) or (h, w, 3)."""

PEAK = 255
WINDOW = 11
"""Pixels that SSIM's window is wide and high."""
SIGMA = 1.5
"""Of the window's Gaussian, in pixels."""


def psnr(shown: Picture, source: Picture) -> float:
    """The peak signal-to-noise ratio in dB; infinite where all is equal."""
    return pooled_psnr([(shown, source)])


def pooled_psnr(pairs: Iterable[tuple[Picture, Picture]]) -> float:
    """The same of several parts together."""
    error, levels = 0.0, 0
    for shown, source in pairs:
        difference = shown.astype(np.float32) - source
        error += float(np.square(difference).sum(dtype=np.float64))
        levels += source.size
    return math.inf if error == 0 else 10 * math.log10(PEAK**2 * levels / error)


def page_psnr(shown: Picture, source: Picture) -> float:
    """The same of a numbered picture, its number left out."""
    bottom, right = AREA
    parts = (np.s_[:bottom, right:], np.s_[bottom:])
    return pooled_psnr((shown[part], source[part]) for part in parts)


def ssim(shown: Picture, source: Picture) -> float:
    """The structural similarity (Wang et al., 2004), the mean over the channels; 1 where all is equal.

    As there: a Gaussian window of 11 x 11 pixels, and no window that reaches beyond the picture.
    """
    return float(ssim_map(shown, source).mean())


def ssim_map(shown: Picture, source: Picture) -> Levels:
    """The same of each window, (h - 10, w - 10): the first is that of the first 11 rows and columns."""
    one, other = shown.astype(np.float32), source.astype(np.float32)
    mean, other_mean = _blurred(one), _blurred(other)
    variances = _blurred(one * one + other * other) - mean**2 - other_mean**2
    covariance = _blurred(one * other) - mean * other_mean
    small, less_small = (0.01 * PEAK) ** 2, (0.03 * PEAK) ** 2
    likeness = (2 * mean * other_mean + small) * (2 * covariance + less_small)
    scale = (mean**2 + other_mean**2 + small) * (variances + less_small)
    windows: Levels = (likeness / scale).mean(axis=2)
    return windows


def _blurred(levels: Levels) -> Levels:
    offsets = np.arange(WINDOW) - WINDOW // 2
    weights = np.exp(-(offsets**2) / (2 * SIGMA**2))
    height, width = (side - WINDOW + 1 for side in levels.shape[:2])
    shares = (weights / weights.sum()).tolist()
    down = _sum(share * levels[at : at + height] for at, share in enumerate(shares))
    return _sum(share * down[:, at : at + width] for at, share in enumerate(shares))


def _sum(parts: Iterator[Levels]) -> Levels:
    total = next(parts)
    for part in parts:
        total += part
    return total
