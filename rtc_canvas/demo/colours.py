"""Colours, as fields of three channels and as words of four bytes."""

from __future__ import annotations

from typing import Any

import numpy as np

from .scene import Floats, Words


def tint(red: float, green: float, blue: float) -> Floats:
    """A colour that mixes with fields (h, w)."""
    return np.array([red, green, blue], np.float32)[:, None, None]


def ramp(low: float, high: float, value: Any) -> Any:
    """0 at `low`, 1 at `high`, smooth between them and level beyond."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def mix(a: Any, b: Any, share_of_b: Any) -> Any:
    return a + (b - a) * share_of_b


def packed(rgb: Any, alpha: Any) -> Words:
    """Words of colours (3, ...) and alpha (...), all 0 to 255."""
    words: Words = np.stack([*rgb, alpha], axis=-1).astype(np.uint8).view("<u4")[..., 0]
    return words


EVEN, BYTE = np.uint32(0x00FF00FF), np.uint32(8)


def scaled(words: Words, factor: Words) -> Words:
    """Each byte times `factor`, 0 to 256, over 256. Every other byte has room above it for the product."""
    even = words & EVEN
    even *= factor
    even >>= BYTE
    even &= EVEN
    odd = words >> BYTE
    odd &= EVEN
    odd *= factor
    odd &= ~EVEN
    odd |= even
    return odd
