"""Packets in a stream, each behind two bytes that say how long it is (RFC 4571). Pure."""

from __future__ import annotations

from collections.abc import Iterator

HEADER = 2


class FrameTooLong(ValueError):
    """A frame is longer than what is taken."""


def framed(packet: bytes) -> bytes:
    """A packet as it stands in the stream. It has at most 65535 bytes."""
    return len(packet).to_bytes(HEADER, "big") + packet


class Frames:
    """Cuts a stream into its packets, however it comes in pieces.

    limit: the bytes that one may have; it may change at any time.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._rest = bytearray()

    def cut(self, data: bytes) -> Iterator[bytes]:
        """The packets that are whole now.

        Raises:
            FrameTooLong: for one that will not be taken, as soon as its length is known. The stream is of no use then.
        """
        rest = self._rest
        rest += data
        begin = 0
        try:
            while len(rest) >= begin + HEADER:
                length = int.from_bytes(rest[begin : begin + HEADER], "big")
                if length > self.limit:
                    raise FrameTooLong(
                        f"A frame of {length} bytes; at most {self.limit} are taken."
                    )
                end = begin + HEADER + length
                if len(rest) < end:
                    return
                begin, packet = end, bytes(rest[begin + HEADER : end])
                yield packet
        finally:
            del rest[:begin]
