"""A VP8 frame that shows the frame before it once more, in next to no bytes. Pure.

libvpx goes on spending bits on a picture that does not change, the more the larger it is. This interframe (RFC 6386)
costs a sixth of a bit for each macroblock and changes nothing: all are copied from the last frame, no filter runs, no
other reference and no probability is replaced. So an encoder need not know that it was sent between two of its frames.
"""

from __future__ import annotations

import functools
import math
from typing import TypeAlias

Bools: TypeAlias = tuple[tuple[int, int], ...]
"""Bits, each with the probability, of 256, that it is 0."""

INTERFRAME, SHOWN = 1, 1 << 4

# How likely a vector of zero is (clause 18.3): by how many of the macroblocks above, to the left and between have one.
ALONE, ONE_NEIGHBOUR, ALL_NEIGHBOURS = 7, 135, 234


def _literal(value: int, width: int) -> Bools:
    return tuple((value >> place & 1, 128) for place in reversed(range(width)))


# Clause 19.2. No segments; the filter's type, level, sharpness and deltas; one partition of tokens; the quantizer's
# index and deltas; golden and alternate frame stay, and so do their signs; probabilities hold for this frame alone.
_HEADER = _literal(0, 1 + 1 + 6 + 3 + 1 + 2 + 7 + 5 + 2 + 4 + 2 + 1)
_BECOMES_THE_LAST = _literal(1, 1)

# "As it was", for 1056 probabilities of tokens and 38 of vectors. Bits of 0 only narrow the range, with the
# probabilities of clauses 13.4 and 17.2 from what precedes them here to these ranges, by so many bits.
_TOKENS_STAY = 193, 14
_VECTORS_STAY = 177, 1

# Nearly every macroblock has no residue, is predicted from another frame, and from the last of them.
_NO_RESIDUE, _PREDICTED, _FROM_LAST = 1, 1, 255
_LIKELIHOODS = (
    _literal(1, 1)  # of no residue: it is said for each macroblock
    + _literal(_NO_RESIDUE, 8)
    + _literal(_PREDICTED, 8)
    + _literal(_FROM_LAST, 8)
    + _literal(128, 8)  # of the golden frame, that none is predicted from
    + _literal(0, 2)  # those of modes stay
)


class _Coder:
    """The boolean encoder of clause 7.3, with one large number for the bytes: a carry needs no care."""

    def __init__(self) -> None:
        self._low = 0
        self._width = 8
        self._range = 255

    def put(self, bools: Bools) -> None:
        self._range, bits, added = _coded(self._range, bools)
        self._low = (self._low << bits) + added
        self._width += bits

    def narrow(self, range_: int, bits: int) -> None:
        self._range = range_
        self._low <<= bits
        self._width += bits

    @property
    def data(self) -> bytes:
        size = math.ceil(self._width / 8)
        return (self._low << 8 * size - self._width).to_bytes(size, "big")


@functools.cache
def _coded(range_: int, bools: Bools) -> tuple[int, int, int]:
    """What bools do to a coder: (its range, by how many bits it moves on, what is added after that)."""
    added = bits = 0
    for bit, probability in bools:
        split = 1 + ((range_ - 1) * probability >> 8)
        if bit:
            added, range_ = added + split, range_ - split
        else:
            range_ = split
        moved = 8 - range_.bit_length()
        added, range_, bits = added << moved, range_ << moved, bits + moved
    return range_, bits, added


def _macroblock(zero: int) -> Bools:
    """No residue; predicted; from the last frame; by a vector of zero."""
    return (1, _NO_RESIDUE), (1, _PREDICTED), (0, _FROM_LAST), (0, zero)


@functools.lru_cache(8)
def repeat_frame(size: tuple[int, int]) -> bytes:
    """The frame that repeats one of `size`, (width, height)."""
    columns, rows = (math.ceil(side / 16) for side in size)
    coder = _Coder()
    coder.put(_HEADER)
    coder.put(_BECOMES_THE_LAST)
    coder.narrow(*_TOKENS_STAY)
    coder.put(_LIKELIHOODS)
    coder.narrow(*_VECTORS_STAY)
    for row in range(rows):
        coder.put(_macroblock(ONE_NEIGHBOUR if row else ALONE))
        for _ in range(columns - 1):
            coder.put(_macroblock(ALL_NEIGHBOURS if row else ONE_NEIGHBOUR))
    first = coder.data
    tag = INTERFRAME | SHOWN | len(first) << 5
    # The partition of tokens has none; decoders look into it all the same.
    return tag.to_bytes(3, "little") + first + bytes(4)
