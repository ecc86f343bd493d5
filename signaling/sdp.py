"""What an SDP offer must hold before a peer connection is made for it. Pure.

The words are those of RFC 8866 (SDP), RFC 8839 (ICE in SDP), RFC 8842 (DTLS) and RFC 9143 (BUNDLE).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass

from .refusal import Refusal

__all__ = ["Section", "checked_offer", "ice_ufrag", "is_usable", "sdp_lines", "sections"]

# Each media section costs a transceiver. Browsers offer three at most: audio, video and data.
_MAX_SECTIONS = 16

_DIRECTIONS = {"sendrecv", "sendonly", "recvonly", "inactive"}

_LINE = re.compile(r"[a-z]=.*")
_MEDIA = re.compile(r"m=([!-~]+) ([0-9]{1,5})(?:/[0-9]+)? ([A-Z/]+) ([!-~]+(?: [!-~]+)*)")

# Control characters, and all that some parser takes for the end of a line although RFC 8866 does
# not: what is checked here and what is parsed later must be the same lines.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]|\r(?!\n)")

_PORT = "(?:[0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
_CANDIDATE = (
    rf"[A-Za-z0-9+/]{{1,32}} [0-9]{{1,3}} [A-Za-z0-9-]+ [0-9]{{1,10}} ([!-~]+) {_PORT} typ [a-z]+"
    rf"(?: rport {_PORT}| (?!rport )[!-~]+ [!-~]+)*"
)

# The attributes that decide how a transport is set up. Each line of them must be right, so that it
# does not matter which of several another parser goes by.
_GRAMMAR = {
    "candidate": re.compile(_CANDIDATE),
    "fingerprint": re.compile(r"[A-Za-z0-9-]+ [0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2})+"),
    "ice-pwd": re.compile(r"[A-Za-z0-9+/]{22,256}"),
    "ice-ufrag": re.compile(r"[A-Za-z0-9+/]{4,256}"),
    "mid": re.compile(r"[!-~]{1,64}"),
    "setup": re.compile(r"actpass|active|passive"),
}


@dataclass(frozen=True, slots=True)
class Section:
    """One media section, or what stands before the first.

    media: `"video"` and so on; empty for the session section.
    port: 0 when the section is not in use, or bundled with another.
    attributes: (name, value) of each `a=` line in order, value empty where there is none.
    """

    media: str
    port: int
    attributes: tuple[tuple[str, str], ...]

    def value(self, name: str) -> str | None:
        """The value of the last attribute `name`, or None without one."""
        return next((value for key, value in reversed(self.attributes) if key == name), None)

    @property
    def in_use(self) -> bool:
        # RFC 9143 clause 6: with bundle-only, port 0 does not disable the section.
        return self.port != 0 or self.value("bundle-only") is not None


def sdp_lines(body: bytes) -> list[str]:
    """The lines of an SDP document or fragment, without their ends.

    Raises:
        Refusal: 400 for what is not UTF-8, or not lines of `<type>=<value>`.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise Refusal(400, "The SDP is not UTF-8.") from None
    if _FORBIDDEN.search(text):
        raise Refusal(400, "The SDP holds a control character.")
    lines = re.split(r"\r?\n", text.rstrip("\r\n"))
    for number, line in enumerate(lines, 1):
        if not _LINE.fullmatch(line):
            raise Refusal(400, f"Line {number} of the SDP is not <type>=<value>: {line[:60]!r}.")
    return lines


def sections(lines: Sequence[str]) -> tuple[Section, list[Section]]:
    """The session section and the media sections.

    Raises:
        Refusal: 400 for an `m=` line or an attribute that breaks its grammar, 422 for too many
            sections.
    """
    groups: list[list[str]] = [[]]
    for line in lines:
        if line.startswith("m="):
            groups.append([])
        groups[-1].append(line)
    if len(groups) - 1 > _MAX_SECTIONS:
        raise Refusal(
            422, f"The SDP has {len(groups) - 1} media sections; {_MAX_SECTIONS} are taken."
        )
    session, *media = groups
    return Section("", 0, _attributes(session)), [_media_section(group) for group in media]


def checked_offer(body: bytes) -> str:
    """The offer, fit for a peer connection.

    Two kinds of lines are left out, the others stay as they are:

    - Candidates whose address is a name (see `is_usable`).
    - `end-of-candidates`. When none are left it would end the search for a path before it began,
      and the browser is found by its own checks all the same (peer-reflexive candidates, RFC 8445
      clause 7.3.1.3).

    Raises:
        Refusal: 400 for what is not SDP or lacks what every WebRTC offer has, 422 for an offer that
            is understood and cannot be served: without video to receive, or not bundled.
    """
    lines = sdp_lines(body)
    if lines[0] != "v=0":
        raise Refusal(400, f"An SDP offer starts with v=0, not with {lines[0][:60]!r}.")
    session, media = sections(lines)
    for section in media:
        if section.in_use:
            _check_transport(session, section)
    _check_mids(session, media)
    if not any(_receives_video(session, section) for section in media):
        raise Refusal(422, "The offer has no video to receive; add a recvonly video transceiver.")
    return "".join(f"{line}\r\n" for line in lines if _stays(line))


def ice_ufrag(offer: str) -> str:
    """The ICE user name fragment of a checked offer: that of the section that carries the rest."""
    session, media = sections(sdp_lines(offer.encode()))
    used = next(section for section in media if section.in_use)
    ufrag = used.value("ice-ufrag") or session.value("ice-ufrag")
    assert ufrag is not None, "checked_offer takes no offer without it"
    return ufrag


def is_usable(candidate: str) -> bool:
    """Whether a candidate (the value, after `candidate:`) has an IP address.

    RFC 8839 clause 5.1 has candidates with a domain name ignored. Here it matters: browsers hide
    their address behind mDNS names (`….local`), and each costs a second of waiting for a name that
    seldom resolves.
    """
    match = _GRAMMAR["candidate"].fullmatch(candidate)
    if match is None:
        return False
    try:
        ipaddress.ip_address(match[1])
    except ValueError:
        return False
    return True


def _attributes(lines: Sequence[str]) -> tuple[tuple[str, str], ...]:
    pairs = (line[2:].partition(":") for line in lines if line.startswith("a="))
    attributes = tuple((name, value) for name, _, value in pairs)
    for name, value in attributes:
        if name in _GRAMMAR and not _GRAMMAR[name].fullmatch(value):
            raise Refusal(400, f"The SDP has a malformed a={name}: {value[:60]!r}.")
    return attributes


def _media_section(lines: Sequence[str]) -> Section:
    match = _MEDIA.fullmatch(lines[0])
    if match is None or int(match[2]) > 65535:
        raise Refusal(400, f"The SDP has a malformed m= line: {lines[0][:60]!r}.")
    return Section(match[1], int(match[2]), _attributes(lines[1:]))


def _check_transport(session: Section, section: Section) -> None:
    for name in ("ice-ufrag", "ice-pwd", "fingerprint", "setup"):
        if section.value(name) is None and session.value(name) is None:
            raise Refusal(400, f"The offer's {section.media} section has no a={name}.")
    # RFC 9725 clause 4.4.1, which WHEP follows: RTP and RTCP share one transport.
    if section.media in ("audio", "video") and section.value("rtcp-mux") is None:
        raise Refusal(
            422, f"The offer's {section.media} section has no a=rtcp-mux, which is needed."
        )


def _check_mids(session: Section, media: Sequence[Section]) -> None:
    mids = [section.value("mid") for section in media]
    if None in mids:
        raise Refusal(400, "The offer has a media section without a=mid.")
    if len(set(mids)) != len(mids):
        raise Refusal(400, "The offer has two media sections with the same a=mid.")
    used = {mid for mid, section in zip(mids, media, strict=True) if section.in_use}
    groups = [value.split() for name, value in session.attributes if name == "group"]
    bundles = [set(group[1:]) for group in groups if group[:1] == ["BUNDLE"]]
    if len(used) > 1 and not any(used <= bundle for bundle in bundles):
        raise Refusal(
            422, "The offer's media sections are not all in one BUNDLE group, which is needed."
        )


def _receives_video(session: Section, section: Section) -> bool:
    stated = [name for name, _ in (*session.attributes, *section.attributes) if name in _DIRECTIONS]
    direction = stated[-1] if stated else "sendrecv"
    return section.media == "video" and section.in_use and direction in ("sendrecv", "recvonly")


def _stays(line: str) -> bool:
    if line.startswith("a=candidate:"):
        return is_usable(line.removeprefix("a=candidate:"))
    return line.partition(":")[0] != "a=end-of-candidates"
