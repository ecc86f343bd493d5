"""What is known of the way to a browser: by its sender, and by its congestion control once reports are heard."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from ..link_stats import LinkStats
from .flow import Flow
from .sender import VideoSender


def link_stats(flow: Flow, sender: VideoSender) -> LinkStats:
    """The figures now; from any thread."""
    told = LinkStats(
        transport="webrtc",
        available_bitrate=flow.available,
        round_trip=sender.round_trip,
        loss=sender.reported_loss,
        bytes=sender.bytes_sent,
        retransmitted=sender.retransmitted,
        fec=sender.protects,
    )
    if not flow.heard:
        return told
    estimator = flow.estimator
    return replace(
        told,
        rate_state=estimator.state,
        cuts=MappingProxyType(dict(estimator.cuts)),
        capacity=estimator.capacity,
        queue_delay=estimator.queue_delay,
        # Fresher than that of receiver reports, in which packets that were only late count as lost.
        loss=estimator.loss,
    )
