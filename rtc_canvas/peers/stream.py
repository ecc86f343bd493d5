"""One peer's video: the newest picture through its encoder to its transport."""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Protocol

from ..adaptation import Adaptation
from ..chroma import ChromaChoice
from ..encoded_frame import Chroma, Effort, EncodedFrame
from ..exceptions import EncoderError
from ..limitation import Encoded, Limit, Limitation, Overload
from ..peer_log import Log
from ..stats import SlidingRate
from ..video.convert import Converter
from ..video.encoder import VideoEncoder, fitting_scale
from ..video.picture import Picture
from ..video.planes import Planes
from .skips import Skips
from .stillness import Stillness

# An encoder that fails is opened anew; one that goes on failing ends its peer, with a reason.
MAX_FAILURES = 3

# A page that is hidden and shown faster than this gets no key frame each time: it has lost nothing.
SHOWN_INTERVAL = 0.3

# Pictures that nobody shows yet are in the way of what that takes. But a browser shows no frame that came before it was
# asked to: so the first picture is sent so often, as the same again, which is next to nothing.
UNSEEN_FPS = 12.0

# Of the mean interval between frames the shortest has this share, as pictures do not come evenly.
SHORTEST = 0.9

# RTP timestamps must rise, so must the times that they are made of.
_TICK = 1 / 90_000


class FrameSource(Protocol):
    """Where the newest picture is."""

    @property
    def newest(self) -> Picture | None: ...

    @property
    def converter(self) -> Converter: ...


class FrameSink(Protocol):
    """Where encoded frames go: a transport, seen from the stream."""

    @property
    def has_room(self) -> bool: ...

    def send(self, frame: EncodedFrame) -> None: ...


@dataclass(frozen=True, slots=True)
class _Job:
    picture: Picture
    first: bool
    key: str | None
    trickle: bool
    scale: float
    chroma: Chroma

    @property
    def effort(self) -> Effort:
        if self.trickle:
            return "trickle"
        return "usual" if self.first or self.key else "refine"


class Stream:
    """Encodes the newest picture whenever there is one and the sink has room; runs on the event loop.

    Nothing queues: while a frame is being encoded or sent, newer pictures replace each other. A picture that stays,
    or comes again with the same pixels, is sent again now and then, see `stillness`.

    executor: where encoding runs, one job at a time.
    on_frame: called with each picture and the frame made of it, before that is sent.
    on_failure: called with a sentence when the video cannot go on.
    is_exact: whether the newest picture is to gain nothing any more, as its very pixels are shown beside the video.
    """

    def __init__(
        self,
        source: FrameSource,
        sink: FrameSink,
        encoder: VideoEncoder,
        adaptation: Adaptation,
        chroma: ChromaChoice,
        *,
        executor: Executor,
        on_frame: Callable[[Picture, EncodedFrame], None],
        on_failure: Callable[[str], None],
        is_exact: Callable[[], bool],
        log: Log,
    ) -> None:
        self._source = source
        self._sink = sink
        self._encoder = encoder
        self._adaptation = adaptation
        self._chroma = chroma
        self._executor = executor
        self._on_frame = on_frame
        self._on_failure = on_failure
        self._is_exact = is_exact
        self._log = log
        self._task: asyncio.Task[None] | None = None
        self._encoding: asyncio.Future[EncodedFrame] | None = None
        self._wake = asyncio.Event()
        self._visible = True
        self._listening = True
        # What was made of the picture that nobody shows yet, by what it is.
        self._unseen: tuple[tuple[int, Chroma, float], Planes] | None = None
        self._shown_at = -math.inf
        self._key_wanted: str | None = "join"
        self._sent: Picture | None = None
        self._sent_at = 0.0
        self._started_at = 0.0
        self._scale = 1.0
        self._most_fps = math.inf
        self._interval = 0.0
        self._held_at = -math.inf
        self._skips = Skips()
        self._limitation = Limitation()
        self._stillness = Stillness()
        self._last_time = 0.0
        self._failures = 0
        self.size = (0, 0)
        self.chroma: Chroma | None = None
        self.frames = 0
        self.encode_time = 0.0
        self.rate = SlidingRate()
        self.key_frames: Counter[str] = Counter()

    @property
    def encoder(self) -> VideoEncoder:
        return self._encoder

    @property
    def chroma_reason(self) -> str | None:
        """Why the newest frame has its chroma; None before the first."""
        return self._chroma.reason or None

    @property
    def sent(self) -> Picture | None:
        """The picture of the frame that was sent last."""
        return self._sent

    @property
    def is_refined(self) -> bool:
        """Whether that picture gains nothing any more, neither by another frame of its size nor by a larger one."""
        return self._stillness.is_refined and self._scale == 1.0

    @property
    def skipped(self) -> int:
        """How many pictures were left out because the sink had no room."""
        return self._skips.count

    @property
    def overload(self) -> Overload | None:
        """How the encoder is too slow; None where it keeps up."""
        return self._limitation.overload(time.monotonic())

    @property
    def limited_by(self) -> Limit | None:
        """What keeps the peer from getting every picture whole."""
        held_at = max(self._held_at, self._skips.counted_at)
        return self._limitation.by(time.monotonic(), scale=self._scale, held_at=held_at)

    def start(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop after the frame that is being encoded. Idempotent."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._encoding is not None:
            # A thread cannot be stopped, and would open again what is closed here.
            await asyncio.gather(self._encoding, return_exceptions=True)
        self._encoder.close()

    def wake(self) -> None:
        """Something changed: a new picture, or room in the sink."""
        self._wake.set()

    def want_key_frame(self, why: str) -> None:
        self._key_wanted = self._key_wanted or why
        self.wake()

    def give_up_full_chroma(self, reason: str) -> None:
        """Go over to 4:2:0 for good."""
        self._chroma.give_up(reason)
        if self.chroma == "444":
            self.want_key_frame("chroma")

    def set_target(self, bitrate: int) -> None:
        """Use so many bits per second from the next frame on."""
        self._encoder.target_bitrate = bitrate

    def set_visible(self, visible: bool) -> None:
        """Nothing is encoded for a page that nobody sees; the next frame it gets is a key frame."""
        now = time.monotonic()
        if visible and not self._visible and now - self._shown_at >= SHOWN_INTERVAL:
            self._shown_at = now
            self.want_key_frame("visible")
        self._visible = visible
        self.wake()

    def set_listening(self, listening: bool) -> None:
        """Until somebody shows them, all frames are of the first picture, but for key frames that are asked for."""
        self._listening = listening
        self.wake()

    async def _run(self) -> None:
        try:
            while True:
                self._wake.clear()
                job, due = self._next_job(time.monotonic())
                if job is None:
                    await self._sleep(due)
                else:
                    await self._encode_and_send(job)
        except asyncio.CancelledError:
            raise
        except Exception:
            # Whatever it was, a peer must not stay connected with a frozen picture.
            self._log.exception("The video stopped.")
            self._on_failure("The video failed on the server.")

    async def _sleep(self, due: float | None) -> None:
        try:
            async with asyncio.timeout(None if due is None else max(0.0, due - time.monotonic())):
                await self._wake.wait()
        except TimeoutError:
            return

    def _next_job(self, now: float) -> tuple[_Job | None, float | None]:
        """What to encode now, or None and the time at which to look again."""
        picture = self._source.newest
        if picture is None or not self._visible:
            self._skips.forget()
            return None, None
        if not self._listening and self._sent is not None and self._key_wanted is None:
            return self._next_unseen(self._sent, now)
        # The same pixels again are no new picture: they are as still as if nobody had handed them over.
        new = self._sent is None or picture.content != self._sent.content
        if not self._sink.has_room:
            if new:
                self._skips.wait(picture.content, self._due, self._interval, now)
            return None, None
        self._skips.end(picture.content, now)
        step = self._adaptation.choose(
            self._encoder.target_bitrate, (picture.width, picture.height), now
        )
        self._most_fps, self._interval = step.fps, SHORTEST / step.fps
        if new:
            if now < self._due:
                self._held_at = now
                return None, self._due
            chroma = self._chroma.choose((picture.width, picture.height), now, step.scale)
            return _Job(picture, True, self._key_wanted, False, step.scale, chroma), None
        if self._key_wanted is not None:
            scale = max(step.scale, self._scale)
            chroma = self._chroma.choose((picture.width, picture.height), now, scale)
            return _Job(picture, False, self._key_wanted, False, scale, chroma), None
        return self._next_repeat(picture, now)

    def _next_unseen(self, sent: Picture, now: float) -> tuple[_Job | None, float | None]:
        """The same while nobody shows what comes."""
        self._skips.forget()
        if not self._sink.has_room:
            return None, None
        if now < (due := self._sent_at + 1 / UNSEEN_FPS):
            return None, due
        return _Job(sent, False, None, True, self._scale, self.chroma or "420"), None

    def _next_repeat(self, picture: Picture, now: float) -> tuple[_Job | None, float | None]:
        """The same for a picture that was sent."""
        exact = self._is_exact()
        self._stillness.tell(exact=exact)
        repeat = self._stillness.next(self._sent_at)
        whole_at = math.inf
        if self._scale < 1.0 and not exact:
            size = picture.width, picture.height
            affordable = self._adaptation.affords_whole(self._encoder.target_bitrate, size)
            whole_at = self._stillness.enlarged_at(
                repeat, self._started_at, self._sent_at, affordable=affordable
            )
        if now < (due := min(repeat.time, whole_at)):
            return None, due
        whole = now >= whole_at
        if whole:
            chroma = self._chroma.choose((picture.width, picture.height), now)
            return _Job(picture, False, None, False, 1.0, chroma), None
        chroma = self.chroma or "420"
        return _Job(picture, False, None, repeat.trickle, self._scale, chroma), None

    @property
    def _due(self) -> float:
        """When the next new picture may be encoded; a key frame waits for nothing."""
        return self._started_at + self._interval if self._key_wanted is None else 0.0

    async def _encode_and_send(self, job: _Job) -> None:
        wanted = job.picture.render_time if job.first else time.monotonic()
        frame_time = self._last_time = max(wanted, self._last_time + _TICK)
        self._key_wanted = None
        loop = asyncio.get_running_loop()
        started = time.monotonic()
        if job.first:
            self._started_at = started
        self._scale = job.scale
        try:
            self._encoding = loop.run_in_executor(self._executor, self._encode, job, frame_time)
            frame = await asyncio.shield(self._encoding)
        except EncoderError as error:
            await self._failed(error)
            return
        self._failures = 0
        now = time.monotonic()
        if job.first and job.chroma == "444":
            self._chroma.encoded(started, now - started)
        self._count(job, frame, now - started, now)
        if job.first:
            self._look_back(job.picture, frame, now)
        self._on_frame(job.picture, frame)
        self._sink.send(frame)

    def _encode(self, job: _Job, frame_time: float) -> EncodedFrame:
        """Convert and encode; on a thread of the executor."""
        largest = fitting_scale(self._encoder.codec, job.picture.width, job.picture.height)
        scale = min(job.scale, largest)
        planes = self._planes(job, scale)
        data, key = self._encoder.encode(
            planes,
            time=frame_time,
            key=job.key is not None,
            effort=job.effort,
        )
        return EncodedFrame(
            codec=self._encoder.codec,
            data=data,
            key=key,
            size=planes.size,
            picture_size=planes.picture_size,
            shown_size=planes.shown_size,
            picture=job.picture.number,
            time=frame_time,
            chroma=planes.chroma,
        )

    def _planes(self, job: _Job, scale: float) -> Planes:
        form = job.picture.content, job.chroma, scale
        if self._unseen is not None and self._unseen[0] == form:
            return self._unseen[1]
        planes = self._source.converter.planes(job.picture, job.chroma, scale, quick=job.first)
        # Others wait for a conversion, which of an older picture is done anew each time.
        self._unseen = None if self._listening else (form, planes)
        return planes

    def _count(self, job: _Job, frame: EncodedFrame, seconds: float, now: float) -> None:
        # What begins with a key frame of its own gains quality from the start.
        form = frame.size, frame.chroma
        bits = 8 * len(frame.data)
        if job.first or frame.key or form != (self.size, self.chroma):
            self._stillness.begin(math.prod(frame.size))
        else:
            self._stillness.repeated(bits, self._encoder.target_bitrate, trickle=job.trickle)
        self._sent, self._sent_at = job.picture, now
        self.frames += 1
        self.rate.add(now, bits)
        self.encode_time += 0.1 * (seconds - self.encode_time) if self.encode_time else seconds
        if frame.key:
            self.key_frames[job.key or self._why_key(frame)] += 1
        self.size, self.chroma = form

    def _why_key(self, frame: EncodedFrame) -> str:
        """Why a frame is a key frame that nobody asked for."""
        if frame.size != self.size:
            return "resize"
        return "rate" if frame.chroma == self.chroma else "chroma"

    def _look_back(self, picture: Picture, frame: EncodedFrame, now: float) -> None:
        newest = self._source.newest
        waits = newest is not None and newest.content != picture.content
        late = waits and now >= self._due
        encoded = Encoded(now, picture.render_time, picture.number, late, frame.size)
        self._limitation.encoded(encoded, self._most_fps)

    async def _failed(self, error: EncoderError) -> None:
        self._failures += 1
        self._log.warning("Encoding failed (%d of %d): %s", self._failures, MAX_FAILURES, error)
        if self._failures >= MAX_FAILURES:
            self._on_failure(f"The video cannot be encoded: {error}")
            self._visible = False
            return
        self._key_wanted = "error"
        await asyncio.sleep(0.1 * self._failures)
