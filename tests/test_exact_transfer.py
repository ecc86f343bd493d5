"""One exact image on its way to one page."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.exceptions import BadMessage
from rtc_canvas.peers.exact_transfer import UNACKNOWLEDGED, ExactTransfer


@given(size=st.integers(1, 100_000), pieces=st.lists(st.integers(1, 20_000), min_size=1))
def test_its_pieces_are_the_image(size: int, pieces: list[int]) -> None:
    image = bytes(range(256)) * (size // 256 + 1)
    transfer = ExactTransfer(3, image)
    sent = b""
    while not transfer.is_sent:
        sent += transfer.next_piece(pieces[len(sent) % len(pieces)])
        assert transfer.sent == len(sent)
    assert sent == image
    assert transfer.next_piece(100) == b""


def test_a_page_that_acknowledges_nothing_gets_no_more() -> None:
    transfer = ExactTransfer(3, bytes(4 * UNACKNOWLEDGED))
    while transfer.is_open:
        transfer.next_piece(4640)
    assert transfer.sent < UNACKNOWLEDGED + 4640
    transfer.acknowledge(4640)
    assert transfer.is_open


@given(claims=st.lists(st.integers(-10, 5000), max_size=20))
def test_what_a_page_has_grows_and_was_sent(claims: list[int]) -> None:
    transfer = ExactTransfer(3, bytes(6000))
    transfer.next_piece(4000)
    for claim in claims:
        before = transfer.received
        possible = before <= claim <= 4000
        with contextlib.nullcontext() if possible else pytest.raises(BadMessage):
            transfer.acknowledge(claim)
        assert transfer.received == (claim if possible else before)


def test_only_all_of_it_can_be_shown() -> None:
    transfer = ExactTransfer(3, bytes(5000))
    transfer.next_piece(4999)
    with pytest.raises(BadMessage, match="picture 3 cannot be shown, only 4999 bytes"):
        transfer.acknowledge_shown()
    assert not transfer.shown
    transfer.next_piece(1)
    transfer.acknowledge_shown()
    assert transfer.shown
    assert transfer.received == 5000
