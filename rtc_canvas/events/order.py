"""The order of one peer's input, which comes over two channels that race each other."""

from __future__ import annotations

from typing import Literal, TypeAlias

from ..exceptions import BadMessage
from .parse import Event

__all__ = ["Channel", "InputOrder"]

Channel: TypeAlias = Literal["input", "pointer"]


class InputOrder:
    """Puts one peer's events into the order in which its page sent them.

    The ``input`` channel is ordered and reliable. Moves on ``pointer`` may be lost, overtake one
    another, and overtake an edge that is still being retransmitted on ``input``: a move that
    belongs behind a press would come before it. So each of them names, as ``edge``, the ``seq``
    of the newest ``input`` message sent before it, and

    - a move older than anything delivered is dropped;
    - a move whose edge has not arrived yet is held until it has, without a timer, because the
      edge comes for certain; of several such moves only the newest is held;
    - an ``input`` message is delivered at once, and a held move that waited for it right behind.

    What is delivered has a strictly rising ``seq``, holds every ``input`` message, and once all
    of those are in ends with the newest event that arrived. An ``input`` message that breaks the
    rise was sent again after an outage, and is dropped. One that was refused by the parser has not
    arrived: moves that name it wait for the next good one.
    """

    def __init__(self) -> None:
        self.dropped = 0
        """How many events came too late or again, or were replaced by a newer one while held."""
        self._delivered = 0
        self._newest_input = 0
        self._held: Event | None = None

    def receive(self, event: Event, channel: Channel) -> list[Event]:
        """Take an event that arrived on a channel and return what to deliver now, in order.

        Raises:
            BadMessage: on ``pointer``, another type than ``pointer_move``, or one without ``edge``.
        """
        return self._receive_input(event) if channel == "input" else self._receive_move(event)

    def _receive_input(self, event: Event) -> list[Event]:
        if event.seq <= self._delivered:
            self.dropped += 1
            return []
        self._delivered = self._newest_input = event.seq
        held, self._held = self._held, None
        return [event] if held is None else [event, *self._receive_move(held)]

    def _receive_move(self, move: Event) -> list[Event]:
        if move.type != "pointer_move" or move.edge is None:
            raise BadMessage(f"{move.type}: only a 'pointer_move' with 'edge' goes on pointer.")
        if move.seq <= self._delivered:
            self.dropped += 1
            return []
        if move.edge > self._newest_input:
            self._hold(move)
            return []
        self._delivered = move.seq
        return [move]

    def _hold(self, move: Event) -> None:
        if self._held is None:
            self._held = move
            return
        self.dropped += 1
        if move.seq > self._held.seq:
            self._held = move
