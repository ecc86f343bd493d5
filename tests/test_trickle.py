from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.refusal import Refusal
from signaling.trickle import (
    Fragment,
    TrickleCandidate,
    parse_fragment,
    restart_fragment,
)

HOST = "candidate:1 1 udp 2113937151 192.0.2.7 54854 typ host generation 0"
RELAY = "candidate:2 1 udp 41885439 203.0.113.9 50000 typ relay raddr 0.0.0.0 rport 0"
HIDDEN = "candidate:3 1 udp 2113937151 acd7895c-a8f0.local 54854 typ host"


def fragment(*lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode()


def test_candidates_go_by_the_mid_of_their_section() -> None:
    body = fragment(
        "a=ice-ufrag:QvC7",
        "a=ice-pwd:C7x7FYacm4TONes+6/FHp43M",
        "m=video 9 UDP/TLS/RTP/SAVPF 0",
        "a=mid:0",
        f"a={HOST}",
        f"a={HIDDEN}",
        "a=end-of-candidates",
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
        f"a={RELAY}",
        "a=mid:data",
    )
    assert parse_fragment(body) == Fragment(
        ufrags=frozenset({"QvC7"}),
        passwords=frozenset({"C7x7FYacm4TONes+6/FHp43M"}),
        candidates=(TrickleCandidate("0", HOST), TrickleCandidate("data", RELAY)),
    )


def test_the_end_of_candidates_alone_says_nothing() -> None:
    body = fragment("a=ice-ufrag:QvC7", "a=end-of-candidates")
    assert parse_fragment(body) == Fragment(frozenset({"QvC7"}), frozenset(), ())


def test_what_answers_a_restart_can_be_parsed_as_such() -> None:
    answer = fragment(
        "v=0",
        "m=audio 0 UDP/TLS/RTP/SAVPF 0",
        "a=mid:none",
        "m=video 9 UDP/TLS/RTP/SAVPF 96",
        "a=mid:0",
        "a=ice-ufrag:old1",
        "a=ice-pwd:old/old/old/old/old/old/",
        f"a={HOST}",
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
        "a=mid:1",
    ).decode()
    told = restart_fragment(answer, "new1", "new/new/new/new/new/new/")
    assert parse_fragment(told.encode()) == Fragment(
        ufrags=frozenset({"new1"}),
        passwords=frozenset({"new/new/new/new/new/new/"}),
        candidates=(TrickleCandidate("0", HOST),),
    )


def test_user_name_fragments_are_found_wherever_they_stand() -> None:
    body = fragment(
        "a=ice-ufrag:QvC7", "m=video 9 UDP/TLS/RTP/SAVPF 0", "a=mid:0", "a=ice-ufrag:other"
    )
    assert parse_fragment(body).ufrags == {"QvC7", "other"}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "Line 1"),
        (b"\xff", "UTF-8"),
        (fragment("candidate:1"), "Line 1"),
        (fragment(f"a={HOST}"), "before its first m= line"),
        (fragment("m=video 9 UDP/TLS/RTP/SAVPF 0", f"a={HOST}"), "without a=mid"),
        (fragment("m=video", "a=mid:0"), "malformed m="),
        (fragment("m=video 9 RTP/AVP 0", "a=mid:0", "a=candidate:1"), "malformed a=candidate"),
    ],
)
def test_what_is_no_fragment_is_a_bad_request(body: bytes, reason: str) -> None:
    with pytest.raises(Refusal, match=reason) as caught:
        parse_fragment(body)
    assert caught.value.status == 400


@given(st.lists(st.sampled_from(["a=mid:0", "m=video 9 RTP/AVP 0", f"a={HOST}"]) | st.text()))
def test_any_lines_are_parsed_or_refused(lines: list[str]) -> None:
    with contextlib.suppress(Refusal):
        parsed = parse_fragment("\n".join(lines).encode())
        assert {candidate.candidate for candidate in parsed.candidates} <= {HOST}
