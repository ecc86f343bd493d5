"""Transport-wide feedback: what Chromium sends, and what an attacker may."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.rtc.congestion.feedback import parse_feedback, split_compound


def report(base: int, arrivals: list[int | None], reference: int = 5) -> bytes:
    """A report made the simple way: two-bit statuses, large deltas; arrivals in steps of 250 µs after the reference."""
    chunks, deltas = b"", b""
    previous = 0
    statuses = [0 if arrival is None else 2 for arrival in arrivals]
    for start in range(0, len(statuses), 7):
        symbols = (statuses[start : start + 7] + [0] * 7)[:7]
        chunk = 0xC000
        for position, symbol in enumerate(symbols):
            chunk |= symbol << (12 - 2 * position)
        chunks += struct.pack("!H", chunk)
    for arrival in arrivals:
        if arrival is not None:
            deltas += struct.pack("!h", arrival - previous)
            previous = arrival
    body = (
        struct.pack("!LLHH", 1, 2, base, len(arrivals))
        + (reference & 0xFFFFFF).to_bytes(3, "big")
        + b"\x07"
    )
    body += chunks + deltas
    body += bytes(-len(body) % 4)
    return struct.pack("!BBH", 0x80 | 15, 205, len(body) // 4) + body


@given(
    st.integers(0, 0xFFFF),
    st.lists(st.one_of(st.none(), st.integers(0, 15_000)), min_size=1, max_size=200),
)
def test_a_report_says_what_arrived_when(base: int, arrivals: list[int | None]) -> None:
    parsed = parse_feedback(report(base, arrivals))
    assert parsed.number == 7
    assert [number for number, _ in parsed.arrivals] == [
        (base + offset) & 0xFFFF for offset in range(len(arrivals))
    ]
    expected = [None if a is None else 5 * 0.064 + a * 0.00025 for a in arrivals]
    assert [at for _, at in parsed.arrivals] == pytest.approx(expected)


def test_run_length_and_one_bit_chunks() -> None:
    # Clauses 3.1.3 and 3.1.4: three missing by run length, then a vector: received, missing, received.
    body = struct.pack("!LLHH", 1, 2, 0xFFFE, 6) + (1).to_bytes(3, "big") + b"\x00"
    body += struct.pack("!HH", 0x0003, 0x8000 | 0b101 << 11) + bytes((4, 8))
    body += bytes(-len(body) % 4)
    packet = struct.pack("!BBH", 0x80 | 15, 205, len(body) // 4) + body
    arrivals = parse_feedback(packet).arrivals
    assert [number for number, _ in arrivals] == [0xFFFE, 0xFFFF, 0, 1, 2, 3]
    assert [at for _, at in arrivals] == [None, None, None, 0.065, None, 0.067]


@given(st.binary(max_size=200))
def test_anything_else_is_a_value_error(data: bytes) -> None:
    for packet in (data, b"\x8f\xcd" + data, report(3, [1, None, 9])[: len(data)]):
        try:
            parse_feedback(packet)
        except ValueError:
            continue


def test_a_few_bytes_that_name_all_packets_are_refused() -> None:
    # Eight chunks of 8191 packets by run length (clause 3.1.3).
    body = struct.pack("!LLHH", 1, 2, 0, 65_528) + bytes(4) + b"\x1f\xff" * 8
    packet = struct.pack("!BBH", 0x80 | 15, 205, len(body) // 4) + body
    with pytest.raises(ValueError, match="65528 packets"):
        parse_feedback(packet)


@given(st.binary(max_size=100))
def test_a_compound_is_split_without_loss(junk: bytes) -> None:
    ours = report(1, [2])
    other = struct.pack("!BBHLL", 0x81, 206, 2, 1, 2)
    reports, rest = split_compound(other + ours + other + junk)
    assert reports[0] == ours
    assert rest.startswith(other + other)
    assert sum(map(len, reports)) + len(rest) == len(other + ours + other + junk)
