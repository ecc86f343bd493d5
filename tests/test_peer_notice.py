"""Which notice a page shows."""

from __future__ import annotations

from rtc_canvas.peers.notice import PeerNotice


def test_at_first_there_is_none() -> None:
    assert PeerNotice().message == {"type": "notice", "text": None}


def test_what_the_program_says_comes_first_and_the_other_comes_back() -> None:
    notice = PeerNotice(server="Too slow.")
    assert shown(notice) == "Too slow."
    notice.program = "The draw failed."
    assert shown(notice) == "The draw failed."
    notice.server = "Slower still."
    notice.program = None
    assert shown(notice) == "Slower still."


def shown(notice: PeerNotice) -> object:
    return notice.message["text"]
