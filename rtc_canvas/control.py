"""Who holds control: a pure state machine.

``step(state, event, now)`` gives the next state and the effects that its caller has to carry out.
Control goes to the first peer whose input channel opens. When the holder leaves, goes away or its
lease expires, the next in line gets it: the order is that of opening, peers that are away are
passed over but keep their place, and one whose lease expired, or that released it, goes to the end.
A peer that is back takes control from nobody; one that asks takes it from a holder that is idle,
which is next in line then.
Viewers stand in no line, nor do pages that are view-only: one that becomes so has left it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

__all__ = [
    "IDLE",
    "ROLES",
    "Asked",
    "Away",
    "Back",
    "Control",
    "Effect",
    "Event",
    "Expired",
    "Gained",
    "Lease",
    "Left",
    "Lost",
    "Opened",
    "Reason",
    "Released",
    "Role",
    "may",
    "step",
]

Role: TypeAlias = Literal["viewer", "operator", "admin"]
Reason: TypeAlias = Literal["away", "left", "expired", "taken", "released"]

ROLES: tuple[Role, ...] = ("viewer", "operator", "admin")
"""Each may do all that the one before may."""

IDLE = 5.0
"""Seconds without input after which a holder is idle."""


def may(role: Role, needed: Role) -> bool:
    """Whether a peer of one role may do what another is needed for."""
    return ROLES.index(role) >= ROLES.index(needed)


@dataclass(frozen=True, slots=True)
class Opened:
    """A peer's input channel opened. Again for a known peer, it means that it is back."""

    peer: str
    role: Role
    """The same each time: a peer's role is settled when it is admitted."""


@dataclass(frozen=True, slots=True)
class Away:
    """A peer went silent; its place in line is kept."""

    peer: str


@dataclass(frozen=True, slots=True)
class Back:
    """A peer that was away is heard again."""

    peer: str


@dataclass(frozen=True, slots=True)
class Left:
    """A peer's place is given up."""

    peer: str


@dataclass(frozen=True, slots=True)
class Expired:
    """Time has passed: a lease that is due ends. Too early, it does nothing."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A peer asks for control."""

    peer: str
    idle: float
    """Seconds since the newest input of the holder, or since it gained control."""


@dataclass(frozen=True, slots=True)
class Released:
    """A peer gives control up."""

    peer: str


Event: TypeAlias = Opened | Away | Back | Left | Expired | Asked | Released


@dataclass(frozen=True, slots=True)
class Gained:
    """A peer holds control from now on."""

    peer: str


@dataclass(frozen=True, slots=True)
class Lost:
    """A peer no longer holds control; told before the next one gains it."""

    peer: str
    reason: Reason


Effect: TypeAlias = Gained | Lost


@dataclass(frozen=True, slots=True)
class Lease:
    """Control, lent to one peer."""

    holder: str
    expires: float | None
    """The time at which it is due, on the clock of ``now``; None: when the holder goes."""
    capability: Literal["all"] = "all"
    """What may be steered with it."""


@dataclass(frozen=True, slots=True)
class Control:
    """The state: who may hold control, and who does. ``Control()`` is the first one."""

    line: tuple[str, ...] = ()
    """The peers that may hold control, the holder among them, in the order of their turn."""
    away: frozenset[str] = frozenset()
    """Those in line that are away."""
    lease: Lease | None = None
    """None only when no one in line is present."""
    term: float | None = None
    """How long a lease lasts, in seconds; None: as long as its holder is there."""

    @property
    def holder(self) -> str | None:
        """The peer that holds control."""
        return self.lease.holder if self.lease else None


def step(state: Control, event: Event, now: float) -> tuple[Control, tuple[Effect, ...]]:
    """Return the state after an event, and the effects in the order in which to carry them out.

    Events about a peer that is not in line change nothing.

    Args:
        state: the state before it; ``Control()`` at first.
        event: what happened.
        now: when, in seconds on any monotonic clock.
    """
    line, away, lease = state.line, state.away, state.lease
    match event:
        case Opened(peer, role) if role != "viewer":
            line = line if peer in line else (*line, peer)
            away -= {peer}
        case Away(peer) if peer in line:
            away |= {peer}
        case Back(peer):
            away -= {peer}
        case Left(peer):
            line = _without(line, peer)
            away -= {peer}
        case Expired() if lease and lease.expires is not None and now >= lease.expires:
            line = (*_without(line, lease.holder), lease.holder)
            lease = None
        case Asked(peer, idle) if (
            peer in line and peer not in away and lease and peer != lease.holder and idle >= IDLE
        ):
            pair = (peer, lease.holder)
            line = (*pair, *(other for other in line if other not in pair))
            lease = _lend([peer], state.term, now)
        case Released(peer) if peer == state.holder:
            line = (*_without(line, peer), peer)
            lease = None

    present = [peer for peer in line if peer not in away]
    if lease is None or lease.holder not in present:
        lease = _lend(present, state.term, now)
    after = replace(state, line=line, away=away, lease=lease)
    return after, _effects(state.holder, after.holder, event)


def _without(line: tuple[str, ...], gone: str) -> tuple[str, ...]:
    return tuple(peer for peer in line if peer != gone)


def _lend(present: Sequence[str], term: float | None, now: float) -> Lease | None:
    """Lend control to the first in line; to no one when no one is there."""
    if not present:
        return None
    return Lease(present[0], expires=None if term is None else now + term)


def _effects(before: str | None, after: str | None, event: Event) -> tuple[Effect, ...]:
    if before == after:
        return ()
    lost = () if before is None else (Lost(before, _REASONS[type(event)]),)
    gained = () if after is None else (Gained(after),)
    return (*lost, *gained)


_REASONS: dict[type[Event], Reason] = {
    Away: "away",
    Left: "left",
    Expired: "expired",
    Asked: "taken",
    Released: "released",
}
"""Why control was lost; no other event takes it from anyone."""
