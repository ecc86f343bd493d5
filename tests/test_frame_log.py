"""What was sent to one peer."""

from __future__ import annotations

from rtc_canvas.peers.frame_log import REMEMBERED, FrameLog, SentPicture


def sent(number: int, id: object = None, seq: int = 0, content: int = 0) -> SentPicture:
    """A picture that was handed over a sixtieth of a second after the one before."""
    return SentPicture(number, content or number, id, (64, 48), (64, 48), number / 60, seq)


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


def test_a_newer_picture_with_the_same_pixels_needs_no_frame_of_its_own() -> None:
    log = FrameLog()
    assert log.again(sent(1)) is None, "nothing was sent yet"
    log.add(0, sent(1))
    assert log.again(sent(1)) is None, "it is the same picture"
    assert log.again(sent(2)) is None, "it has other pixels"
    renamed = log.again(sent(3, content=1))
    assert renamed is not None
    assert (renamed.timestamp, renamed.picture.number, renamed.first) == (0, 3, False)
    assert log.again(sent(2, content=1)) is None, "it is an older one"
    assert log.picture(3) is renamed.picture
    made_of = log.frame(0)
    assert made_of is not None
    assert (made_of.picture.number, made_of.first) == (1, True)
    assert not log.add(1, sent(4, content=1)).first
    assert log.add(2, sent(5)).first


def test_pictures_between_two_are_found_once_each() -> None:
    log = FrameLog()
    for stamp, number in enumerate((1, 2, 3, 3, 4, 5)):
        frame = log.add(stamp, sent(number))
    assert [picture.number for picture in log.left_out(2, frame)] == [4, 3]
    assert log.left_out(4, frame) == []


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
