"""What is answered to those who do not become a peer."""

from __future__ import annotations

import logging

from signaling.refusal import Refusal

from ..exceptions import ConnectError, EncoderError
from .resume_tokens import Why

logger = logging.getLogger(__name__)

# To one who is no peer that is there, by why.
_NO_SUCH_PEER = {
    "unknown": (404, "There is no such peer any more; connect as a new one."),
    "used": (409, "That resume token has served; connect as a new peer."),
    "foreign": (403, "That peer is somebody else's."),
}


def no_such_peer(why: Why = "unknown") -> Refusal:
    """For one who cannot be the peer that is named."""
    return Refusal(*_NO_SUCH_PEER[why])


def too_many(most: int) -> Refusal:
    """For a new peer where there are `most`."""
    # A WebSocket closes with at most 123 bytes of it.
    return Refusal(
        503,
        f"As many viewers as the server takes are here ({most}): wait for one to leave, or raise --max-peers "
        "(max_peers=).",
    )


def refusal_for(error: ConnectError | EncoderError) -> Refusal:
    """For what an offer, or the encoder, came to."""
    if isinstance(error, ConnectError):
        return Refusal(error.status, str(error))
    logger.error("Nothing can be encoded: %s", error)
    return Refusal(500, "The server's encoder does not work; its log says why.")
