"""What a page is told of its frames, and when."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from rtc_canvas.peers.announcements import (
    AROUND,
    ENTRY,
    MOST,
    NEWEST,
    RENAME_EVERY,
    SHARE,
    Announcements,
)
from rtc_canvas.peers.frame_log import SentFrame

from .test_frame_log import sent


def frame(number: int, id: object = None, seq: int = 0) -> SentFrame:
    return SentFrame(number * 1500, sent(number, id, seq), first=True)


def told(announcements: Announcements) -> list[list[Any]]:
    """What a page gets of the message that goes now."""
    message = json.loads(json.dumps(announcements.message(), allow_nan=False))
    assert message["type"] == "frames"
    frames: list[list[Any]] = message["frames"]
    return frames


def test_an_entry_says_it_all() -> None:
    announcements = Announcements()
    announcements.add(frame(6, "six", seq=31))
    assert told(announcements) == [[9000, 6, "six", 0.1, 31]]


def test_pixels_that_came_with_an_earlier_picture_are_told() -> None:
    announcements = Announcements()
    announcements.add(SentFrame(1500, replace(sent(6), content=3), first=False))
    assert told(announcements) == [[1500, 6, None, 0.1, 0, 3]]


def test_each_message_repeats_the_last_frame_of_the_one_before() -> None:
    announcements = Announcements()
    messages = []
    for numbers in ((1,), (2,), (3, 4), (5,)):
        for number in numbers:
            announcements.add(frame(number))
        messages.append([entry[1] for entry in told(announcements)])
        announcements.sent(0.0)
    assert messages == [[1], [1, 2], [2, 3, 4], [4, 5]]


def test_nothing_is_repeated_where_nothing_is_lost() -> None:
    announcements = Announcements(may_lose=False)
    for number in (1, 2):
        announcements.add(frame(number))
        assert [entry[1] for entry in told(announcements)] == [number]
        announcements.sent(0.0)


def test_what_did_not_go_is_told_with_the_next_and_the_oldest_let_go() -> None:
    announcements = Announcements()
    for number in range(1, MOST + 3):
        announcements.add(frame(number))
        told(announcements)
    assert [entry[1] for entry in told(announcements)] == list(range(3, MOST + 3))


@pytest.mark.parametrize("id", [0, -5, 2**53, np.int64(5), "", "an id", "x" * 64, "é\n\ud800"])
def test_ids_that_a_page_gets(id: object) -> None:
    announcements = Announcements()
    announcements.add(frame(1, id))
    assert told(announcements)[0][2] == id


@pytest.mark.parametrize(
    "id", [None, True, 1.5, 2**53 + 1, -(2**60), "x" * 65, b"id", (1, 2), object()]
)
def test_ids_that_no_page_gets(id: object) -> None:
    announcements = Announcements()
    announcements.add(frame(1, id))
    assert told(announcements)[0][2] is None


@pytest.mark.parametrize(("target", "fps"), [(150_000, 12), (300_000, 15), (1e6, 60), (6e6, 60)])
def test_messages_take_a_small_share_of_the_rate(target: float, fps: float) -> None:
    announcements = Announcements()
    messages = entries = 0
    now = due = 100.0
    for number in range(1, 601):
        announcements.add(frame(number, number, seq=number))
        wait = announcements.wait(target, now)
        assert wait is not None
        due = now + wait
        now += 1 / fps
        if due < now:
            messages, entries = messages + 1, entries + len(told(announcements))
            announcements.sent(due)
    bits = 8 * (messages * AROUND + entries * ENTRY)
    assert bits / (now - 100) < 1.02 * SHARE * target
    assert entries - (messages - 1) > 600 - MOST, "all but the last are told"


@pytest.mark.parametrize(("may_lose", "target"), [(True, 3e6), (False, 1e6)])
def test_at_60_a_second_no_frame_waits_to_be_told(may_lose: bool, target: float) -> None:
    announcements = Announcements(may_lose=may_lose)
    for number in range(1, 10):
        announcements.add(frame(number))
        assert announcements.wait(target, 100 + number / 60) == 0
        announcements.sent(100 + number / 60)


def test_there_may_be_nothing_to_tell() -> None:
    assert Announcements().wait(3e6, 5.0) is None


def test_entries_are_as_large_as_is_reckoned() -> None:
    announcements = Announcements()
    entry = SentFrame(2**32 - 1, sent(10_000, 10_000, 500), True)
    announcements.add(entry)
    assert len(json.dumps(told(announcements)[0], separators=(",", ":"))) < ENTRY


def test_new_names_for_what_is_on_the_screen_wait_and_replace_each_other() -> None:
    announcements = Announcements()
    announcements.add(frame(1))
    announcements.sent(100.0)
    for number in (2, 3):
        announcements.rename(SentFrame(1500, sent(number, content=1), first=False))
        assert announcements.wait(6e6, 100.1) == pytest.approx(RENAME_EVERY - 0.1)
    assert [entry[:2] for entry in told(announcements)] == [[1500, 1], [1500, 3]]
    announcements.add(frame(4))
    assert announcements.wait(6e6, 100.1) == 0, "there is a picture"
    announcements.sent(100.1)
    announcements.rename(SentFrame(6000, sent(5, content=4), first=False))
    assert announcements.wait(6e6, 100.1) == pytest.approx(RENAME_EVERY)


def test_the_newest_frames_can_be_told_once_more() -> None:
    announcements = Announcements()
    for number in range(1, NEWEST + 3):
        announcements.add(frame(number))
        announcements.sent(100.0)
    announcements.rename(SentFrame((NEWEST + 2) * 1500, sent(50, content=NEWEST + 2), first=False))
    message = json.loads(json.dumps(announcements.newest()))
    assert message["type"] == "frames"
    assert [entry[1] for entry in message["frames"]] == [*range(3, NEWEST + 2), 50]


def test_no_rate_is_no_error() -> None:
    announcements = Announcements()
    announcements.add(frame(1))
    assert announcements.wait(0.0, 0.0) is not None
