from __future__ import annotations

from .frame_filter import FrameFilter
from .made import rtp


def test_nothing_is_taken_before_it_is_armed() -> None:
    assert not FrameFilter().takes(rtp())


def test_all_packets_of_the_next_frame_are_taken_once() -> None:
    frames = FrameFilter()
    assert not frames.takes(rtp(timestamp=1, sequence=1))
    frames.arm(payload_type=96)
    assert not frames.takes(rtp(timestamp=1, sequence=2))  # the rest of a frame that began before
    assert frames.takes(rtp(timestamp=2, sequence=3))
    assert frames.takes(rtp(100, timestamp=2, sequence=4))
    assert not frames.takes(rtp(timestamp=2, sequence=3))  # sent again
    assert frames.takes(rtp(timestamp=2, sequence=5))
    assert not frames.takes(rtp(timestamp=3, sequence=6))


def test_repairs_pass() -> None:
    frames = FrameFilter()
    frames.arm(payload_type=96)
    assert not frames.takes(rtp(payload_type=97, source=2, timestamp=2))
    assert frames.takes(rtp(timestamp=2, sequence=2))
    assert not frames.takes(rtp(payload_type=97, source=2, timestamp=2))
    assert not frames.takes(b"\x45" + bytes(40))
