from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signaling.refusal import Refusal
from signaling.sdp import checked_offer, ice_ufrag, is_usable

# As the browsers made them, with three data channels, once all candidates were gathered.
OFFERS = {path.stem: path.read_text() for path in (Path(__file__).parent / "offers").iterdir()}
OFFER = OFFERS["chromium"]


def refusal(offer: str | bytes) -> Refusal:
    with pytest.raises(Refusal) as caught:
        checked_offer(offer if isinstance(offer, bytes) else offer.encode())
    assert "\n" not in caught.value.reason
    assert len(caught.value.reason) <= 200
    return caught.value


def checked_or_status(offer: str) -> str | int:
    """The checked offer, or the status of its refusal."""
    try:
        return checked_offer(offer.encode())
    except Refusal as refused:
        return refused.status


def changed(old: str, new: str, count: int = -1) -> str:
    assert old in OFFER
    return OFFER.replace(old, new, count)


def without(start: str) -> str:
    """The offer without the lines that start so."""
    lines = [line for line in OFFER.splitlines(keepends=True) if not line.startswith(start)]
    assert len(lines) < len(OFFER.splitlines())
    return "".join(lines)


@pytest.mark.parametrize("browser", OFFERS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_only_hidden_candidates_and_their_end_are_left_out(browser: str, end: str) -> None:
    lines = OFFERS[browser].splitlines()
    kept = [
        line
        for line in lines
        if not line.startswith("a=candidate") and line != "a=end-of-candidates"
    ]
    assert len(kept) < len(lines)
    checked = checked_offer("".join(f"{line}{end}" for line in lines).encode())
    assert checked == "".join(f"{line}\r\n" for line in kept)


def test_a_candidate_with_an_address_stays() -> None:
    candidate = "a=candidate:1 1 udp 2113937151 192.0.2.7 54854 typ host generation 0"
    offer = OFFER.replace("a=mid:0\n", f"a=mid:0\n{candidate}\n")
    assert f"{candidate}\r\n" in checked_offer(offer.encode())


@pytest.mark.parametrize(("browser", "ufrag"), [("chromium", "QvC7"), ("firefox", "f56e1144")])
def test_the_user_name_fragment_is_the_offers(browser: str, ufrag: str) -> None:
    assert ice_ufrag(checked_offer(OFFERS[browser].encode())) == ufrag


def test_it_may_stand_above_all_sections() -> None:
    offer = without("a=ice-ufrag").replace("t=0 0\n", "t=0 0\na=ice-ufrag:above\n")
    assert ice_ufrag(checked_offer(offer.encode())) == "above"


@pytest.mark.parametrize(
    "candidate",
    [
        "1 1 udp 2113937151 192.0.2.7 54854 typ host",
        "1 1 UDP 2113937151 2001:db8::1 54854 typ srflx raddr 0.0.0.0 rport 9 generation 0",
        "1 1 udp 2113937151 192.0.2.7 65535 typ host",
        "2 1 TCP 2105458943 192.0.2.7 9 typ host tcptype active",
    ],
)
def test_a_candidate_with_an_address_is_usable(candidate: str) -> None:
    assert is_usable(candidate)


@pytest.mark.parametrize(
    "candidate",
    [
        "",
        "1 1 udp 2113937151 acd7895c-a8f0-461f-b447-3c4b02468b62.local 54854 typ host",
        "1 1 udp 2113937151 relay.example.org 54854 typ relay",
        "1 1 udp 2113937151 192.0.2.7 54854",
        "1 one udp 2113937151 192.0.2.7 54854 typ host",
        "1 1 udp 2113937151 192.0.2.7 65536 typ host",
        "1 1 udp 2113937151 192.0.2.7 54854 typ srflx raddr 0.0.0.0 rport 65536",
        "1 1 udp 2113937151 192.0.2.7 54854 typ host rport nine",
        "1 1 udp 2113937151 192.0.2.7 54854 typ host generation",
    ],
)
def test_others_are_not(candidate: str) -> None:
    assert not is_usable(candidate)


@pytest.mark.parametrize(
    ("offer", "reason"),
    [
        ("", "Line 1 of the SDP is not"),
        ("hello", "Line 1 of the SDP is not"),
        ("{}", "Line 1 of the SDP is not"),
        (b"v=0\r\ns=\xff\r\n", "not UTF-8"),
        ("v=1\r\n", "starts with v=0"),
        ("s=-\r\nv=0\r\n", "starts with v=0"),
        (changed("s=-\n", "s=\x00\n"), "control character"),
        (changed("s=-\n", "s=-\ra=mid:7\n"), "control character"),
        (changed("s=-\n", "s=-\u2028m=video\n"), "control character"),
        (changed("s=-\n", "\n"), "Line 3 of the SDP is not"),
        (changed("m=video 9 ", "m=video "), "malformed m= line"),
        (changed("m=video 9 ", "m=video 65536 "), "malformed m= line"),
        (changed("a=mid:0", "a=mid:"), "malformed a=mid"),
        (changed("a=mid:1", "a=mid:0"), "same a=mid"),
        (changed("a=ice-ufrag:QvC7", "a=ice-ufrag:Q"), "malformed a=ice-ufrag"),
        (changed("a=ice-ufrag:QvC7", "a=ice-ufrag"), "malformed a=ice-ufrag"),
        (changed("a=fingerprint:sha-256 ", "a=fingerprint:"), "malformed a=fingerprint"),
        (changed("a=setup:actpass", "a=setup:holdconn"), "malformed a=setup"),
        (changed(" typ host", ""), "malformed a=candidate"),
        (without("a=mid:1"), "without a=mid"),
        (without("a=ice-ufrag"), "video section has no a=ice-ufrag"),
        (without("a=ice-pwd"), "video section has no a=ice-pwd"),
        (without("a=fingerprint"), "video section has no a=fingerprint"),
        (without("a=setup"), "video section has no a=setup"),
    ],
)
def test_what_is_no_offer_is_a_bad_request(offer: str | bytes, reason: str) -> None:
    refused = refusal(offer)
    assert refused.status == 400
    assert reason in refused.reason


@pytest.mark.parametrize(
    ("offer", "reason"),
    [
        (changed("m=video 9 ", "m=video 0 "), "no video to receive"),
        (changed("m=video 9 ", "m=text 9 "), "no video to receive"),
        (changed("a=recvonly", "a=sendonly"), "no video to receive"),
        (changed("a=recvonly", "a=inactive"), "no video to receive"),
        (OFFER[: OFFER.index("m=")], "no video to receive"),
        (without("a=rtcp-mux"), "no a=rtcp-mux"),
        (without("a=group"), "not all in one BUNDLE group"),
        (changed("a=group:BUNDLE 0 1", "a=group:BUNDLE 0"), "not all in one BUNDLE group"),
        (OFFER + OFFER[OFFER.index("m=application") :] * 15, "17 media sections"),
    ],
)
def test_an_offer_that_cannot_be_served_is_unprocessable(offer: str, reason: str) -> None:
    refused = refusal(offer)
    assert refused.status == 422
    assert reason in refused.reason


@pytest.mark.parametrize(
    "offer",
    [
        changed("a=recvonly\n", "a=sendrecv\n"),
        changed("a=recvonly\n", ""),
        changed("m=video 9 ", "m=video 9/2 "),
        changed("m=video 9 ", "m=video 0 ").replace("a=mid:0\n", "a=mid:0\na=bundle-only\n"),
        changed("m=application 9 ", "m=application 0 "),
        changed("t=0 0\n", "t=0 0\na=inactive\n"),
        OFFER + "\r\n\r\n",
    ],
)
def test_unusual_offers_that_are_right_pass(offer: str) -> None:
    assert "m=video" in checked_offer(offer.encode())


@given(st.binary())
def test_bytes_are_refused(body: bytes) -> None:
    assert refusal(body).status == 400


@settings(max_examples=50)
@given(st.data())
def test_a_mutated_offer_passes_or_is_refused(data: st.DataObject) -> None:
    lines = OFFER.splitlines()
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(lines) - 1))
        change = data.draw(st.sampled_from(["cut", "repeat", "move", "text"]))
        match change:
            case "cut":
                lines[place] = lines[place][: data.draw(st.integers(0, len(lines[place])))]
            case "repeat":
                lines.insert(place, lines[place])
            case "move":
                lines.append(lines.pop(place))
            case _:
                lines[place] = lines[place][:2] + data.draw(st.text())
    checked = checked_or_status("\r\n".join(lines))
    if isinstance(checked, int):
        assert checked in (400, 422)
    else:
        assert checked_or_status(checked) == checked
        assert set(checked.splitlines()) <= set(lines)
