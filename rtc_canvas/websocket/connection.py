"""One WebSocket to a browser as a transport: frames with acknowledgements, and the messages of all channels."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from ..allowance import Allowance
from ..encoded_frame import Codec, EncodedFrame
from ..exceptions import BadMessage
from ..link_stats import LinkStats, TransportName
from ..peer_log import Log
from ..rtc.bulk import BulkPace
from ..rtc.channels import APP, EXACT, FRAMES, INPUT, POINTER, ChannelName
from ..rtc.congestion.estimator import RateLimits
from ..rtc.connection import Listener
from ..rtc.media_clock import MediaClock
from . import framing
from .in_flight import MOST, InFlight, most
from .messages import KeyFrame, Pong, Use, parse_message
from .outbox import Outbox
from .pulse import Pulse
from .rate import DeliveryRate
from .socket import Socket

LOG: Log = logging.LoggerAdapter(logging.getLogger(__name__))

CHANNELS: dict[ChannelName, int] = {INPUT: 0, POINTER: 1, APP: 2, FRAMES: 3, EXACT: 4}
_NAMES = {number: name for name, number in CHANNELS.items()}

# Acknowledgements of a display of 240 Hz, and what a page sends on all channels.
MESSAGES_PER_SECOND = 1500
BURST = 3000

# A frame of fewer bytes is not announced: it arrives in one piece.
ANNOUNCED = 1200

# Seconds after which a socket in which too much waits is looked at again.
LOOK_AGAIN = 0.01

NORMAL, GOING_AWAY = 1000, 1001


class WebSocketConnection:
    """Carries frames and messages to one page. A `Transport`.

    codec: of the frames that will be sent. limits: of the rate that it feels its way to. log: where lines about it go.
    on_use: called with the transport that the page uses from now on.
    on_drop: called with the reason for each message that is not taken.
    """

    name: Final[TransportName] = "websocket"
    has_channels: Final = True
    may_lose: Final = False

    def __init__(
        self,
        socket: Socket,
        listener: Listener,
        limits: RateLimits,
        *,
        codec: Codec,
        on_use: Callable[[TransportName], None],
        on_drop: Callable[[str], None],
        log: Log = LOG,
    ) -> None:
        self.codec = codec
        self._socket = socket
        self._listener = listener
        self._on_use = on_use
        self._on_drop = on_drop
        self._allowance = Allowance(MESSAGES_PER_SECOND, BURST, time.monotonic())
        self._has_dropped = False
        self._log = log
        self._limits = limits
        self._rate = DeliveryRate(limits)
        self._in_flight = InFlight()
        self._clock = MediaClock()
        self._bulk = BulkPace()
        self._outbox = Outbox(socket, self._lose)
        self._pulse = Pulse(self._ping, listener.silent, listener.connected)
        self._look: asyncio.TimerHandle | None = None
        self._told = self._rate.target
        self._sent_bytes = 0
        self._closing: asyncio.Task[None] | None = None

    # What a peer sends.

    @property
    def has_room(self) -> bool:
        frames, rate = self._in_flight, self._rate
        if frames.count >= most(rate.round_trip):
            return False
        # What a proxy has taken waits in no socket of this machine.
        unseen = frames.octets if frames.count >= MOST else 0
        if max(self._backlog, unseen) <= rate.ahead:
            return True
        if self._look is None:
            loop = asyncio.get_running_loop()
            self._look = loop.call_later(LOOK_AGAIN, self._look_again)
        return False

    @property
    def _backlog(self) -> int:
        return self._outbox.waiting + self._socket.backlog

    def send(self, frame: EncodedFrame) -> None:
        """Send a frame. There must be room."""
        number = self._in_flight.send(len(frame.data), time.monotonic())
        if len(frame.data) >= ANNOUNCED:
            self._put(framing.begin(number))
        self._put(framing.frame(number, self._clock.timestamp(frame.time), frame))
        asyncio.get_running_loop().call_soon(self._listener.room)

    def inherit(self, bitrate: float) -> None:
        """Begin with half of what the transport before had learnt, bits per second."""
        self._rate = DeliveryRate(self._limits.after(bitrate))
        self._told = self._rate.target
        self._listener.target_changed(int(self._told))

    def send_message(self, channel: ChannelName, message: Mapping[str, object]) -> bool:
        """Send a JSON message; False where the connection is gone."""
        try:
            framed = framing.text(CHANNELS[channel], message)
        except ValueError:
            self._log.debug("A message on %s could not be sent.", channel, exc_info=True)
            return False
        return self._put(framed)

    def tell(self, message: Mapping[str, object]) -> bool:
        """Send a text message about the connection itself; False where it is gone."""
        return self._put(framing.remark(message))

    def timestamp(self, frame: EncodedFrame) -> int:
        """The timestamp that a frame will be sent with, or was; of the newest frame only."""
        return self._clock.timestamp(frame.time)

    @property
    def piece_room(self) -> int:
        """How many bytes the next piece of an image may have; 0 while there may be none."""
        return self._bulk.room(
            time.monotonic(),
            rate=self._rate.bulk,
            round_trip=self._rate.round_trip or 0.0,
            waiting=self._outbox.waiting,
            flying=self._socket.backlog,
        )

    def send_piece(self, piece: bytes) -> bool:
        """Send a piece of an image; False where the connection is gone."""
        self._bulk.sent(len(piece))
        return self._put(framing.binary(CHANNELS[EXACT], piece))

    def _put(self, message: str | bytes) -> bool:
        self._sent_bytes += len(message)
        return self._outbox.put(message)

    # What it learns.

    @property
    def silence(self) -> float:
        """Seconds since something was heard from the page."""
        return self._pulse.silence

    def ask(self) -> None:
        """Ask the page for a word."""
        self._pulse.ask()

    @property
    def stats(self) -> LinkStats:
        """The figures of the way to the browser now; from any thread."""
        rate = self._rate
        return LinkStats(
            transport=self.name,
            available_bitrate=rate.target,
            rate_state=rate.state,
            cuts=MappingProxyType(dict(rate.cuts)),
            capacity=rate.capacity,
            queue_delay=rate.queue_delay,
            round_trip=rate.round_trip,
            bytes=self._sent_bytes,
        )

    def receive(self, message: str | bytes) -> None:
        """Take a message of the page's. Never raises: what is wrong with one is counted."""
        self._pulse.heard()
        if not self._allowance.take(time.monotonic()):
            self._on_drop("flood")
            return
        try:
            if isinstance(message, str):
                self._receive_remark(message)
            else:
                self._receive_framed(message)
        except BadMessage as reason:
            self._drop("websocket", str(reason))

    def too_long(self) -> None:
        """The page sent a message that is longer than any may be, which has ended the WebSocket."""
        self._drop("length", "It is too long.")

    def _drop(self, why: str, reason: str) -> None:
        self._on_drop(why)
        if not self._has_dropped:
            self._log.warning("A WebSocket message was dropped: %s", reason)
        self._has_dropped = True

    def _receive_remark(self, message: str) -> None:
        match parse_message(message):
            case Use(transport):
                self._on_use(transport)
            case KeyFrame():
                self._listener.key_frame_wanted()
            case Pong(id):
                round_trip = self._pulse.answered(id)
                if round_trip is not None:
                    self._rate.on_round_trip(round_trip, time.monotonic())

    def _receive_framed(self, message: bytes) -> None:
        match framing.parse(message):
            case framing.Ack() as ack:
                self._acknowledge(ack)
            case framing.ChannelMessage(number, content):
                name = _NAMES.get(number)
                if name is None:
                    raise BadMessage(f"Channel {number} carries nothing yet.")
                self._listener.message(name, content)

    def _acknowledge(self, ack: framing.Ack) -> None:
        now = time.monotonic()
        try:
            delivery = self._in_flight.acknowledge(ack, now)
        except BadMessage:
            # The frame may have arrived all the same.
            self._listener.room()
            raise
        if delivery is None:
            return
        self._rate.on_delivery(delivery, now)
        if abs(self._rate.target - self._told) > self._told / 50:
            self._told = self._rate.target
            self._listener.target_changed(int(self._told))
        self._listener.room()

    # Its life.

    @property
    def standby(self) -> bool:
        """Whether another transport carries everything; False at first."""
        return self._pulse.standby

    @standby.setter
    def standby(self, standby: bool) -> None:
        self._pulse.standby = standby
        # A picture that comes back this way begins anew.
        self._in_flight.forget()
        self._rate = DeliveryRate(self._limits)
        self._told = self._rate.target
        self._sent_bytes = 0

    def open(self) -> None:
        """Tell the listener that everything may flow."""
        self._pulse.start()
        self._listener.connected()
        for channel in CHANNELS:
            self._listener.channel_open(channel)

    def disconnected(self, reason: str, *, left: bool) -> None:
        """The WebSocket is closed. left: by the page, as it said."""
        if not left:
            self._lose(reason)
        elif self._closing is None:
            self._listener.left(reason)

    async def close(self, code: int = NORMAL, reason: str = "") -> None:
        """Send what waits, and end the connection. Idempotent; every caller waits for the end."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close(code, reason))
        await asyncio.shield(self._closing)

    async def _close(self, code: int, reason: str) -> None:
        self._pulse.stop()
        if self._look is not None:
            self._look.cancel()
        await self._outbox.close()
        await self._socket.close(code, reason)

    def _lose(self, reason: str) -> None:
        if self._closing is None:
            self._listener.lost(reason)

    def _ping(self, id: int) -> None:
        self.tell({"type": "ping", "id": id})

    def _look_again(self) -> None:
        self._look = None
        self._listener.room()
