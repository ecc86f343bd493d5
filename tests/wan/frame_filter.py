"""Takes one whole frame out of a stream of packets: no random loss does that, and every repair has to mend it."""

from __future__ import annotations

from .packets import Rtp, rtp


class FrameFilter:
    """Sees every packet of one direction and, once armed, drops those of the next frame that begins.

    Each is dropped once: sent again it passes, under whatever SSRC.
    """

    def __init__(self) -> None:
        self._newest: dict[int, int] = {}  # the last RTP timestamp of each SSRC
        self._armed: tuple[int, int] | None = None
        self._frame: tuple[int, int] | None = None
        self._dropped: set[int] = set()

    def arm(self, payload_type: int, smallest: int) -> None:
        """Choose the next frame of this payload type whose first packet has at least ``smallest`` bytes.

        The limit leaves out the repetition of a still picture.
        """
        self._armed = payload_type, smallest
        self._frame = None
        self._dropped.clear()

    def takes(self, packet: bytes) -> bool:
        """Whether this packet is to be dropped."""
        header = rtp(packet)
        if header is None:
            return False
        begins = self._newest.get(header.source) != header.timestamp
        self._newest[header.source] = header.timestamp
        if begins and self._is_wanted(header, len(packet)):
            self._armed = None
            self._frame = header.source, header.timestamp
        if (header.source, header.timestamp) != self._frame or header.sequence in self._dropped:
            return False
        self._dropped.add(header.sequence)
        return True

    def _is_wanted(self, header: Rtp, size: int) -> bool:
        if self._armed is None:
            return False
        payload_type, smallest = self._armed
        return header.payload_type == payload_type and size >= smallest
