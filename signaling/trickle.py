"""Candidates that come after the offer, and ICE restarts: the fragments of RFC 8840. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from .refusal import Refusal
from .sdp import Section, is_usable, sdp_lines, sections

__all__ = ["Fragment", "TrickleCandidate", "parse_fragment", "restart_fragment"]


@dataclass(frozen=True, slots=True)
class TrickleCandidate:
    """One candidate of the browser, as its RTCIceCandidate has it.

    mid: the media section that it belongs to, as the fragment names it; the offer need not have it.
    candidate: `"candidate:1 1 udp 2113937151 192.0.2.1 54854 typ host"`; its address is an IP
        address.
    """

    mid: str
    candidate: str


@dataclass(frozen=True, slots=True)
class Fragment:
    """What one PATCH says.

    ufrags: the ICE user name fragments in it, normally the offer's one. Another one asks for an ICE
        restart.
    passwords: the ICE passwords in it.
    candidates: those that can be used. The end of candidates is left out, as it is from offers:
        what was dropped may have been all there were, and a peer that never connects is closed by
        its host.
    """

    ufrags: frozenset[str]
    passwords: frozenset[str]
    candidates: tuple[TrickleCandidate, ...]


def parse_fragment(body: bytes) -> Fragment:
    """Parse a body of `application/trickle-ice-sdpfrag` (RFC 8840 clause 9).

    Raises:
        Refusal: 400 for what is no fragment, 422 for one with too many media sections.
    """
    session, media = sections(sdp_lines(body))
    if session.value("candidate") is not None:
        raise Refusal(400, "The fragment has a candidate before its first m= line.")
    if any(section.value("mid") is None for section in media):
        raise Refusal(400, "The fragment has an m= line without a=mid.")
    everywhere = [attribute for part in (session, *media) for attribute in part.attributes]
    return Fragment(
        ufrags=frozenset(value for name, value in everywhere if name == "ice-ufrag"),
        passwords=frozenset(value for name, value in everywhere if name == "ice-pwd"),
        candidates=tuple(found for section in media for found in _candidates(section)),
    )


def restart_fragment(answer: str, ufrag: str, password: str) -> str:
    """What answers an ICE restart (RFC 9725 clause 4.3.3): new credentials, and the candidates of the answer.

    answer: that of the session; with everything bundled, its first section has all candidates.
    """
    _, media = sections(sdp_lines(answer.encode()))
    first = next(section for section in media if section.in_use)
    candidates = [value for name, value in first.attributes if name == "candidate"]
    lines = [
        f"a=ice-ufrag:{ufrag}",
        f"a=ice-pwd:{password}",
        f"m={first.media} 9 UDP/TLS/RTP/SAVPF 0",
        f"a=mid:{first.value('mid')}",
        *(f"a=candidate:{value}" for value in candidates),
    ]
    return "".join(f"{line}\r\n" for line in lines)


def _candidates(section: Section) -> list[TrickleCandidate]:
    mid = section.value("mid")
    assert mid is not None, "parse_fragment takes no section without it"
    return [
        TrickleCandidate(mid, f"candidate:{value}")
        for name, value in section.attributes
        if name == "candidate" and is_usable(value)
    ]
