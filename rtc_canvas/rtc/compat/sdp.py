"""What aiortc leaves out of an answer: the header extensions and the H.264 profile that it does not know itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from aiortc import RTCRtpTransceiver
from aiortc.rtcrtpparameters import (
    RTCRtcpFeedback,
    RTCRtpCodecParameters,
    RTCRtpHeaderExtensionParameters,
)
from aiortc.sdp import SessionDescription

from ...encoded_frame import Chroma
from . import require

# High 4:4:4 Predictive, without constraints (ITU-T H.264 clause A.2.8).
_FULL_CHROMA_PROFILE = "f400"

# What RTP may be numbered with beside RTCP (RFC 5761 clause 4) and has no fixed meaning (RFC 3551 table 6): browsers
# go on below 64 where those above 95 do not suffice.
_DYNAMIC = frozenset((*range(35, 64), *range(96, 128)))

_FEEDBACK = (
    RTCRtcpFeedback(type="nack"),
    RTCRtcpFeedback(type="nack", parameter="pli"),
    RTCRtcpFeedback(type="goog-remb"),
)


def accept_extensions(
    offer: SessionDescription, transceiver: RTCRtpTransceiver, uris: Collection[str]
) -> None:
    """Accept those of `uris` that the offer has, with the offer's ids. Between offer and answer."""
    require(transceiver, "_headerExtensions")
    accepted = {extension.uri for extension in transceiver._headerExtensions}
    for media in offer.media:
        if media.rtp.muxId != transceiver.mid:
            continue
        for extension in media.rtp.headerExtensions:
            # Ids 1 to 14 fit into one-byte headers (RFC 8285 clause 4.2), the only ones that are written here.
            if extension.uri in uris and extension.uri not in accepted and 1 <= extension.id <= 14:
                transceiver._headerExtensions.append(
                    RTCRtpHeaderExtensionParameters(id=extension.id, uri=extension.uri)
                )


def accept_full_chroma(offer: SessionDescription, transceiver: RTCRtpTransceiver) -> bool:
    """Accept H.264 of 4:4:4, behind what was accepted already. Between offer and answer.

    Returns False, and leaves the answer as it is, where the offer does not have it with packetization mode 1.
    """
    require(transceiver, "_codecs")
    accepted = {codec.payloadType for codec in transceiver._codecs}
    for media in offer.media:
        if media.rtp.muxId != transceiver.mid:
            continue
        for codec in media.rtp.codecs:
            if is_full_chroma(codec) and codec.payloadType in _DYNAMIC - accepted:
                taken = [codec, *_retransmissions(media.rtp.codecs, codec.payloadType)]
                transceiver._codecs += [_answered(each) for each in taken]
                return True
    return False


def is_full_chroma(codec: RTCRtpCodecParameters) -> bool:
    """Whether it is H.264 of 4:4:4 whose pictures may be split over packets (RFC 6184 clause 6.3)."""
    return (
        codec.mimeType.lower() == "video/h264"
        and chroma_of(codec.parameters) == "444"
        and splits_pictures(codec)
    )


def splits_pictures(codec: RTCRtpCodecParameters) -> bool:
    """Whether H.264 has packetization mode 1."""
    return str(codec.parameters.get("packetization-mode", "0")) == "1"


def _retransmissions(
    codecs: list[RTCRtpCodecParameters], payload_type: int | None
) -> list[RTCRtpCodecParameters]:
    return [
        codec
        for codec in codecs
        if codec.name.lower() == "rtx"
        and codec.parameters.get("apt") == payload_type
        and codec.payloadType in _DYNAMIC
    ][:1]


def _answered(codec: RTCRtpCodecParameters) -> RTCRtpCodecParameters:
    feedback = [one for one in _FEEDBACK if one in codec.rtcpFeedback]
    return replace(codec, rtcpFeedback=feedback, parameters=dict(codec.parameters))


def accept_transport_feedback(offer: SessionDescription, transceiver: RTCRtpTransceiver) -> None:
    """Accept transport-wide feedback for the codecs whose offer has it. Between offer and answer."""
    require(transceiver, "_codecs")
    feedback = RTCRtcpFeedback(type="transport-cc")
    offered = {
        codec.payloadType
        for media in offer.media
        if media.rtp.muxId == transceiver.mid
        for codec in media.rtp.codecs
        if feedback in codec.rtcpFeedback
    }
    for codec in transceiver._codecs:
        if codec.payloadType in offered and feedback not in codec.rtcpFeedback:
            codec.rtcpFeedback.append(feedback)


def answer_level(offer: SessionDescription, transceiver: RTCRtpTransceiver, level: int) -> None:
    """Say that H.264 up to a level will be sent, where the offer gives each way a level. Between offer and answer.

    Without that (RFC 6184 clause 8.2.2) an answer may say no more than its offer, whatever is sent.

    level: ten times the number of the level.
    """
    require(transceiver, "_codecs")
    uneven = {
        codec.payloadType
        for media in offer.media
        if media.rtp.muxId == transceiver.mid
        for codec in media.rtp.codecs
        if str(codec.parameters.get("level-asymmetry-allowed")) == "1"
    }
    for codec in transceiver._codecs:
        if codec.payloadType in uneven and codec.mimeType.lower() == "video/h264":
            profile = h264_profile(codec.parameters)
            codec.parameters = {**codec.parameters, "profile-level-id": f"{profile}{level:02x}"}


def h264_profile(parameters: dict[str, int | str | None]) -> str:
    """The profile bytes of a `profile-level-id` without its level, such as `42e0`; constrained baseline by default."""
    return str(parameters.get("profile-level-id", "42e01f")).lower()[:4]


def chroma_of(parameters: dict[str, int | str | None]) -> Chroma:
    """The chroma that a codec of these parameters has."""
    return "444" if h264_profile(parameters) == _FULL_CHROMA_PROFILE else "420"
