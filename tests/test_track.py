"""The track between a peer's encoder and its sender."""

from __future__ import annotations

import asyncio

import pytest
from aiortc.mediastreams import MediaStreamError

from rtc_canvas.encoded_frame import EncodedFrame
from rtc_canvas.rtc.track import EncodedTrack


def frame(picture: int = 1) -> EncodedFrame:
    return EncodedFrame("vp8", b"frame", True, (64, 48), (64, 48), (64, 48), picture, 0.0)


async def test_a_frame_goes_from_put_to_recv() -> None:
    track, sent = EncodedTrack(), frame()
    track.put(sent)
    assert not track.has_room
    assert await track.recv() is sent
    assert track.has_room


async def test_recv_waits_for_a_frame() -> None:
    track, sent = EncodedTrack(), frame()
    taken = asyncio.create_task(track.recv())
    await asyncio.sleep(0)
    assert not taken.done()
    track.put(sent)
    assert await taken is sent


async def test_there_is_room_for_one() -> None:
    track = EncodedTrack()
    track.put(frame(1))
    with pytest.raises(RuntimeError, match="has not been taken yet"):
        track.put(frame(2))
    assert (await track.recv()).picture == 1


async def test_an_ended_track_ends_those_who_wait() -> None:
    track = EncodedTrack()
    waiting = asyncio.create_task(track.recv())
    await asyncio.sleep(0)
    track.stop()
    with pytest.raises(MediaStreamError):
        await waiting
    with pytest.raises(MediaStreamError):
        await track.recv()


async def test_it_is_a_video_track() -> None:
    track = EncodedTrack()
    assert (track.kind, track.readyState) == ("video", "live")
    track.stop()
    assert track.readyState == "ended"
