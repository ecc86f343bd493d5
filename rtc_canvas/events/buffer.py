"""Events that wait for the program."""

from __future__ import annotations

from collections import deque
from itertools import chain

from .parse import ProgramEvent

__all__ = ["EventBuffer"]


class EventBuffer:
    """A bounded queue that merges what a program need not see one by one.

    A new event is merged only into the one queued immediately before it, so never across an edge:

    - ``pointer_move`` of the same peer with equal buttons, modifiers and ntouches: the last stays;
    - ``wheel`` of the same peer with equal buttons and modifiers: dx and dy are summed;
    - ``resize``: the last stays, whoever it came from.

    When it is full, the oldest word of a picture that was presented is dropped, without one the
    oldest move, then the oldest wheel, and an edge (the oldest) only when there is nothing else.
    Not locked: the owner calls it from one thread at a time.

    Args:
        limit: the most events that wait.
    """

    def __init__(self, limit: int = 1024) -> None:
        self.dropped = 0
        """How many events were dropped because the queue was full."""
        self._limit = limit
        self._place = 0
        # One queue for each rank, so that dropping needs no search; places restore the order.
        self._presented: deque[tuple[int, ProgramEvent]] = deque()
        self._moves: deque[tuple[int, ProgramEvent]] = deque()
        self._wheels: deque[tuple[int, ProgramEvent]] = deque()
        self._edges: deque[tuple[int, ProgramEvent]] = deque()
        self._queues = (self._presented, self._moves, self._wheels, self._edges)

    def __len__(self) -> int:
        return sum(len(queue) for queue in self._queues)

    def put(self, event: ProgramEvent) -> None:
        """Queue an event, or merge it into the last one."""
        queue = self._queue_of(event)
        if queue and queue[-1][0] == self._place:
            merged = _merge(queue[-1][1], event)
            if merged is not None:
                queue[-1] = (self._place, merged)
                return
        self._place += 1
        queue.append((self._place, event))
        if len(self) > self._limit:
            next(queue for queue in self._queues if queue).popleft()
            self.dropped += 1

    def drain(self) -> list[ProgramEvent]:
        """Take everything out, oldest first."""
        waiting = sorted(chain(*self._queues), key=lambda placed: placed[0])
        for queue in self._queues:
            queue.clear()
        return [event for _, event in waiting]

    def _queue_of(self, event: ProgramEvent) -> deque[tuple[int, ProgramEvent]]:
        match event["type"]:
            case "presented":
                return self._presented
            case "pointer_move":
                return self._moves
            case "wheel":
                return self._wheels
            case _:
                return self._edges


def _merge(last: ProgramEvent, event: ProgramEvent) -> ProgramEvent | None:
    """Return the one event that stands for both, or None when each matters."""
    match last["type"], event["type"]:
        case "resize", "resize":
            return event
        case "pointer_move", "pointer_move" if _equal(
            last, event, "peer", "buttons", "modifiers", "ntouches"
        ):
            return event
        case "wheel", "wheel" if _equal(last, event, "peer", "buttons", "modifiers"):
            return event | {"dx": last["dx"] + event["dx"], "dy": last["dy"] + event["dy"]}
        case _:
            return None


def _equal(last: ProgramEvent, event: ProgramEvent, *names: str) -> bool:
    return all(last[name] == event[name] for name in names)
