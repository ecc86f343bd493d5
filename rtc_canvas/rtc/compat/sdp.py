"""What aiortc leaves out of an answer: the RTP header extensions that it does not know itself."""

from __future__ import annotations

from collections.abc import Collection

from aiortc import RTCRtpTransceiver
from aiortc.rtcrtpparameters import RTCRtcpFeedback, RTCRtpHeaderExtensionParameters
from aiortc.sdp import SessionDescription

from . import require


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
