"""Which encoder encodes."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator

import pytest

from rtc_canvas.config import START_BITRATE, VideoConfig
from rtc_canvas.encoded_frame import Codec
from rtc_canvas.exceptions import EncoderError
from rtc_canvas.video import choice
from rtc_canvas.video.encoder import H264_MAX_BLOCKS, fitting_scale
from rtc_canvas.video.h264 import H264Encoder
from rtc_canvas.video.vp8 import VP8Encoder


@pytest.fixture(autouse=True)
def _probed_anew() -> Iterator[None]:
    choice._probe.cache_clear()
    yield
    choice._probe.cache_clear()


@pytest.fixture
def without_hardware(monkeypatch: pytest.MonkeyPatch) -> None:
    # An encoder that FFmpeg does not know fails as one whose hardware is missing.
    monkeypatch.setattr(choice, "HARDWARE", "h264_of_nobody")


@pytest.fixture
def with_hardware(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "HARDWARE", "libx264")
    monkeypatch.setattr(choice, "SOFTWARE", "not asked for")


def test_h264_is_encoded_in_software_by_default() -> None:
    encoder = choice.make_encoder("h264", VideoConfig(max_bitrate=700_000))
    assert isinstance(encoder, H264Encoder)
    assert (encoder.codec, encoder.name) == ("h264", "libx264")
    assert encoder.target_bitrate == 700_000


@pytest.mark.parametrize("codec", ["h264", "vp8"])
def test_the_rate_begins_low_whatever_it_may_become(codec: Codec) -> None:
    encoder = choice.make_encoder(codec, VideoConfig(max_bitrate=50_000_000))
    assert encoder.target_bitrate == START_BITRATE


@pytest.mark.parametrize("wish", ["software", "auto", "nvenc"])
def test_vp8_is_always_encoded_in_software(wish: str) -> None:
    encoder = choice.make_encoder("vp8", VideoConfig(encoder=wish, max_bitrate=700_000))
    assert isinstance(encoder, VP8Encoder)
    assert (encoder.codec, encoder.name) == ("vp8", "libvpx")
    assert encoder.target_bitrate == 700_000


def test_software_never_probes(with_hardware: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "H264Encoder", lambda *_, **__: pytest.fail("It probed."))
    assert choice.h264_encoder_name("software") == "not asked for"


@pytest.mark.parametrize("wish", ["auto", "nvenc"])
def test_hardware_that_works_is_taken(with_hardware: None, wish: str) -> None:
    assert choice.h264_encoder_name(wish) == "libx264"


def test_auto_falls_back_with_one_log_line(
    without_hardware: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    names = [choice.h264_encoder_name("auto") for _ in range(3)]
    assert names == ["libx264"] * 3
    [record] = caplog.records
    assert "h264_of_nobody does not work here, software encodes" in record.message


def test_insisting_on_hardware_says_why_not_and_what_to_do(without_hardware: None) -> None:
    with pytest.raises(EncoderError, match=r"'nvenc' was asked for and does not work here") as no:
        choice.make_encoder("h264", VideoConfig(encoder="nvenc"))
    assert "h264_of_nobody" in str(no.value)
    assert "use encoder='auto'" in str(no.value)


@pytest.mark.parametrize(
    ("codec", "size", "scaled"),
    [
        ("h264", (1280, 720), False),
        ("h264", (4096, 2304), False),
        ("h264", (4096, 2320), True),
        ("h264", (4096, 4096), True),
        ("vp8", (4096, 4096), False),
    ],
)
def test_h264_is_scaled_to_what_browsers_decode(
    codec: Codec, size: tuple[int, int], scaled: bool
) -> None:
    scale = fitting_scale(codec, *size)
    assert (scale < 1) == scaled
    blocks = [math.ceil(2 * round(side * scale / 2) / 16) for side in size]
    assert codec == "vp8" or blocks[0] * blocks[1] <= H264_MAX_BLOCKS
