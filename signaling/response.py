"""A response, told in plain values, whatever server sends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Response"]


@dataclass(frozen=True, slots=True)
class Response:
    """One response. Whoever sends it leaves the body out where HEAD asked."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def pairs(self) -> list[tuple[bytes, bytes]]:
        """The fields as bytes, their names in lower case, with Content-Length."""
        fields = dict(self.headers)
        if self.status not in (204, 304):  # RFC 9110 clause 8.6
            fields["Content-Length"] = str(len(self.body))
        return [(name.lower().encode(), value.encode()) for name, value in fields.items()]
