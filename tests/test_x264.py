"""The settings of libx264."""

from __future__ import annotations

import pytest

from rtc_canvas.encoded_frame import Chroma
from rtc_canvas.video.x264 import PLENTY, SCARCE, x264_options

SIZE = (1280, 720)


def parameters(chroma: Chroma, density: float) -> dict[str, str]:
    """What x264 is told of frames that get so many bits per pixel and second."""
    options = x264_options(SIZE, chroma, density * SIZE[0] * SIZE[1])
    return dict(pair.split("=") for pair in options["x264-params"].split(":"))


@pytest.mark.parametrize(("chroma", "profile"), [("420", "baseline"), ("444", "high444")])
def test_the_profile_follows_the_chroma(chroma: Chroma, profile: str) -> None:
    assert x264_options(SIZE, chroma, 4e6)["profile"] == profile


def test_full_chroma_is_made_smaller_where_bits_are_few() -> None:
    plenty, few, scarce = (
        parameters("444", density) for density in (PLENTY, PLENTY - 0.1, SCARCE - 0.1)
    )
    assert "cabac" not in plenty
    assert few.items() >= {"cabac": "1", "subme": "2"}.items()
    assert "deblock" not in few
    assert scarce.items() >= {"cabac": "1", "deblock": "0,0"}.items()


@pytest.mark.parametrize("density", [0.5, 3.0, 9.0])
def test_baseline_has_no_tool_that_it_does_not_know(density: float) -> None:
    assert "cabac" not in parameters("420", density)
