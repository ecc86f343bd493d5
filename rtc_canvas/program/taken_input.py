"""Which input a program has taken: what its next picture may include."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from types import MappingProxyType

from ..events import ProgramEvent

# Peers come and go; those whose input was taken last are remembered.
PEERS = 64


class TakenInput:
    """By the id of each peer, the `seq` of its newest event that the program has taken. From any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # Replaced, never changed: pictures keep it.
        self._newest: Mapping[str, int] = MappingProxyType({})

    @property
    def newest(self) -> Mapping[str, int]:
        """As of now; immutable."""
        return self._newest

    def take(self, event: ProgramEvent) -> None:
        """A handler has returned, or the program has got the event otherwise. Only input has a `seq`."""
        if "seq" not in event:
            return
        with self._lock:
            newest = dict(self._newest)
            peer = event["peer"].id
            newest[peer] = max(newest.pop(peer, 0), event["seq"])
            if len(newest) > PEERS:
                del newest[next(iter(newest))]
            self._newest = MappingProxyType(newest)
