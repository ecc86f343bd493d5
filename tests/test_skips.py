"""How many pictures a link had no room for."""

from __future__ import annotations

from rtc_canvas.peers.skips import Skips


def test_a_picture_that_waits_and_is_sent_does_not_count() -> None:
    skips = Skips()
    for now in (1.0, 1.1):
        skips.wait(7, 0.0, 0.0, now)
    skips.end(7, 1.2)
    assert skips.count == 0


def test_each_picture_that_a_newer_one_replaced_counts() -> None:
    skips = Skips()
    for number in (1, 2, 3):
        skips.wait(number, 0.0, 0.0, number / 60)
    assert skips.count == 2
    skips.end(4, 4 / 60)
    assert skips.count == 3


def test_pictures_that_came_while_there_was_room_do_not_count() -> None:
    skips = Skips()
    skips.wait(1, 0.0, 0.0, 1.0)
    skips.end(1, 1.1)
    skips.wait(5, 0.0, 0.0, 1.2)
    skips.end(5, 1.3)
    assert skips.count == 0


def test_one_that_was_not_due_yet_does_not_count() -> None:
    skips = Skips()
    skips.wait(1, 1.1, 0.1, 1.0)
    skips.wait(2, 1.1, 0.1, 1.05)
    assert skips.count == 0
    skips.end(3, 1.11)
    assert skips.count == 1


def test_of_many_only_as_many_count_as_the_frame_rate_has() -> None:
    skips = Skips()
    for number in range(60):
        skips.wait(number, 0.0, 0.1, number / 60)
    assert skips.count == 10


def test_pictures_that_nobody_was_to_see_do_not_count() -> None:
    skips = Skips()
    skips.wait(1, 0.0, 0.0, 1.0)
    skips.forget()
    skips.wait(2, 0.0, 0.0, 1.1)
    assert skips.count == 0
