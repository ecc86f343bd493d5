"""One peer's `app` channel: what its page is told of the program, of control, and of itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping

from ..control import Role
from ..encoded_frame import EncodedFrame
from ..limitation import Overload
from ..messages import PROTOCOL
from ..peer_log import Log
from ..rtc.channels import APP
from ..stats import PeerStats
from ..version import __version__
from ..video.picture import Picture
from .notice import PeerNotice
from .transport import Transport

STATS_EVERY = 1.0

Message = Mapping[str, object]


class PeerApp:
    """Tells one page what it has to know, and all of it anew each time that it begins. Lives on the event loop.

    hello: what its first message tells, beside versions. latched: what the canvas tells every page of this role.
    stats: the figures that are sent to a page which asks for them.
    """

    def __init__(
        self,
        role: Role,
        *,
        hello: Message,
        latched: Callable[[Role], Iterable[Message]],
        stats: Callable[[], PeerStats],
        log: Log,
    ) -> None:
        self._role = role
        self._hello = hello
        self._latched = latched
        self._stats = stats
        self._log = log
        self._transport: Transport | None = None
        self._steering = False
        self._size: Message | None = None
        self._notice = PeerNotice()
        self._overload_logged = False
        self._timer: asyncio.TimerHandle | None = None

    def attach(self, transport: Transport | None) -> None:
        """Give it the way to the page; None while nothing gets through."""
        self._transport = transport

    def tell(self, message: Message) -> None:
        """Send a message, if the channel is open."""
        if self._transport is not None:
            self._transport.send_message(APP, message)

    def greet(self) -> None:
        """The page begins: tell it all."""
        self.tell({"type": "hello", "protocol": PROTOCOL, "version": __version__, **self._hello})
        self.tell({"type": "control", "steering": self._steering})
        for message in self._latched(self._role):
            self.tell_latched(message)
        if self._size is not None:
            self.tell(self._size)

    def tell_control(self, *, steering: bool) -> None:
        self._steering = steering
        self.tell({"type": "control", "steering": steering})

    def refuse_control(self, reason: str) -> None:
        """Tell why the page does not get the control that it asked for."""
        self.tell({"type": "control_refused", "reason": reason})

    def tell_latched(self, message: Message) -> None:
        """Tell what the canvas tells every page; its notice comes before the one about this peer."""
        if message["type"] == "notice":
            text = message["text"]
            self._notice.program = text if isinstance(text, str) else None
            message = self._notice.message
        self.tell(message)

    def tell_size(self, picture: Picture, frame: EncodedFrame) -> None:
        """Tell how to show frames of this size, when that changes."""
        message = {
            "type": "size",
            "picture": frame.picture_size,
            "encoded": frame.size,
            "shown": frame.shown_size,
            "logical": picture.logical_size,
        }
        if message != self._size:
            self._size = message
            self.tell(message)

    def tell_overload(self, overload: Overload | None) -> None:
        """Tell whether the server keeps up with the pictures, when that changes."""
        if overload is not None and not self._overload_logged:
            self._overload_logged = True
            self._log.warning("%s", overload)
        told = self._notice.message
        self._notice.server = None if overload is None else str(overload)
        if self._notice.message != told:
            self.tell(self._notice.message)

    def send_stats(self, on: bool) -> None:
        """Whether to send the figures now, and once a second from then on."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if on:
            self.tell({"type": "stats", **self._stats().as_dict()})
            self._timer = asyncio.get_running_loop().call_later(STATS_EVERY, self.send_stats, True)
