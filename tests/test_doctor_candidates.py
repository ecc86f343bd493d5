from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.doctor.candidates import Candidate, doubt, parse_candidates

ANSWER = """v=0
a=candidate:1 1 udp 2130706431 172.17.0.2 8080 typ host
a=candidate:2 1 udp 2130706431 fd00::2 8080 typ host
a=candidate:2 1 UDP 2130706431 fd00::2 8080 typ host
a=candidate:3 1 tcp 1518280447 127.0.0.1 9000 typ host tcptype passive
a=candidate:4 1 tcp 1518280447 127.0.0.1 9 typ host tcptype active
a=candidate:5 1 udp 1 hidden.local 8080 typ host
a=candidate:6 1 udp 1 10.0.0.1 0 typ host
a=candidate:6 1 udp 1 10.0.0.1 65536 typ host
a=end-of-candidates
"""


def test_what_a_browser_can_begin_with() -> None:
    assert parse_candidates(ANSWER.replace("\n", "\r\n")) == [
        Candidate("udp", ("172.17.0.2", 8080)),
        Candidate("udp", ("fd00::2", 8080)),
        Candidate("tcp", ("127.0.0.1", 9000)),
    ]


def test_an_address_as_it_is_written() -> None:
    assert str(Candidate("udp", ("fd00::2", 80))) == "[fd00::2]:80"
    assert str(Candidate("udp", ("10.0.0.1", 80))) == "10.0.0.1:80"


@given(st.text())
def test_anything_is_an_answer_without_candidates(answer: str) -> None:
    parse_candidates(answer)


@pytest.mark.parametrize(
    ("offered", "reached", "word"),
    [
        ("127.0.0.1", "192.168.1.5", "own machine"),
        ("::1", "192.168.1.5", "own machine"),
        ("169.254.3.4", "192.168.1.5", "one link"),
        ("172.17.0.2", "192.168.1.5", "Docker"),
        ("172.31.9.9", "127.0.0.1", "Docker"),
        ("10.0.0.4", "8.8.8.8", "private"),
    ],
)
def test_what_cannot_be_right(offered: str, reached: str, word: str) -> None:
    assert word in (doubt(offered, reached) or "")


@pytest.mark.parametrize(
    ("offered", "reached"),
    [
        ("172.17.0.2", "172.17.0.2"),
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "127.0.0.1"),
        ("10.0.0.4", "192.168.1.5"),
        ("8.8.4.4", "8.8.8.8"),
        ("8.8.4.4", "no address"),
    ],
)
def test_what_may_be_right(offered: str, reached: str) -> None:
    assert doubt(offered, reached) is None


@given(st.ip_addresses().map(str))
def test_the_address_by_which_the_page_came_is_right(address: str) -> None:
    assert doubt(address, address) is None
