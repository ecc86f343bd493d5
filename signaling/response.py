"""A response, told in plain values, whatever server sends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Response"]


@dataclass(frozen=True, slots=True)
class Response:
    """One response. Whoever sends it adds Content-Length, and leaves the body out where HEAD asked."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
