"""One peer's video, over one transport after the other: the stream that runs, and what was counted before it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from ..encoded_frame import EncodedFrame
from ..equipment import Equipment
from ..limitation import Overload
from ..peer_log import Log
from ..stats import PeerStats
from ..video.picture import Picture
from .stream import FrameSource, Stream
from .transport import Transport


class PeerVideo:
    """Has a stream for the transport in use, and none before the first. Lives on the event loop.

    on_frame, on_failure, is_exact: as `Stream` takes them.
    """

    def __init__(
        self,
        source: FrameSource,
        *,
        on_frame: Callable[[Picture, EncodedFrame], None],
        on_failure: Callable[[str], None],
        is_exact: Callable[[], bool],
        log: Log,
    ) -> None:
        self._source = source
        self._on_frame = on_frame
        self._on_failure = on_failure
        self._is_exact = is_exact
        self._log = log
        self._transport: Transport | None = None
        self._stream: Stream | None = None
        self._started = self._listens = False
        self._before = PeerStats()
        self._stopping: set[asyncio.Task[None]] = set()

    @property
    def transport(self) -> Transport | None:
        """The one in use."""
        return self._transport

    @property
    def stream(self) -> Stream | None:
        """Of that transport."""
        return self._stream

    @property
    def frames(self) -> int:
        """How many were sent, over all transports."""
        return self._before.frames + (self._stream.frames if self._stream else 0)

    @property
    def target(self) -> float:
        """Bits a second that frames are to have; 0 without a transport."""
        return 0.0 if self._stream is None else self._stream.encoder.target_bitrate

    @property
    def overload(self) -> Overload | None:
        """How the encoder is too slow; None where it keeps up."""
        return None if self._stream is None else self._stream.overload

    def stats(self, **others: Any) -> PeerStats:
        """The figures of the video and its transport, and others as they are given; none before the first transport."""
        transport, stream = self._transport, self._stream
        if transport is None or stream is None:
            return PeerStats()
        now = time.monotonic()
        figures = PeerStats(
            **transport.stats.by_name(),
            **others,
            codec=transport.codec,
            encoder=stream.encoder.name,
            chroma=stream.chroma,
            chroma_reason=stream.chroma_reason,
            size=stream.size,
            fps=stream.rate.count_per_second(now),
            bitrate=stream.rate.amount_per_second(now),
            target_bitrate=stream.encoder.target_bitrate,
            encode_time=stream.encode_time,
            limited_by=stream.limited_by,
            frames=stream.frames,
            skipped=stream.skipped,
            key_frames=MappingProxyType(dict(stream.key_frames)),
        )
        return figures.after(self._before)

    def attach(self, transport: Transport, equipment: Equipment, *, visible: bool) -> Stream:
        """Go on over another transport, with a stream of its own; it runs as soon as `start()` has been called.

        visible: as `set_visible()` tells later.
        """
        if self._stream is not None:
            self._before = self.stats()
            stopping = asyncio.create_task(self._stream.stop())
            self._stopping.add(stopping)
            stopping.add_done_callback(self._stopping.discard)
        self._transport = transport
        self._stream = Stream(
            self._source,
            transport,
            equipment.encoder,
            equipment.adaptation,
            equipment.chroma,
            executor=equipment.executor,
            on_frame=self._on_frame,
            on_failure=self._on_failure,
            is_exact=self._is_exact,
            log=self._log,
        )
        self._stream.set_visible(visible)
        # Who has no channels cannot say that it listens.
        self._stream.set_listening(self._listens or not transport.has_channels)
        if self._started:
            self._stream.start()
        return self._stream

    def start(self) -> None:
        """Its page is connected."""
        self._started = True
        if self._stream is not None:
            self._stream.start()

    async def stop(self) -> None:
        """Stop after the frames that are being encoded. Idempotent."""
        if self._stream is not None:
            await self._stream.stop()
        await asyncio.gather(*self._stopping)

    def wake(self) -> None:
        """There is a newer picture, or room for it."""
        if self._stream is not None:
            self._stream.wake()

    def set_target(self, bitrate: int) -> None:
        """Use so many bits per second from the next frame on."""
        if self._stream is not None:
            self._stream.set_target(bitrate)

    def set_visible(self, visible: bool) -> None:
        """Nothing is encoded for a page that nobody sees."""
        if self._stream is not None:
            self._stream.set_visible(visible)

    def listen(self) -> None:
        """Its page shows what comes, over whatever transport: until then all frames are of the first picture."""
        self._listens = True
        if self._stream is not None:
            self._stream.set_listening(True)

    def want_key_frame(self, why: str) -> None:
        """Make the next frame a key frame."""
        if self._stream is not None:
            self._stream.want_key_frame(why)

    def give_up_full_chroma(self, reason: str) -> None:
        """Go over to 4:2:0 for as long as this transport is in use."""
        if self._stream is not None:
            self._stream.give_up_full_chroma(reason)
