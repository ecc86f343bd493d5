"""Which of the codecs that an offer has is sent. Pure."""

from __future__ import annotations

from aiortc import RTCRtpSender
from aiortc.rtcrtpparameters import RTCRtpCodecCapability, RTCRtpCodecParameters
from aiortc.sdp import SessionDescription

from ..encoded_frame import CODECS, Codec
from ..exceptions import ConnectError
from .compat.sdp import h264_profile, splits_pictures

# Of the two that aiortc offers, constrained baseline first: it is what every browser decodes.
_H264_PROFILES = ("42e0", "4200")

# Baseline, whatever its constraint flags (RFC 6184 clause 8.1): who decodes any of it decodes the constrained one.
_H264_BASELINE = "42"


def choose_codec(offer: SessionDescription, wish: Codec | None) -> Codec:
    """The codec to send: the wish where the offer has it, else the first of `CODECS` that it has.

    Raises:
        ConnectError: when the offer has none of them.
    """
    offered = {_codec(codec) for codec in _video(offer)}
    for codec in (wish, *CODECS):
        if codec is not None and codec in offered:
            return codec
    raise ConnectError(
        "The browser offers neither H.264 (constrained baseline) nor VP8.", status=406
    )


def preferences(codec: Codec) -> list[RTCRtpCodecCapability]:
    """The capabilities for one codec, with the one for retransmissions, without which a loss is not repaired."""
    capabilities = RTCRtpSender.getCapabilities("video").codecs
    chosen = [c for c in capabilities if c.mimeType.lower() == f"video/{codec}"]
    if codec == "h264":
        chosen.sort(key=lambda c: _H264_PROFILES.index(h264_profile(c.parameters)))
    return chosen + [c for c in capabilities if c.mimeType.lower() == "video/rtx"]


def _video(offer: SessionDescription) -> list[RTCRtpCodecParameters]:
    return [codec for media in offer.media if media.kind == "video" for codec in media.rtp.codecs]


def _codec(codec: RTCRtpCodecParameters) -> Codec | None:
    """What can be sent as one of an offer's codecs; None where nothing can."""
    name = codec.mimeType.lower()
    if name == "video/vp8":
        return "vp8"
    is_baseline = h264_profile(codec.parameters).startswith(_H264_BASELINE)
    return "h264" if name == "video/h264" and splits_pictures(codec) and is_baseline else None
