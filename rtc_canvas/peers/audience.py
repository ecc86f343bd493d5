"""The audience, as the peers in it see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeVar

from ..control import Role
from ..events import ProgramEvent
from .exact import ExactSource
from .presentations import Presentation
from .probes import ProbeAudience

P = TypeVar("P", contravariant=True)


class PeerAudience(ExactSource, ProbeAudience, Protocol[P]):
    """What a peer of kind `P` needs of the audience that it belongs to."""

    def peer_connected(self, peer: P) -> None: ...

    def peer_may_steer(self, peer: P) -> None: ...

    def peer_wants_control(self, peer: P, on: bool) -> None: ...

    def peer_visibility_changed(self, peer: P) -> None: ...

    def peer_input(self, peer: P, events: list[ProgramEvent]) -> None: ...

    def peer_presented(self, peer: P, presentation: Presentation) -> None: ...

    def peer_shows(self, peer: P) -> None: ...

    def peer_away(self, peer: P) -> None: ...

    def peer_back(self, peer: P) -> None: ...

    def peer_begins_anew(self, peer: P) -> None: ...

    def peer_left(self, peer: P, reason: str) -> None: ...

    @property
    def resizable(self) -> bool: ...

    @property
    def exact(self) -> bool: ...

    def latched_messages(self, role: Role) -> list[Mapping[str, object]]: ...
