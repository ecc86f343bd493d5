"""Peer: one remote viewer; where a picture, an encoder, a transport and the audience meet."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping
from types import MappingProxyType

from ..control import Role
from ..encoded_frame import EncodedFrame
from ..equipment import Equipment
from ..events import ProgramEvent
from ..exceptions import BadMessage
from ..messages import (
    PROTOCOL,
    Asked,
    Hello,
    NotDecoded,
    ViewOnly,
    Visibility,
    WantControl,
    WantExact,
    WantStats,
    parse_app_message,
)
from ..peer_log import PeerLog
from ..rtc.channels import APP, EXACT, FRAMES, INPUT, POINTER, ChannelName
from ..stats import PeerStats
from ..video.picture import Picture
from .app import PeerApp
from .audience import PeerAudience
from .exact import PeerExact
from .frames import PeerFrames
from .input import PeerInput
from .place import Place
from .probes import PeerProbes
from .rate_log import RateLog
from .transport import Transport
from .video import PeerVideo

CONNECT_TIMEOUT = 15.0

# A page connects before the rest of its client is there, whose modules are not to wait for frames that nobody shows
# yet. One that has said nothing for so long is none of ours.
HELLO_TIMEOUT = 10.0


class Peer:
    """One remote viewer. Programs get it as `event["peer"]` and from `Canvas.peers`.

    It is one and the same over whatever connections its page makes, as long as its place is kept: for 60 s while it is
    away, and not at all once its page is closed.

    id: short and unique on its server; log lines carry it.
    role: "viewer", "operator" or "admin". user: what the host's access control says, None by default.
    """

    def __init__(self, id: str, role: Role, user: object, audience: PeerAudience[Peer]) -> None:
        self.id = id
        self.role = role
        self.user = user
        self._audience = audience
        self._loop = asyncio.get_running_loop()
        self._log = PeerLog(id)
        self._rate_log = RateLog(self._log, lambda: self.stats)
        self._input = PeerInput(self, self._log)
        self._app = PeerApp(
            role,
            hello={
                "peer": id,
                "role": role,
                "resizable": audience.resizable,
                "exact": audience.exact,
            },
            latched=audience.latched_messages,
            stats=lambda: self.stats,
            log=self._log,
        )
        self._place = Place(lambda why: self._end(why, True))
        self._exact = PeerExact(
            audience,
            frames=lambda: self._frames.newest_told(),
            on_change=self._exact_changed,
            log=self._log,
        )
        self._video = PeerVideo(
            audience,
            on_frame=self._sending,
            on_failure=lambda reason: self._end(reason, True),
            is_exact=lambda: self._exact.takes_over,
            log=self._log,
        )
        self._frames = PeerFrames(
            id,
            self._tell_frames,
            self._exact.tell_frames,
            lambda: self._video.target,
            self._input.page_time,
        )
        self._probes = PeerProbes(
            self, role, audience, self._frames.log, tell=self.tell, log=self._log
        )
        self._connected = False
        self._steering = False
        self._visible = True
        # None until its page has said.
        self._view_only: bool | None = None
        self._closed: asyncio.Task[None] | None = None
        self.ended: asyncio.Future[None] = self._loop.create_future()
        self._open_channels: set[ChannelName] = set()
        self._timeout: asyncio.TimerHandle | None = None
        self._hello_timeout: asyncio.TimerHandle | None = None

    def __repr__(self) -> str:
        state = "away" if self.away else "steering" if self._steering else "watching"
        return f"<Peer {self.id}, {state}>"

    # What a program may use, from any thread.

    @property
    def steering(self) -> bool:
        """Whether this peer holds control."""
        return self._steering

    @property
    def view_only(self) -> bool:
        """Whether its page wants no control."""
        return bool(self._view_only)

    @property
    def away(self) -> bool:
        """Whether nothing gets through to its page or from it; it may come back, as the same peer."""
        return self._place.is_away

    @property
    def stats(self) -> PeerStats:
        """The peer's figures now."""
        return self._video.stats(
            **self._frames.figures(time.monotonic()),
            exact=self._exact.count,
            dropped_input=MappingProxyType(dict(self._input.dropped)),
        )

    def close(self, reason: str = "The program ended the connection.") -> None:
        """End the connection; the page shows the reason and does not come back by itself."""
        with contextlib.suppress(RuntimeError):  # the loop is closed, and the connection with it
            self._loop.call_soon_threadsafe(self._end, reason, False)

    # What its host and its audience use, on the event loop.

    @property
    def frames(self) -> int:
        """`PeerStats.frames`, for who asks often."""
        return self._video.frames

    def attach(self, transport: Transport, equipment: Equipment) -> None:
        """Give the peer its way to the page, or another one; once the connection is up, video flows."""
        if self._closed is not None:
            return
        self._open_channels.clear()
        self._app.attach(None if self.away else transport)
        stream = self._video.attach(
            transport,
            equipment,
            visible=self._visible and not self.away,
        )
        self._frames.attach(has_channels=transport.has_channels, may_lose=transport.may_lose)
        self._exact.attach(transport, stream)
        if not self._connected and self._timeout is None:
            self._timeout = self._loop.call_later(
                CONNECT_TIMEOUT, self._end, "The connection did not come up within 15 s.", True
            )

    @property
    def visible(self) -> bool:
        """Whether the peer is connected and its page shown."""
        return self._connected and self._visible and not self.away and self._closed is None

    @property
    def shows(self) -> int:
        """The `content` of the picture that its screen shows in the final quality, 0 for none."""
        exact, quality, now = self._exact, self._frames.quality, time.monotonic()
        # A page that has just come has not said yet whether it wants them.
        is_exact = exact.is_wanted or (not exact.said and quality.is_early(now))
        return exact.shown if is_exact else quality.picture(now)

    def wake(self) -> None:
        """There is a newer picture."""
        self._look_on()
        newest = self._audience.newest
        if newest is not None:
            self._frames.newest(newest)

    def _look_on(self) -> None:
        """What goes to the page next may have changed."""
        self._video.wake()
        self._exact.look()

    def tell(self, message: Mapping[str, object]) -> None:
        """Send a message on `app`, if that is open."""
        self._app.tell(message)

    def tell_latched(self, message: Mapping[str, object]) -> None:
        """Tell what the canvas tells every page."""
        self._app.tell_latched(message)

    def _tell_frames(self, message: Mapping[str, object]) -> bool:
        transport = self._video.transport
        if transport is None or self.away:
            return False
        return transport.send_message(FRAMES, message)

    def refuse_control(self, reason: str) -> None:
        """Tell the page why it does not get control."""
        self._app.refuse_control(reason)

    def set_steering(self, steering: bool) -> list[ProgramEvent]:
        """Give or take control; returns the events that release what the peer holds down."""
        self._steering = steering
        self._app.tell_control(steering=steering)
        return [] if steering else self.release()

    @property
    def holds_input(self) -> bool:
        """Whether a key, a button or a finger is down."""
        return self._input.holds

    def release(self) -> list[ProgramEvent]:
        """The events that release what the peer holds down."""
        return self._input.release()

    def delivered(self, event: ProgramEvent) -> None:
        """An event of this peer's goes to the program."""
        self._input.follow(event)

    def drop_input(self, why: str) -> None:
        self._input.drop(why)

    async def end(self, reason: str, *, retry: bool) -> None:
        """Say why, close, and wait for the end. Idempotent."""
        self._end(reason, retry)
        if self._closed is not None:
            await asyncio.shield(self._closed)

    def _end(self, reason: str, retry: bool) -> None:
        if self._closed is None:
            self._closed = self._loop.create_task(self._close(reason, retry))

    async def _close(self, reason: str, retry: bool) -> None:
        self._log.info("left: %s", reason)
        for timeout in (self._timeout, self._hello_timeout):
            if timeout is not None:
                timeout.cancel()
        self._place.take()
        self._app.send_stats(False)
        self._rate_log.stop()
        self._frames.stop()
        self._probes.close()
        # First, as that may tell the page something, and `bye` is the last message.
        self._audience.peer_left(self, reason)
        self.tell({"type": "bye", "reason": reason, "retry": retry})
        await self._video.stop()
        # After the video: without its exact pixels that would be refined.
        await self._exact.stop()
        if self._video.transport is not None:
            await self._video.transport.close()
        if not self.ended.done():
            self.ended.set_result(None)

    # What its transport tells, see `rtc.connection.Listener`.

    def connected(self) -> None:
        if self._closed is not None:
            return
        if self.away:
            self._return()
        if self._connected:
            return
        self._connected = True
        if self._timeout is not None:
            self._timeout.cancel()
        self._video.start()
        self._hello_timeout = self._loop.call_later(HELLO_TIMEOUT, self._video.listen)
        self._rate_log.start()
        transport = self._video.transport
        self._log.info("connected, %s", transport.codec if transport else "?")
        self._audience.peer_connected(self)

    def room(self) -> None:
        self._look_on()
        self._frames.left()

    def target_changed(self, bitrate: int) -> None:
        self._video.set_target(bitrate)
        if self._closed is None:
            self._rate_log.moved()

    def key_frame_wanted(self) -> None:
        self._video.want_key_frame("request")

    def channel_open(self, channel: ChannelName) -> None:
        if self._closed is not None:
            # Whoever has left must not come to hold control.
            return
        self._open_channels.add(channel)
        if channel == APP:
            self._app.greet()
        elif channel == INPUT:
            self._look_for_control()
        elif channel == FRAMES:
            self._frames.opened()

    def message(self, channel: ChannelName, message: str | bytes) -> None:
        if self._closed is not None or not self._input.admits():
            return
        try:
            self._take(channel, message)
        except BadMessage:
            self._input.drop(channel)

    def _take(self, channel: ChannelName, message: str | bytes) -> None:
        """Take a message of any channel.

        Raises:
            BadMessage: for one that is not taken; input is counted where it is parsed.
        """
        if channel == APP:
            self._app_message(message)
        elif channel == FRAMES:
            self._frames_message(message)
        elif channel == EXACT:
            self._exact.message(message)
        elif channel in (INPUT, POINTER):
            events = self._input.receive(message, channel)
            if events:
                self._audience.peer_input(self, events)

    def lost(self, reason: str) -> None:
        self._end(reason, True)

    def go_away(self, reason: str) -> None:
        """Nothing gets through any more: its place is kept for a while, and nothing is made for it."""
        if not self._connected:
            self._end(reason, True)
        elif not self.away and self._closed is None:
            self._log.info("away: %s", reason)
            self._place.leave(reason)
            self._app.attach(None)
            self._app.send_stats(False)
            self._rate_log.stop()
            self._frames.stop()
            self._set_shown(False)
            self._audience.peer_away(self)

    def _return(self) -> None:
        self._log.info("back")
        self._place.take()
        self._app.attach(self._video.transport)
        self._set_shown(self._visible)
        self._audience.peer_back(self)
        # What comes back the same way has them open; another one opens them.
        for channel in (APP, FRAMES):
            if channel in self._open_channels:
                self.channel_open(channel)

    def begin_anew(self) -> None:
        """Its page begins anew over another connection, and may never have said what it released meanwhile."""
        self._audience.peer_begins_anew(self)

    def _sending(self, picture: Picture, frame: EncodedFrame) -> None:
        """Tell the page how to show a frame that is about to leave, and which picture it is."""
        self._app.tell_size(picture, frame)
        self._app.tell_overload(self._video.overload)
        transport, stream = self._video.transport, self._video.stream
        if transport is not None and stream is not None:
            timestamp = transport.timestamp(frame)
            self._frames.sending(picture, timestamp, final=stream.is_refined, empty=not frame.data)
            self._exact.look()
            self._audience.peer_shows(self)

    def _exact_changed(self) -> None:
        self._look_on()
        self._audience.peer_shows(self)

    def _app_message(self, message: str | bytes) -> None:
        match parse_app_message(message):
            case Hello(protocol, visible, view_only):
                if protocol != PROTOCOL:
                    self._log.info(
                        "its page speaks protocol %d, this server %d", protocol, PROTOCOL
                    )
                self._video.listen()
                self._set_visible(visible)
                self._set_view_only(view_only)
            case Visibility(visible):
                self._set_visible(visible)
            case ViewOnly(on):
                self._set_view_only(on)
            case WantStats(on):
                self._app.send_stats(on)
            case Asked() as asked:
                if not self._probes.ask(asked):
                    self._input.drop("flood")
            case NotDecoded():
                self._not_decoded()
            case WantExact(on):
                self._exact.set_on(on)
                self._audience.peer_shows(self)
            case WantControl(on):
                self._audience.peer_wants_control(self, on)

    def _frames_message(self, message: str | bytes) -> None:
        for presentation in self._frames.receive(message):
            self._audience.peer_presented(self, presentation)
        self._audience.peer_shows(self)

    def _not_decoded(self) -> None:
        self._log.info("its browser does not decode 4:4:4")
        self._video.give_up_full_chroma("the browser took it and did not decode it")

    def _set_visible(self, visible: bool) -> None:
        if visible != self._visible:
            self._visible = visible
            self._set_shown(visible)
            self._audience.peer_visibility_changed(self)

    def _set_view_only(self, on: bool) -> None:
        if on != self._view_only:
            self._view_only = on
            self._look_for_control()

    def _look_for_control(self) -> None:
        """Have it stand in line for control, or not any more: once its page has said whether it wants any."""
        if INPUT in self._open_channels and self._view_only is not None:
            self._audience.peer_may_steer(self)

    def _set_shown(self, shown: bool) -> None:
        if shown:
            self._frames.quality.appear()
        self._video.set_visible(shown)
        self._exact.set_visible(shown)
