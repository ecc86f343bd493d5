"""Input, from a page's message to the event that a program handles; pure, in the order of use.

:func:`parse_event` validates a message, :class:`InputOrder` restores the order over both
channels, :class:`ClockMap` tells when it happened on the server's clock, :class:`HeldInput` knows
what to release when the page cannot, and :class:`EventBuffer` holds what the program has not
taken yet.
"""

from __future__ import annotations

from .buffer import EventBuffer
from .clock import ClockMap
from .held import HeldInput
from .order import Channel, InputOrder
from .parse import EVENT_TYPES, Event, ProgramEvent, parse_event

__all__ = [
    "EVENT_TYPES",
    "Channel",
    "ClockMap",
    "Event",
    "EventBuffer",
    "HeldInput",
    "InputOrder",
    "ProgramEvent",
    "parse_event",
]
