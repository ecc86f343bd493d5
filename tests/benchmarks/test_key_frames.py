from __future__ import annotations

import json

import pytest

from rtc_canvas.video.h264 import H264Encoder

from ..frames import planes
from .scene import render
from .subjects.ours_key_frames import encode, lines, number_in


@pytest.mark.parametrize("number", [0, 1, 40_000])
def test_planes_tell_the_number_of_their_picture(number: int) -> None:
    assert number_in(planes(render(number))) == number


def test_a_key_frame_on_demand_is_told_before_it_is_let_go(
    capsys: pytest.CaptureFixture[str],
) -> None:
    encoder = H264Encoder(3_000_000)
    keys = []
    for number in (1, 2, 3, 4):
        if number == 3:
            lines.put("make a key frame")
            lines.put("send it")
        _, key = encode(encoder, planes(render(number)), time=number / 30, key=False)
        keys.append(key)
    encoder.close()
    assert keys == [True, False, True, False]
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [{"key_frame": 3}]
    assert lines.empty()
