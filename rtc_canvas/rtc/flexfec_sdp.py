"""Taking up FlexFEC from an offer: what aiortc does not know is written into its answer. Pure."""

from __future__ import annotations

import re

from .flexfec import FLEXFEC

_RTPMAP = re.compile(rf"a=rtpmap:(\d+) {FLEXFEC}/90000", re.IGNORECASE)

# Microseconds for which a receiver keeps packets to repair others from.
REPAIR_WINDOW = 10_000_000


def with_flexfec(
    answer: str, offer: str, mid: str, media_ssrc: int, fec_ssrc: int
) -> tuple[str, int | None]:
    """The answer with FlexFEC accepted for the section `mid`, and its payload type.

    The answer stays as it is, and the type is None, where the offer has none there.
    """
    payload_type = next(
        (
            int(found[1])
            for section in _sections(offer)
            if _mid(section) == mid
            for found in _RTPMAP.finditer(section)
        ),
        None,
    )
    if payload_type is None:
        return answer, None
    sections = [
        _extended(section, payload_type, media_ssrc, fec_ssrc) if _mid(section) == mid else section
        for section in _sections(answer)
    ]
    return "".join(sections), payload_type


def _sections(description: str) -> list[str]:
    """The session's part and each media section, as they stand."""
    return re.split(r"(?m)^(?=m=)", description)


def _mid(section: str) -> str | None:
    found = re.search(r"(?m)^a=mid:(\S+)", section)
    return None if found is None else found[1]


def _extended(section: str, payload_type: int, media_ssrc: int, fec_ssrc: int) -> str:
    first, _, rest = section.partition("\r\n")
    cname = re.search(rf"a=ssrc:{media_ssrc} cname:(\S+)", section)
    lines = [
        f"a=rtpmap:{payload_type} {FLEXFEC}/90000",
        f"a=rtcp-fb:{payload_type} transport-cc",
        f"a=fmtp:{payload_type} repair-window={REPAIR_WINDOW}",
        f"a=ssrc-group:FEC-FR {media_ssrc} {fec_ssrc}",
        f"a=ssrc:{fec_ssrc} cname:{cname[1] if cname else 'rtc_canvas'}",
    ]
    added = "".join(f"{line}\r\n" for line in lines)
    return f"{first} {payload_type}\r\n{rest}{added}"
