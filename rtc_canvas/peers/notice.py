"""Which notice one peer's page shows. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(slots=True)
class PeerNotice:
    """What two say, of which the page shows one.

    program: what the program says to every page; it comes first. server: what the server says to this one.
    """

    program: str | None = None
    server: str | None = None

    @property
    def message(self) -> Mapping[str, object]:
        """What the page is to be told."""
        return {"type": "notice", "text": self.program or self.server}
