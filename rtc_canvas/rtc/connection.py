"""One WebRTC connection to a browser: what a peer sees of the network."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Mapping
from typing import Final, Protocol

from aiortc import (
    RTCConfiguration,
    RTCIceTransport,
    RTCPeerConnection,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.sdp import SessionDescription, candidate_from_sdp

from ..chroma import obstacle
from ..encoded_frame import ChromaWish, Codec, EncodedFrame
from ..exceptions import ConnectError
from ..link_stats import LinkStats
from ..net.hub import Entrance
from ..peer_log import Log
from .bulk import BulkPace
from .channels import EXACT, ChannelName, Channels
from .codec_choice import choose_codec, preferences
from .compat.closing import close, let_close_early
from .compat.dtls import let_begin, watch
from .compat.ice import Credentials, Liveness, SelectedPair, adopt, restart
from .compat.sctp import flying, guard, waiting
from .compat.sdp import (
    accept_extensions,
    accept_full_chroma,
    accept_transport_feedback,
    answer_level,
)
from .compat.sender import install_sender
from .congestion.estimator import RateLimits
from .flexfec_sdp import with_flexfec
from .flow import Flow
from .link_stats import link_stats
from .offer import parse_offer
from .rtp import COLOR_SPACE, PLAYOUT_DELAY, TRANSPORT_CC
from .sender import VideoSender
from .track import EncodedTrack

LOG: Log = logging.LoggerAdapter(logging.getLogger(__name__))

# Ten times the level of the largest pictures that are sent; browsers offer 3.1 whatever they take.
_H264_LEVEL = 52

# Seconds in which the browser may go over to a better pair of addresses, while the first one carries too.
SETTLING = 3.0


class Listener(Protocol):
    """Who is told what happens on a connection. Called on the event loop; must not raise."""

    def connected(self) -> None:
        """Media and channels may flow, at first or again."""

    def silent(self) -> None:
        """Nothing was heard from the page for 5 s. When it is heard again, `connected` is called again."""

    def room(self) -> None:
        """The frame before has been sent: the next may come."""

    def target_changed(self, bitrate: int) -> None:
        """Media may use so many bits per second from now on."""

    def key_frame_wanted(self) -> None:
        """The browser cannot decode without a key frame."""

    def channel_open(self, channel: ChannelName) -> None: ...

    def message(self, channel: ChannelName, message: str | bytes) -> None: ...

    def left(self, reason: str) -> None:
        """The page ended the connection, or broke its rules; it is to be closed."""

    def lost(self, reason: str) -> None:
        """The connection is gone or broken; it is to be closed."""


class Connection:
    """Answers one offer and carries one track of video and the data channels.

    limits: of the rate that it feels its way to. entrance: the sockets that it shares with others.
    log: where lines about it go.
    """

    may_lose: Final = True

    def __init__(
        self,
        listener: Listener,
        limits: RateLimits,
        entrance: Entrance,
        *,
        log: Log = LOG,
    ) -> None:
        self._listener = listener
        self._entrance = entrance
        self._log = log
        self.flow = Flow(
            limits,
            on_room=listener.room,
            on_target=listener.target_changed,
            backlog=lambda: 0 if self._selected_pair is None else self._selected_pair.backlog,
        )
        self._liveness = Liveness(on_silent=listener.silent, on_heard=listener.connected)
        self._selected_pair: SelectedPair | None = None
        self._connection: RTCPeerConnection | None = None
        self._track: EncodedTrack | None = None
        self._sender: VideoSender | None = None
        self._channels: Channels | None = None
        self._bulk = BulkPace()
        self._closing: asyncio.Task[None] | None = None
        self._codec: Codec = "h264"
        self._chroma_obstacle: str | None = None
        self._ice: RTCIceTransport | None = None
        self._ufrag = ""
        self._settled_at = math.inf

    async def answer(self, offer: str, *, codec: Codec | None, chroma: ChromaWish = "420") -> str:
        """Set the offer and return the answer, all candidates in it.

        codec: the one to take where the offer has it; None for the first of `CODECS` that it has.
        chroma: the wish. With other than "420", H.264 of 4:4:4 is accepted beside that of 4:2:0 where the offer has it,
            and each frame may be either.

        Raises:
            ConnectError: when the offer cannot be understood or has no codec in common; nothing is left then.
        """
        parsed = parse_offer(offer)
        self._codec = choose_codec(parsed, codec)
        # By default aiortc asks a public STUN server, and waits 5 s for it where there is no way out.
        connection = self._connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        let_close_early(connection)
        try:
            return await self._negotiate(connection, parsed, offer, chroma)
        except asyncio.CancelledError:
            await self.close()
            raise
        except Exception as error:
            # aiortc raises many kinds for offers that it does not take: ValueError, OperationError, even KeyError.
            await self.close()
            self._log.debug("An offer was refused by aiortc.", exc_info=True)
            raise ConnectError(f"The offer cannot be answered: {type(error).__name__}.") from error

    async def _negotiate(
        self,
        connection: RTCPeerConnection,
        parsed: SessionDescription,
        offer: str,
        chroma: ChromaWish,
    ) -> str:
        track = self._track = EncodedTrack()
        transceiver = connection.addTransceiver("video", "sendonly")
        sender = self._sender = VideoSender(
            track,
            transceiver.sender.transport,
            self.flow,
            on_key_frame=self._listener.key_frame_wanted,
            on_broken=lambda error: self._listener.lost(f"Sending failed: {error}"),
            log=self._log,
        )
        install_sender(transceiver, sender)
        transceiver.setCodecPreferences(preferences(self._codec))
        connection.on("connectionstatechange", self._state_changed)
        await connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        for other in connection.getTransceivers():
            if other is not transceiver:
                # aiortc would receive, decode and keep whatever a page likes to send.
                other.direction = "inactive"
        accept_extensions(parsed, transceiver, {PLAYOUT_DELAY, COLOR_SPACE, TRANSPORT_CC})
        has_channels = any(media.kind == "application" for media in parsed.media)
        self._chroma_obstacle = obstacle(chroma, self._codec, has_channels=has_channels)
        if self._chroma_obstacle is None and not accept_full_chroma(parsed, transceiver):
            self._chroma_obstacle = "the browser does not offer it"
        accept_transport_feedback(parsed, transceiver)
        answer_level(parsed, transceiver, _H264_LEVEL)
        let_begin(parsed, transceiver.receiver.transport)
        self._adopt(transceiver, sender)
        if has_channels:
            self._channels = Channels(
                connection,
                on_open=self._listener.channel_open,
                on_message=self._listener.message,
                on_stuck=lambda: self._listener.lost("The page does not read what it is sent."),
                log=self._log,
            )
            assert connection.sctp is not None, "it comes with the first channel"
            guard(connection.sctp, self._liveness, self._listener.left)
        await connection.setLocalDescription(await connection.createAnswer())
        answer, sender.fec_payload_type = with_flexfec(
            connection.localDescription.sdp,
            offer,
            transceiver.mid or "",
            sender.ssrc,
            sender.fec_ssrc,
        )
        self.flow.protection.duplicates = sender.fec_payload_type is None
        return answer

    def _adopt(self, transceiver: RTCRtpTransceiver, sender: VideoSender) -> None:
        dtls = transceiver.receiver.transport
        watch(dtls, self._liveness, sender.on_feedback)
        self._selected_pair = adopt(dtls.transport, self._entrance, self._liveness, self._moved)
        self._ice = dtls.transport
        self._ufrag = str(dtls.transport.iceGatherer.getLocalParameters().usernameFragment)

    # What a peer sends.

    @property
    def codec(self) -> Codec:
        """The codec that the answer chose."""
        return self._codec

    @property
    def chroma_obstacle(self) -> str | None:
        """Why no frame may be of 4:4:4; None where the answer accepted that."""
        return self._chroma_obstacle

    @property
    def ufrag(self) -> str:
        """The ICE user fragment of this side: it changes with an ICE restart and with nothing else."""
        return self._ufrag

    @property
    def has_channels(self) -> bool:
        """Whether the offer had data channels: foreign players have none."""
        return self._channels is not None

    @property
    def has_room(self) -> bool:
        return self._track is not None and self._track.has_room and self.flow.has_room

    def send(self, frame: EncodedFrame) -> None:
        """Send a frame. There must be room."""
        if self._track is not None:
            self._track.put(frame)

    def inherit(self, bitrate: float) -> None:
        """Begin with half of what the transport before had learnt, bits per second."""
        self.flow.inherit(bitrate)

    def send_message(self, channel: ChannelName, message: Mapping[str, object]) -> bool:
        """Send a JSON message; False where the channel is not open."""
        return self._channels is not None and self._channels.send(channel, message)

    def timestamp(self, frame: EncodedFrame) -> int:
        """The RTP timestamp that a frame will be sent with, or was; of the newest frame only."""
        return 0 if self._sender is None else self._sender.media_clock.timestamp(frame.time)

    @property
    def piece_room(self) -> int:
        """How many bytes the next piece may have; 0 while there may be none."""
        if self._connection is None or self._connection.sctp is None:
            return 0
        return self._bulk.room(
            time.monotonic(),
            rate=self.flow.bulk_rate,
            round_trip=self.flow.estimator.min_round_trip,
            waiting=waiting(self._connection.sctp),
            flying=flying(self._connection.sctp),
        )

    def send_piece(self, piece: bytes) -> bool:
        """Send a piece of an image; False where the channel is not open."""
        self._bulk.sent(len(piece))
        return self._channels is not None and self._channels.send_data(EXACT, piece)

    async def add_candidate(self, line: str, mid: str) -> None:
        """Add a candidate of the browser's: its `candidate:` line without `a=`, and its media section.

        Raises:
            ConnectError: when it is not one.
        """
        if self._connection is None:
            return
        try:
            candidate = candidate_from_sdp(line.removeprefix("candidate:"))
            candidate.sdpMid = mid
            await self._connection.addIceCandidate(candidate)
        except (ValueError, AssertionError, IndexError, KeyError) as error:
            raise ConnectError(f"The candidate cannot be understood: {line[:80]!r}.") from error

    def restart_ice(self, ufrag: str, password: str) -> Credentials:
        """Begin a new ICE session with the browser's new credentials; returns this side's.

        Raises:
            ConnectError: when the connection has ended.
        """
        if self._ice is None or self._closing is not None:
            raise ConnectError("That connection has ended.", status=404)
        ours = restart(self._ice, self._entrance, Credentials(ufrag, password))
        self._ufrag = ours.ufrag
        self._settled_at = 0.0
        self._log.debug("ICE began anew.")
        return ours

    # What it learns.

    @property
    def silence(self) -> float:
        """Seconds since something was heard from the page."""
        return self._liveness.silence

    @property
    def stats(self) -> LinkStats:
        """The figures of the way to the browser now; from any thread."""
        return LinkStats() if self._sender is None else link_stats(self.flow, self._sender)

    async def close(self) -> None:
        """End the connection. Idempotent; every caller waits for the end."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close())
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        self.flow.close()
        if self._connection is None:
            return
        # Messages leave in tasks of aiortc's: let those run, so that a farewell gets out.
        for _ in range(3):
            await asyncio.sleep(0)
        await close(self._connection)

    # What happens to it.

    def _moved(self) -> None:
        """The page has another address: what was on its way to the old one is lost."""
        if time.monotonic() >= self._settled_at:
            if self._selected_pair is not None:
                self._selected_pair.forget_others()
            self.flow.moved()
            self._listener.key_frame_wanted()

    def _state_changed(self) -> None:
        state = "closed" if self._connection is None else self._connection.connectionState
        self._log.debug("The connection is %s.", state)
        if state == "connected":
            self._settled_at = time.monotonic() + SETTLING
            self._listener.connected()
        elif state == "failed":
            self._listener.lost("The network did not let the connection through.")
        elif state == "closed" and self._closing is None:
            self._listener.left("The page was closed.")
