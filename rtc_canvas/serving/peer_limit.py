"""How many peers a server has at once, all of its canvases together: each costs an encoder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable


class PeerLimit:
    """Counts those that are there, and those that were one too many.

    most: how many there may be; at least 1.
    refused: how many were turned away, by why, which is "crowd".
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.refused: Counter[str] = Counter()
        self._there: set[Hashable] = set()

    def take(self, who: Hashable) -> bool:
        """Count one more, until it is given back; False where there are as many as there may be."""
        if len(self._there) >= self.most:
            self.refused["crowd"] += 1
            return False
        self._there.add(who)
        return True

    def give_back(self, who: Hashable) -> None:
        """It is there no more. Idempotent."""
        self._there.discard(who)
