"""Serving: from a program's array to a viewer's frame, and back."""

from __future__ import annotations

import numpy as np
import pytest

from rtc_canvas import Canvas, serve

from .receiver import pixels, receiver


@pytest.mark.parametrize("codec", ["h264", "vp8"])
async def test_a_pushed_picture_arrives(codec: str) -> None:
    canvas = Canvas((64, 48))
    async with serve(canvas, port=0) as server, receiver(server, codec=codec) as viewer:
        canvas.push(np.full((48, 64, 3), 200, np.uint8))
        frame = await viewer.frame()
    assert (frame.width, frame.height) == (64, 48)
    assert abs(int(pixels(frame).mean()) - 200) <= 3
