"""The peers of one canvas: who is there, who holds control, what a joiner must be told."""

from __future__ import annotations

import asyncio
import logging
import time
import weakref
from collections.abc import Mapping
from typing import Any

from .control import (
    IDLE,
    Asked,
    Away,
    Back,
    Control,
    Effect,
    Event,
    Gained,
    Left,
    Opened,
    Released,
    Role,
    step,
)
from .events import ProgramEvent
from .exceptions import ServeError
from .look import Looks
from .peers.exact_images import ExactImages
from .peers.peer import Peer
from .peers.presentations import Presentation
from .program.probe import Question
from .program.stage import Latched, Stage
from .settled import Settled, Waiting
from .video.convert import Converter
from .video.picture import Picture

logger = logging.getLogger(__name__)


def served_no_longer() -> ServeError:
    return ServeError("The canvas is served no longer, so that it cannot settle on any screen.")


class Audience:
    """Lives on the event loop. Holds its stage weakly: a canvas that nobody else holds may go."""

    def __init__(self, stage: Stage) -> None:
        self._stage = weakref.ref(stage)
        self._loop = asyncio.get_running_loop()
        self._peers: dict[str, Peer] = {}
        self._sizes: dict[str, tuple[float, float, float]] = {}
        self._control = Control()
        # The newest input of the peer that holds control, or when it gained that.
        self._input_at = time.monotonic()
        self._told: Latched = stage.latched
        self._notified = False
        self._spare_converter = Converter()
        self.resizable = stage.resizable
        self.exact = stage.exact
        self.exact_images = ExactImages(self)
        self._looks = Looks()
        self._waiting = Waiting(self._is_settled)
        stage.watch(self._notify, 0)

    @property
    def peers(self) -> tuple[Peer, ...]:
        """Those that have a place, in the order of joining."""
        return tuple(self._peers.values())

    def settled(self, peer: Peer | None) -> Settled:
        """See `Canvas.settled`. From any thread."""
        settled = Settled(peer)
        try:
            self._loop.call_soon_threadsafe(self._wait, settled)
        except RuntimeError:  # the loop is closed, and whoever served the canvas gone
            settled.fail(served_no_longer())
        return settled

    async def look(self) -> None:
        """Have what a snapshot shows drawn first, where nobody watches; see `Looks.have_drawn`."""
        stage = self._stage()
        if stage is not None:
            await self._looks.have_drawn(stage)

    def end_waiting(self) -> None:
        """End those who wait for the canvas to settle, or for a draw: its peers are about to be ended."""
        self._looks.end()
        self._waiting.fail(served_no_longer())

    async def close(self) -> None:
        """Let go of the stage, once every peer has ended, and wait for the image that is still being made."""
        stage = self._stage()
        if stage is not None:
            stage.unwatch(self._notify)
        await self.exact_images.close()

    # What streams see: `FrameSource`.

    @property
    def newest(self) -> Picture | None:
        stage = self._stage()
        return None if stage is None else stage.newest

    @property
    def converter(self) -> Converter:
        stage = self._stage()
        return self._spare_converter if stage is None else stage.converter

    # What peers tell: `PeerAudience`.

    def peer_connected(self, peer: Peer) -> None:
        self._peers[peer.id] = peer
        self._attend()
        self._tell_program({"type": "join", "peer": peer})
        stage = self._stage()
        if stage is not None:
            stage.request_draw()

    def peer_may_steer(self, peer: Peer) -> None:
        """Its input is open: it stands in line for control, as long as its page is not view-only."""
        self._step(Left(peer.id) if peer.view_only else Opened(peer.id, peer.role))

    def peer_wants_control(self, peer: Peer, on: bool) -> None:
        """Its page asks for control, or gives it up."""
        if not on:
            self._step(Released(peer.id))
            return
        self._step(Asked(peer.id, self._holder_is_idle_for()))
        if peer.role == "viewer":
            peer.refuse_control("You may only watch.")
        elif peer.view_only:
            peer.refuse_control("This page is set to view only.")
        elif peer.id not in self._control.line or peer.id in self._control.away:
            peer.refuse_control("This page is not ready to steer yet; try again in a moment.")
        elif not peer.steering:
            peer.refuse_control(
                f"Somebody steers right now; take control once nothing was done for {IDLE:.0f} s."
            )

    def _holder_is_idle_for(self) -> float:
        """Seconds; none while a key or a button is down, which sends nothing by itself."""
        holder = self._peers.get(self._control.holder or "")
        if holder is not None and holder.visible and holder.holds_input:
            return 0.0
        return time.monotonic() - self._input_at

    def peer_visibility_changed(self, peer: Peer) -> None:
        self._attend()
        if not peer.visible and peer.steering:
            self._deliver(peer, peer.release())
        stage = self._stage()
        if peer.visible and stage is not None:
            stage.request_draw()
        self._look_at_waiting()

    def peer_input(self, peer: Peer, events: list[ProgramEvent]) -> None:
        """The one tap that all input passes."""
        for event in events:
            if event["type"] == "resize":
                self._sizes[peer.id] = event["width"], event["height"], event["ratio"]
                if peer.steering:
                    self._apply_size(peer)
            elif peer.steering:
                self._input_at = time.monotonic()
                self._deliver(peer, [event])
                if event["type"] == "focus_out":
                    self._deliver(peer, peer.release())
            else:
                peer.drop_input("watching")

    def peer_presented(self, peer: Peer, presentation: Presentation) -> None:
        """A picture came onto a peer's screen. Draws are timed to one display: that of the peer who steers."""
        stage = self._stage()
        if stage is None:
            return
        if peer.steering and presentation.meeting is not None:
            stage.shown(presentation.meeting)
        if stage.wants_presented:
            picture = presentation.picture
            self._tell_program(
                {
                    "type": "presented",
                    "peer": peer,
                    "picture": picture.number,
                    "id": picture.id,
                    "render_time": picture.render_time,
                    "shown": presentation.shown,
                }
            )

    def peer_shows(self, peer: Peer) -> None:
        """What a peer's screen shows in its final quality may have changed."""
        self._look_at_waiting()

    def peer_away(self, peer: Peer) -> None:
        """Its place is kept; what it holds down is released, and control passes on."""
        self._attend()
        self._tell_program({"type": "away", "peer": peer})
        self._step(Away(peer.id))
        self._look_at_waiting()

    def peer_back(self, peer: Peer) -> None:
        self._attend()
        self._tell_program({"type": "back", "peer": peer})
        self._step(Back(peer.id))
        stage = self._stage()
        if stage is not None:
            stage.request_draw()

    def peer_begins_anew(self, peer: Peer) -> None:
        self._deliver(peer, peer.release())

    def peer_left(self, peer: Peer, reason: str) -> None:
        self._sizes.pop(peer.id, None)
        self._step(Left(peer.id))
        if self._peers.pop(peer.id, None) is not None:
            self._attend()
            self._tell_program({"type": "leave", "peer": peer, "reason": reason})
            self._look_at_waiting()

    def latched_messages(self, role: Role) -> list[Mapping[str, object]]:
        return self._latched.messages(role)

    @property
    def probe_role(self) -> Role | None:
        return self._latched.probe

    def peer_asks(self, question: Question) -> None:
        stage = self._stage()
        if stage is not None:
            stage.ask(question)

    @property
    def _latched(self) -> Latched:
        stage = self._stage()
        return self._told if stage is None else stage.latched

    # Those who wait for the canvas to settle.

    def _wait(self, settled: Settled) -> None:
        stage = self._stage()
        if stage is not None:
            # Before looking: a draw that ends in between is to be told.
            stage.awaits_rest.add(self._notify)
        self._waiting.add(settled)
        self._look_at_waiting()

    def _look_at_waiting(self) -> None:
        stage = self._stage()
        if stage is not None and self._notify in stage.awaits_rest:
            self._waiting.look()
            if not self._waiting:
                stage.awaits_rest.discard(self._notify)

    def _is_settled(self, peer: Peer | None) -> bool:
        stage = self._stage()
        if stage is None:
            return False
        peers = [other for other in self._peers.values() if other.visible and peer in (None, other)]
        if not peers:
            return True
        newest = stage.newest
        if newest is None or stage.draw_pending:
            return False
        return all(other.shows == newest.content for other in peers)

    # Control.

    def _step(self, event: Event) -> None:
        self._control, effects = step(self._control, event, time.monotonic())
        for effect in effects:
            self._carry_out(effect)

    def _carry_out(self, effect: Effect) -> None:
        peer = self._peers.get(effect.peer)
        if peer is None:
            return
        gained = isinstance(effect, Gained)
        self._deliver(peer, peer.set_steering(gained))
        self._tell_program({"type": "control", "peer": peer, "steering": gained})
        if gained:
            self._input_at = time.monotonic()
            self._apply_size(peer)

    def _apply_size(self, peer: Peer) -> None:
        stage = self._stage()
        if stage is None or peer.id not in self._sizes:
            return
        size = stage.resized(*self._sizes[peer.id])
        if size is None:
            return
        width, height = size.physical
        self._tell_program(
            {
                "type": "resize",
                "peer": peer,
                "width": size.logical[0],
                "height": size.logical[1],
                "pixel_ratio": size.pixel_ratio,
                "pwidth": width,
                "pheight": height,
            }
        )
        stage.request_draw()

    # To the program.

    def _deliver(self, peer: Peer, events: list[ProgramEvent]) -> None:
        stage = self._stage()
        if stage is not None and events:
            for event in events:
                peer.delivered(event)
            stage.take_events(events)

    def _tell_program(self, event: dict[str, Any]) -> None:
        stage = self._stage()
        if stage is not None:
            stage.take_events([{**event, "timestamp": time.monotonic()}])

    def _attend(self) -> None:
        stage = self._stage()
        if stage is not None:
            stage.watch(self._notify, sum(peer.visible for peer in self._peers.values()))

    # From the program.

    def _notify(self) -> None:
        """There is something new on the stage; from any thread."""
        if self._notified:
            return
        self._notified = True
        try:
            self._loop.call_soon_threadsafe(self._publish)
        except RuntimeError:
            # The loop was closed between the program's push and here.
            self._notified = False

    def _publish(self) -> None:
        # First, so that whatever comes from now on is told anew.
        self._notified = False
        stage = self._stage()
        if stage is None:
            return
        for peer in self._peers.values():
            peer.wake()
        self._look_at_waiting()
        if stage.latched is not self._told:
            before, self._told = self._told, stage.latched
            for peer in self._peers.values():
                known = before.messages(peer.role)
                for message in self._told.messages(peer.role):
                    if message not in known:
                        peer.tell_latched(message)
