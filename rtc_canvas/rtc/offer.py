"""What of an offer has to be so before aiortc may have it."""

from __future__ import annotations

from aiortc.sdp import SessionDescription

from ..exceptions import ConnectError

# The media sections that aiortc answers.
_KINDS = ("audio", "video", "application")


def parse_offer(offer: str) -> SessionDescription:
    """Parse an offer of one transport.

    Raises:
        ConnectError: when it cannot be parsed, or wants several transports, or one that is not there.
    """
    try:
        parsed = SessionDescription.parse(offer)
    except Exception as error:
        # The parser of aiortc raises whatever its string operations raise: what it gets here is a browser's, or worse.
        raise ConnectError(
            f"The offer cannot be parsed: {type(error).__name__}.", status=400
        ) from error
    _check_bundle(parsed)
    return parsed


def _check_bundle(offer: SessionDescription) -> None:
    """Refuse what would need several transports, or one that is not there (RFC 9143 clause 7.2.1).

    aiortc goes by the first BUNDLE group, takes its first mid for granted, and knows no other kinds of media.

    Raises:
        ConnectError: for such an offer.
    """
    mids = {media.rtp.muxId for media in offer.media if media.kind in _KINDS}
    first = [offer.media[0].rtp.muxId] if len(offer.media) == 1 else []
    bundle = next((group.items for group in offer.group if group.semantic == "BUNDLE"), first)
    if len(mids) < len(offer.media) or mids - set(bundle) or set(bundle[:1]) - mids:
        raise ConnectError(
            "The offer must have sections of audio, video and application only, all in its first BUNDLE group."
        )
