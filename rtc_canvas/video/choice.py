"""Which encoder encodes: software, or hardware where it is configured and really works."""

from __future__ import annotations

import functools
import logging
import time

import av

from ..config import START_BITRATE, VideoConfig
from ..encoded_frame import Codec
from ..exceptions import EncoderError
from .encoder import VideoEncoder
from .h264 import H264Encoder
from .jpeg import JpegEncoder
from .planes import Planes
from .vp8 import VP8Encoder

logger = logging.getLogger(__name__)

HARDWARE = "h264_nvenc"
SOFTWARE = "libx264"


def make_encoder(codec: Codec, config: VideoConfig) -> VideoEncoder:
    """The encoder for one peer.

    Raises:
        EncoderError: when a hardware encoder is insisted on and does not work.
    """
    bitrate = min(START_BITRATE, config.max_bitrate)
    if codec == "vp8":
        return VP8Encoder(bitrate)
    if codec == "jpeg":
        return JpegEncoder(bitrate)
    return H264Encoder(bitrate, name=h264_encoder_name(config.encoder))


def h264_encoder_name(wish: str) -> str:
    """FFmpeg's name of the H.264 encoder for a `VideoConfig.encoder`.

    Raises:
        EncoderError: for "nvenc" where that does not work.
    """
    if wish == "software":
        return SOFTWARE
    failure = _probe(HARDWARE)
    if failure is None:
        return HARDWARE
    if wish == "nvenc":
        raise EncoderError(
            f"The encoder 'nvenc' was asked for and does not work here ({failure}); "
            "use encoder='auto' to fall back to software."
        )
    return SOFTWARE


def chroma_obstacle(encoder: str) -> str | None:
    """Why an encoder, by FFmpeg's name of it, is given no 4:4:4; None where it takes that."""
    return None if encoder == SOFTWARE else f"{encoder} encodes, and does not take 4:4:4"


@functools.cache
def _probe(name: str) -> str | None:
    """Encode two frames for real: None where that works, else what went wrong. Once per process."""
    encoder = H264Encoder(2_000_000, name=name)
    planes = Planes(av.VideoFrame(320, 240, "yuv420p"), (320, 240), (320, 240))
    try:
        now = time.monotonic()
        encoder.encode(planes, time=now, key=True)
        encoder.encode(planes, time=now + 1 / 30, key=False)
    except EncoderError as error:
        logger.info("%s does not work here, software encodes: %s", name, error)
        return str(error)
    finally:
        encoder.close()
    return None
