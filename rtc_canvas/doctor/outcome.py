"""What came of one try. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of asking an ICE server, or of checking a candidate.

    kind: "ok"; "refused" by the server, with `code` (RFC 8489 clause 14.8, RFC 8656 clause 19) and its reason in
        `detail`; "silent", no answer in time; "unreachable", for the reason in `detail`; "untrusted", a certificate
        that does not hold.
    address: by which the world sees this machine, or that of the relay.
    seconds: until it was there.
    """

    kind: Literal["ok", "refused", "silent", "unreachable", "untrusted"]
    address: tuple[str, int] | None = None
    seconds: float = 0.0
    code: int = 0
    detail: str = ""
