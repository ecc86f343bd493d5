"""Which input a program has taken: what its next picture may include."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

from ..events import ProgramEvent

# Peers come and go; those whose input was taken last are remembered.
PEERS = 64


_handled: ContextVar[ProgramEvent | None] = ContextVar("rtc_canvas_handled_event", default=None)


@contextmanager
def handling(event: ProgramEvent) -> Iterator[None]:
    """A handler runs for this event: what it shows, itself or by what it starts in asyncio, includes that."""
    token = _handled.set(event)
    try:
        yield
    finally:
        _handled.reset(token)


class TakenInput:
    """By the id of each peer, the `seq` of its newest event that the program has taken. From any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # Replaced, never changed: pictures keep it.
        self._newest: Mapping[str, int] = MappingProxyType({})

    @property
    def newest(self) -> Mapping[str, int]:
        """As of now, the event among it that is being handled where this is asked; immutable."""
        handled = _handled.get()
        return self._newest if handled is None else _with(self._newest, handled)

    def take(self, event: ProgramEvent) -> None:
        """A handler has returned, or the program has got the event otherwise."""
        with self._lock:
            self._newest = _with(self._newest, event)


def _with(newest: Mapping[str, int], event: ProgramEvent) -> Mapping[str, int]:
    """With this event, too. Only input has a `seq`."""
    if "seq" not in event:
        return newest
    found = dict(newest)
    peer = event["peer"].id
    found[peer] = max(found.pop(peer, 0), event["seq"])
    if len(found) > PEERS:
        del found[next(iter(found))]
    return MappingProxyType(found)
