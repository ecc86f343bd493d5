"""The public track of raw frames."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator

import numpy as np
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection
from aiortc.mediastreams import MediaStreamError
from av.video.reformatter import ColorRange, Colorspace

from rtc_canvas import Canvas, CanvasTrack, canvas_track

from .frames import FLAT_COLOURS, flat, rgb
from .receiver import Receiver


@contextlib.asynccontextmanager
async def tracking(canvas: Canvas) -> AsyncIterator[CanvasTrack]:
    track = CanvasTrack(canvas)
    try:
        yield track
    finally:
        track.stop()


async def test_a_pushed_picture_comes_out_in_its_colours() -> None:
    canvas = Canvas((64, 48))
    async with tracking(canvas) as track:
        for colour in FLAT_COLOURS:
            canvas.push(flat(colour))
            frame = await track.recv()
            assert np.abs(rgb(frame).astype(int) - colour).max() <= 3
    assert frame.format.name == "yuv420p"
    assert (frame.colorspace, frame.color_range) == (Colorspace.ITU709, ColorRange.MPEG)


async def test_recv_waits_for_the_first_picture() -> None:
    canvas = Canvas((64, 48))
    async with tracking(canvas) as track:
        frame = asyncio.create_task(track.recv())
        await asyncio.sleep(0)
        assert not frame.done()
        canvas.push(flat((9, 9, 9)))
        assert (await frame).width == 64


async def test_the_newest_picture_wins() -> None:
    canvas = Canvas((64, 48))
    async with tracking(canvas) as track:
        for level in (50, 100, 200):
            canvas.push(flat((level, level, level)))
        assert abs(int(rgb(await track.recv()).mean()) - 200) <= 3


async def test_a_picture_that_stays_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canvas_track, "REPEAT_EVERY", 0.01)
    canvas = Canvas((64, 48))
    async with tracking(canvas) as track:
        canvas.push(flat((9, 9, 9)))
        frames = [await track.recv() for _ in range(4)]
    stamps = [frame.pts or 0 for frame in frames]
    assert all(after > before for before, after in itertools.pairwise(stamps))
    assert len({id(frame) for frame in frames}) == 4, "each may be written to"


async def test_the_same_pixels_again_are_no_new_frame() -> None:
    canvas = Canvas((64, 48))
    async with tracking(canvas) as track:
        canvas.push(flat((9, 9, 9)))
        await track.recv()
        canvas.push(flat((9, 9, 9)))
        waiting = asyncio.create_task(track.recv())
        await asyncio.sleep(0)
        assert not waiting.done()
        canvas.push(flat((200, 200, 200)))
        assert abs(int(rgb(await waiting).mean()) - 200) <= 3


async def test_timestamps_are_the_render_times() -> None:
    canvas = Canvas((64, 48))
    async with tracking(canvas) as track:
        seconds = []
        for level in range(3):
            canvas.push(flat((level, 9, 9)))
            newest = track._stage.newest
            assert newest is not None
            frame = await track.recv()
            assert frame.pts is not None
            assert frame.time_base is not None
            seconds.append(float(frame.pts * frame.time_base) - newest.render_time)
    assert max(seconds) - min(seconds) < 0.001


async def test_two_tracks_get_frames_of_their_own() -> None:
    canvas = Canvas((64, 48))
    async with tracking(canvas) as one, tracking(canvas) as other:
        canvas.push(flat((9, 9, 9)))
        first, second = await one.recv(), await other.recv()
    assert first is not second


async def test_sizes_may_change_and_odd_ones_are_padded() -> None:
    canvas = Canvas((64, 48))
    async with tracking(canvas) as track:
        canvas.push(flat((9, 9, 9), 65, 49))
        frame = await track.recv()
        assert (frame.width, frame.height) == (66, 50)
        canvas.push(flat((9, 9, 9), 32, 16))
        frame = await track.recv()
        assert (frame.width, frame.height) == (32, 16)


async def test_a_canvas_draws_for_a_track() -> None:
    canvas = Canvas((64, 48))
    assert not canvas.has_viewers

    @canvas.draw
    def draw(request: object) -> object:
        return flat((0, 0, 255))

    async with tracking(canvas) as track:
        assert canvas.has_viewers
        assert np.abs(rgb(await track.recv()).astype(int) - (0, 0, 255)).max() <= 3
    assert not canvas.has_viewers


async def test_an_ended_track_raises_and_wakes_who_waits() -> None:
    canvas = Canvas((64, 48))
    async with tracking(canvas) as track:
        waiting = asyncio.create_task(track.recv())
        await asyncio.sleep(0)
        track.stop()
        track.stop()
        with pytest.raises(MediaStreamError):
            await waiting
        canvas.push(flat((9, 9, 9)))
        with pytest.raises(MediaStreamError):
            await track.recv()


async def test_pushing_after_the_end_is_no_error() -> None:
    canvas = Canvas((64, 48))
    async with tracking(canvas):
        pass
    canvas.push(flat((9, 9, 9)))


async def test_a_plain_peer_connection_can_send_it() -> None:
    canvas = Canvas((64, 48))
    sending, viewer = RTCPeerConnection(RTCConfiguration(iceServers=[])), Receiver()
    try:
        sending.addTrack(CanvasTrack(canvas))
        canvas.push(flat((40, 90, 200)))
        await sending.setLocalDescription(await sending.createOffer())
        await viewer.connection.setRemoteDescription(sending.localDescription)
        await viewer.connection.setLocalDescription(await viewer.connection.createAnswer())
        await sending.setRemoteDescription(viewer.connection.localDescription)
        frame = await viewer.frame()
        assert np.abs(rgb(frame).mean(axis=(0, 1)) - (40, 90, 200)).max() <= 6
    finally:
        await viewer.close()
        await sending.close()
