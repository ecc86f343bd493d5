"""What was sent to one peer."""

from __future__ import annotations

from rtc_canvas.frame_log import REMEMBERED, FrameLog, SentPicture


def sent(number: int, id: object = None, seq: int = 0) -> SentPicture:
    """A picture that was handed over a sixtieth of a second after the one before."""
    return SentPicture(number, id, (64, 48), (64, 48), number / 60, seq)


def test_frames_and_pictures_are_found() -> None:
    log = FrameLog()
    frame = log.add(3000, sent(7, "seven"))
    assert log.frame(3000) is frame
    assert log.picture(7) is frame.picture
    assert log.frame(3001) is None
    assert log.picture(8) is None


def test_only_the_first_frame_of_a_picture_is_its_first() -> None:
    log = FrameLog()
    assert [log.add(stamp, sent(1)).first for stamp in (0, 1, 2)] == [True, False, False]
    assert log.add(3, sent(2)).first


def test_what_is_old_is_forgotten() -> None:
    log = FrameLog()
    for number in range(1, REMEMBERED + 3):
        log.add(number * 1500, sent(number))
    assert log.picture(2) is None
    assert log.frame(3000) is None
    assert log.picture(3) is not None
    assert log.frame(4500) is not None


def test_a_picture_that_stays_is_known_however_often_it_is_sent() -> None:
    log = FrameLog()
    for stamp in range(2 * REMEMBERED):
        log.add(stamp, sent(1))
    assert log.picture(1) is not None
    assert log.frame(2 * REMEMBERED - 1) is not None
    assert log.frame(REMEMBERED - 1) is None
