"""Takes one whole frame out of a stream of packets: no random loss does that, and every repair has to mend it."""

from __future__ import annotations

from .packets import rtp


class FrameFilter:
    """Sees every packet of one direction and, once armed, drops those of the next frame that begins.

    Each is dropped once: sent again it passes, under whatever SSRC.
    """

    def __init__(self) -> None:
        self._newest: dict[int, int] = {}  # the last RTP timestamp of each SSRC
        self._armed: int | None = None  # a payload type
        self._frame: tuple[int, int] | None = None
        self._dropped: set[int] = set()

    def arm(self, payload_type: int) -> None:
        """Choose the next frame of this payload type."""
        self._armed = payload_type
        self._frame = None
        self._dropped.clear()

    def takes(self, packet: bytes) -> bool:
        """Whether this packet is to be dropped."""
        header = rtp(packet)
        if header is None:
            return False
        begins = self._newest.get(header.source) != header.timestamp
        self._newest[header.source] = header.timestamp
        if begins and header.payload_type == self._armed:
            self._armed = None
            self._frame = header.source, header.timestamp
        if (header.source, header.timestamp) != self._frame or header.sequence in self._dropped:
            return False
        self._dropped.add(header.sequence)
        return True
