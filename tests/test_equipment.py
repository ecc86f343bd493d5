"""What makes the frames for one transport."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from rtc_canvas.config import VideoConfig
from rtc_canvas.encoded_frame import Codec
from rtc_canvas.equipment import equipment_maker

SIZE = (640, 480)


@pytest.mark.parametrize(
    ("codec", "obstacle", "config", "chroma"),
    [
        ("h264", None, VideoConfig(), "444"),
        ("h264", "the browser does not decode it", VideoConfig(), "420"),
        # A picture by itself may be of whatever the page's chroma was to be.
        ("jpeg", None, VideoConfig(chroma="420"), "444"),
    ],
)
async def test_each_codec_has_its_own(
    codec: Codec, obstacle: str | None, config: VideoConfig, chroma: str
) -> None:
    with ThreadPoolExecutor(1) as executor:
        make = await equipment_maker(codec, obstacle, config, executor)
        one, other = make(), make()
    assert one.encoder.codec == codec
    assert one.encoder is not other.encoder
    assert one.chroma.choose(SIZE, 0.0) == chroma


async def test_jpeg_is_made_smaller_sooner() -> None:
    with ThreadPoolExecutor(1) as executor:
        scales: dict[Codec, float] = {}
        codecs: tuple[Codec, ...] = ("h264", "jpeg")
        for codec in codecs:
            make = await equipment_maker(codec, None, VideoConfig(), executor)
            scales[codec] = make().adaptation.choose(3_000_000, (1280, 720), 0.0).scale
    assert scales["jpeg"] < scales["h264"] == 1
