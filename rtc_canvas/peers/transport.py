"""The way to one peer's page, as its peer sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ..encoded_frame import Codec, EncodedFrame
from ..link_stats import LinkStats
from ..rtc.channels import ChannelName


class Transport(Protocol):
    """What a peer needs of the way to its page."""

    @property
    def codec(self) -> Codec: ...

    @property
    def has_channels(self) -> bool: ...

    @property
    def may_lose(self) -> bool: ...

    @property
    def has_room(self) -> bool: ...

    @property
    def stats(self) -> LinkStats: ...

    @property
    def silence(self) -> float: ...

    def inherit(self, bitrate: float) -> None: ...

    def send(self, frame: EncodedFrame) -> None: ...

    def timestamp(self, frame: EncodedFrame) -> int: ...

    def send_message(self, channel: ChannelName, message: Mapping[str, object]) -> bool: ...

    @property
    def piece_room(self) -> int: ...

    def send_piece(self, piece: bytes) -> bool: ...

    async def close(self) -> None: ...
