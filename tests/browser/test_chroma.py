"""The colour of each pixel: 4:4:4 where the browser takes it, 4:2:0 where it turns out not to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.async_api import Browser

from rtc_canvas import Canvas, VideoConfig
from rtc_canvas.encoded_frame import EncodedFrame
from rtc_canvas.rtc.connection import Connection
from tests.frames import psnr

from .conftest import OpenViewer, ServeProgram
from .program import PATIENCE
from .test_pictures import COLORS, ORANGE

NOT_DECODED = "the browser took it and did not decode it"


async def test_flat_colours_come_out_within_2_per_channel(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    # Without shaders: Chromium has enough bits for the factors of full range.
    program = await serve_program(Canvas((320, 240), resizable=False))
    program.show(COLORS[0])
    viewer = await open_viewer(program)
    for color in COLORS:
        program.show(color)
        await viewer.sees(color, within=2)
    (peer,) = program.canvas.peers
    assert (peer.stats.chroma, peer.stats.chroma_reason) == ("444", "the browser takes it")


@pytest.mark.parametrize("size", [(320, 240), (321, 241)], ids=["even", "odd"])
async def test_lines_of_one_pixel_keep_their_colours(
    size: tuple[int, int], serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas(size, resizable=False))
    lines = striped(*size)
    program.canvas.push(lines)
    viewer = await open_viewer(program)

    assert (await viewer.frame()).shape == lines.shape, "nothing is padded"
    async with asyncio.timeout(PATIENCE):
        while psnr(await viewer.frame(), lines) < 42:
            await viewer.value("new Promise(requestAnimationFrame)")


def without_parameters(data: bytes) -> bytes:
    """Filler in place of what tells how to decode the rest (ITU-T H.264 table 7-1): no frame is whole."""
    return data.replace(b"\x00\x00\x01\x67", b"\x00\x00\x01\x6c")


def without_slices(data: bytes) -> bytes:
    """Slices of ones, which no decoder takes: frames are whole."""
    start = data.find(b"\x00\x00\x01\x65") + 4
    return data if start < 4 else data[:start].ljust(len(data), b"\xff")


@pytest.mark.parametrize("spoil", [without_parameters, without_slices])
async def test_who_decodes_none_of_it_gets_420(
    spoil: Callable[[bytes], bytes],
    serve_program: ServeProgram,
    open_viewer: OpenViewer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    send = Connection.send

    def send_spoilt(connection: Connection, frame: EncodedFrame) -> None:
        spoilt = spoil(frame.data)
        send(connection, replace(frame, data=spoilt) if frame.chroma == "444" else frame)

    monkeypatch.setattr(Connection, "send", send_spoilt)
    program = await serve_program(Canvas((320, 240), resizable=False))
    program.show(ORANGE)
    viewer = await open_viewer(program)
    await viewer.sees(ORANGE)
    (peer,) = program.canvas.peers
    assert (peer.stats.chroma, peer.stats.chroma_reason) == ("420", NOT_DECODED)
    assert peer.stats.key_frames["chroma"] == 1
    assert program.types("join", "leave") == ["join"]


async def test_colours_stay_right_when_the_chroma_changes(
    chromium_with_shaders: Browser, serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((320, 240), resizable=False))
    program.show(ORANGE)
    viewer = await open_viewer(program, browser=chromium_with_shaders)
    await viewer.sees(ORANGE, within=2)
    (peer,) = program.canvas.peers
    assert peer.stats.chroma == "444"
    peer.message("app", '{"type": "not_decoded"}')
    for color in COLORS:
        program.show(color)
        await viewer.sees(color, within=3)
    assert (peer.stats.chroma, peer.stats.chroma_reason) == ("420", NOT_DECODED)


@pytest.mark.parametrize(
    ("query", "video", "chroma", "reason"),
    [
        ("?codec=vp8", VideoConfig(chroma="444"), "420", "VP8 has no other"),
        ("", VideoConfig(chroma="420"), "420", "asked for"),
        ("", VideoConfig(chroma="444"), "444", "asked for"),
    ],
)
async def test_the_chroma_is_what_was_asked_for(
    query: str,
    video: VideoConfig,
    chroma: str,
    reason: str,
    serve_program: ServeProgram,
    open_viewer: OpenViewer,
) -> None:
    program = await serve_program(Canvas((320, 240), resizable=False), video=video)
    program.show(ORANGE)
    viewer = await open_viewer(program, query)
    await viewer.sees(ORANGE)
    (peer,) = program.canvas.peers
    assert (peer.stats.chroma, peer.stats.chroma_reason) == (chroma, reason)


def striped(width: int, height: int) -> NDArray[np.uint8]:
    """Lines of one pixel, each of its own colour, on white, across each other."""
    random = np.random.default_rng(1)
    picture = np.full((height, width, 3), 255, np.uint8)
    for x in range(3, width, 40):
        picture[:, x] = random.integers(0, 256, 3)
    for y in range(3, height, 40):
        picture[y] = random.integers(0, 256, 3)
    return picture
