from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.doctor import judgements as judge
from rtc_canvas.doctor.candidates import Candidate
from rtc_canvas.doctor.findings import Finding, note, ok, problem, verdict
from rtc_canvas.doctor.outcome import Outcome

OK = Outcome("ok", ("192.0.2.1", 5000), 0.012)
SILENT = Outcome("silent")
TURN = "turn:turn.example.org"
NOW = 1_700_000_000.0

outcomes = st.builds(
    Outcome,
    st.sampled_from(["ok", "refused", "silent", "unreachable", "untrusted"]),
    st.none() | st.tuples(st.ip_addresses().map(str), st.integers(1, 65535)),
    st.floats(0, 10),
    st.integers(300, 699),
    st.text(max_size=20),
)


def tells(finding: Finding, mark: str, *words: str) -> bool:
    text = f"{finding.text} {finding.advice}"
    return finding.mark == mark and all(word in text for word in words)


@given(outcomes, st.text(max_size=30), st.booleans())
def test_every_problem_comes_with_something_to_do(
    outcome: Outcome, username: str, secret: bool
) -> None:
    finding = judge.judge_ice_server(TURN, outcome, username=username, now=NOW, secret=secret)
    assert TURN in finding.text
    assert (finding.mark == "ok") == (outcome.kind == "ok")
    assert (finding.mark == "problem") == bool(finding.advice)


@pytest.mark.parametrize(
    ("outcome", "username", "secret", "words"),
    [
        (OK, "", False, ["relays after 12 ms", "192.0.2.1"]),
        (SILENT, "", False, ["does not answer", "transport=tcp"]),
        (Outcome("refused", code=401), "me", False, ["user name or the password"]),
        (Outcome("refused", code=401), "1700000060:me", True, ["static-auth-secret"]),
        (Outcome("refused", code=401), "1699999990:me", False, ["expired 10 s ago", "Reload"]),
        (Outcome("refused", code=486, detail="Quota"), "me", False, ["486 Quota", "user-quota"]),
        (Outcome("refused", code=500), "me", False, ["500", "log"]),
        (Outcome("untrusted", detail="expired"), "", False, ["certificate", "expired"]),
        (Outcome("unreachable", detail="no such name"), "", False, ["no such name"]),
    ],
)
def test_turn_servers(outcome: Outcome, username: str, secret: bool, words: list[str]) -> None:
    finding = judge.judge_ice_server(TURN, outcome, username=username, now=NOW, secret=secret)
    assert tells(finding, "ok" if outcome is OK else "problem", *words)


def test_a_stun_server() -> None:
    finding = judge.judge_ice_server("stun:a.example", OK, now=NOW)
    assert tells(finding, "ok", "sees this machine as 192.0.2.1")


@pytest.mark.parametrize(
    ("username", "expiry"),
    [
        ("1700000000:me", 1_700_000_000),
        ("1700000000", 1_700_000_000),
        ("me", None),
        ("12:me", None),
    ],
)
def test_when_credentials_expire(username: str, expiry: int | None) -> None:
    assert judge.expires_at(username) == expiry


def udp(*hosts: str) -> list[Candidate]:
    return [Candidate("udp", (host, 8080)) for host in hosts]


def test_one_udp_address_that_answers_is_enough() -> None:
    found = judge.judge_media(
        list(zip(udp("172.17.0.2", "192.168.1.5"), [SILENT, OK], strict=True)), "192.168.1.5"
    )
    assert [finding.mark for finding in found] == ["note", "ok"]
    assert "Docker" in found[0].text


@pytest.mark.parametrize(
    ("hosts", "reached", "words"),
    [
        (["192.168.1.5"], "192.168.1.5", ["No UDP", "UDP port 8080", "--ice-server"]),
        (["172.17.0.2"], "192.168.1.5", ["--public-address 192.168.1.5", "/udp"]),
        (["10.0.0.4"], "8.8.8.8", ["--public-address 8.8.8.8"]),
        (["127.0.0.1"], "192.168.1.5", ["loopback only", "--host 0.0.0.0"]),
        ([], "192.168.1.5", ["no address for UDP"]),
    ],
)
def test_udp_that_does_not_pass(hosts: list[str], reached: str, words: list[str]) -> None:
    tcp = (Candidate("tcp", (reached, 8080)), OK)
    found = judge.judge_media([*((each, SILENT) for each in udp(*hosts)), tcp], reached)
    assert tells(found[-1], "problem", *words)
    assert sum(finding.mark == "problem" for finding in found) == 1


@pytest.mark.parametrize(
    ("status", "line", "has_token", "words"),
    [
        (401, "", False, ["has none", "whole link"]),
        (401, "", True, ["not that of the server"]),
        (
            403,
            "The host 'lab' is not allowed; --allow-host (allow_hosts=) lists more.",
            True,
            ["--allow-host"],
        ),
        (502, "", True, ["proxy", "does not reach the program"]),
        (404, "", True, ["no rtc_canvas server"]),
        (200, "", True, ["no rtc_canvas server"]),
    ],
)
def test_refusals(status: int, line: str, has_token: bool, words: list[str]) -> None:
    assert tells(judge.judge_refusal(status, line, has_token=has_token), "problem", *words)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(), ["Nothing listens", "--host"]),
        (TimeoutError(), ["does not answer", "firewall", "ssh -L 8080"]),
        (OSError("Name or service not known"), ["not known", "Check the name"]),
    ],
)
def test_no_connection(error: Exception, words: list[str]) -> None:
    assert tells(judge.judge_no_connection(error, "lab", 8080), "problem", *words)


def test_certificates() -> None:
    assert tells(judge.judge_certificate("self-signed certificate"), "note", "warn once")
    assert tells(judge.judge_certificate("certificate has expired"), "problem", "Renew")


@pytest.mark.parametrize("status", [426, 400, 200, 502, None])
def test_websockets_that_do_not_pass(status: int | None) -> None:
    assert tells(judge.judge_websocket(status), "problem", "proxy_set_header Upgrade")


def test_a_websocket_that_passes() -> None:
    assert judge.judge_websocket(101) == ok("A WebSocket gets through.")


def test_a_finding_in_lines() -> None:
    told = str(problem("word " * 30, "Give --ice-server. " + "word " * 30)).splitlines()
    assert told[0].startswith("problem  word")
    assert told[2].startswith("         → Give --ice-server.")
    assert all(line.startswith("         ") for line in told[1:])
    assert max(map(len, told)) <= 110


def test_the_last_line() -> None:
    assert verdict([ok("a"), note("b")]) == "No problem was found."
    assert verdict([problem("a", "b"), ok("c")]) == "1 problem found."
    assert verdict([problem("a", "b")] * 2) == "2 problems found."
