"""What is answered to those whom the peers of a canvas turn away."""

from __future__ import annotations

import logging

from signaling.refusal import Refusal

from ..exceptions import ConnectError, EncoderError

logger = logging.getLogger(__name__)

# To one who is no peer that is there, by why.
_NO_SUCH_PEER = {
    "unknown": (404, "There is no such peer any more; connect as a new one."),
    "used": (409, "That resume token has served; connect as a new peer."),
    "foreign": (403, "That peer is somebody else's."),
}


def no_such_peer(why: str = "unknown") -> Refusal:
    """For one who is to be a peer that there is not. why: "unknown", "used" or "foreign"."""
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
