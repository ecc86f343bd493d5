"""Candidates that come after the offer: the fragments of RFC 8840. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from .refusal import Refusal
from .sdp import Section, is_usable, sdp_lines, sections

__all__ = ["Fragment", "TrickleCandidate", "parse_fragment"]


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
    candidates: those that can be used. The end of candidates is left out, as it is from offers:
        what was dropped may have been all there were, and a peer that never connects is closed by
        its host.
    """

    ufrags: frozenset[str]
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
    everywhere = (attribute for part in (session, *media) for attribute in part.attributes)
    return Fragment(
        ufrags=frozenset(value for name, value in everywhere if name == "ice-ufrag"),
        candidates=tuple(found for section in media for found in _candidates(section)),
    )


def _candidates(section: Section) -> list[TrickleCandidate]:
    mid = section.value("mid")
    assert mid is not None, "parse_fragment takes no section without it"
    return [
        TrickleCandidate(mid, f"candidate:{value}")
        for name, value in section.attributes
        if name == "candidate" and is_usable(value)
    ]
