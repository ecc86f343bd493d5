"""The data channels of one peer: negotiated ids, guarded handlers, limits."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, TypeAlias

from aiortc import RTCDataChannel, RTCPeerConnection
from aiortc.exceptions import InvalidStateError

from ..peer_log import Log

ChannelName: TypeAlias = Literal["input", "pointer", "app", "frames", "exact"]

LOG: Log = logging.LoggerAdapter(logging.getLogger(__name__))

INPUT: Final = "input"
POINTER: Final = "pointer"
APP: Final = "app"
FRAMES: Final = "frames"
EXACT: Final = "exact"

MESSAGE_LIMIT = 16 * 1024

# Bytes that may wait on a channel that can do without more; a page that takes none would fill the memory.
BACKLOG: Mapping[str, int] = {FRAMES: 4096, EXACT: 64 * 1024}

# And on one whose every message counts: a page that lets more wait does not read.
STUCK = 4 * 1024 * 1024

_CHANNELS: tuple[tuple[int, ChannelName, dict[str, Any]], ...] = (
    (0, INPUT, {"ordered": True}),
    (1, POINTER, {"ordered": False, "maxRetransmits": 0}),
    (2, APP, {"ordered": True}),
    (3, FRAMES, {"ordered": False, "maxRetransmits": 0}),
    (4, EXACT, {"ordered": True}),
)


class Channels:
    """Opens the channels of `docs/protocol.md` on a connection whose offer has them.

    on_message(channel, message): each message, text or bytes, at most 16 KiB. It may raise: the error is logged and
        counted, and goes no further, because aiortc would close the whole connection.
    on_open(channel): each channel once.
    on_stuck: called once when so much waits on `app` or `input` that no more is taken.
    failures, oversized: how often on_message raised, and how many messages over the limit were dropped.
    """

    def __init__(
        self,
        connection: RTCPeerConnection,
        *,
        on_open: Callable[[ChannelName], None],
        on_message: Callable[[ChannelName, str | bytes], None],
        on_stuck: Callable[[], None],
        log: Log = LOG,
    ) -> None:
        self._log = log
        self._on_open = on_open
        self._on_message = on_message
        self._on_stuck = on_stuck
        self._stuck = False
        self.failures = 0
        self.oversized = 0
        self._channels: dict[ChannelName, RTCDataChannel] = {}
        for number, name, options in _CHANNELS:
            channel = connection.createDataChannel(name, negotiated=True, id=number, **options)
            self._channels[name] = channel
            self._listen(channel, name)

    def send(self, name: ChannelName, message: Mapping[str, object]) -> bool:
        """Send a JSON message; False where the channel is not open, or too much waits on it already."""
        try:
            text = json.dumps(message, separators=(",", ":"), allow_nan=False)
        except ValueError:
            self._log.debug("A message on %s is no JSON.", name, exc_info=True)
            return False
        return self.send_data(name, text)

    def send_data(self, name: ChannelName, data: str | bytes) -> bool:
        """Send a message as it is; False where the channel is not open, or too much waits on it already."""
        channel = self._channels[name]
        if channel.readyState != "open":
            return False
        if channel.bufferedAmount > BACKLOG.get(name, STUCK):
            if name not in BACKLOG and not self._stuck:
                self._stuck = True
                self._on_stuck()
            return False
        try:
            channel.send(data)
        except (InvalidStateError, ConnectionError, ValueError):
            self._log.debug("A message on %s could not be sent.", name, exc_info=True)
            return False
        return True

    def buffered(self, name: ChannelName) -> int:
        """Bytes that wait to be sent."""
        return int(self._channels[name].bufferedAmount)

    def _listen(self, channel: RTCDataChannel, name: ChannelName) -> None:
        channel.on("message", lambda message: self._receive(name, message))
        if channel.readyState == "open":
            self._on_open(name)
        else:
            channel.on("open", lambda: self._on_open(name))

    def _receive(self, name: ChannelName, message: str | bytes) -> None:
        if len(message) > MESSAGE_LIMIT:
            self.oversized += 1
            return
        try:
            self._on_message(name, message)
        except Exception:
            self.failures += 1
            if self.failures == 1:
                self._log.exception("Handling a message on %s failed.", name)
