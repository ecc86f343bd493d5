"""An audience whose viewers need no network: what lies between canvas and transport, for tests of that alone."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from rtc_canvas import Canvas, Peer
from rtc_canvas.adaptation import Adaptation
from rtc_canvas.audience import Audience
from rtc_canvas.chroma import ChromaChoice
from rtc_canvas.control import Role
from rtc_canvas.encoded_frame import Codec, Effort, EncodedFrame
from rtc_canvas.equipment import Equipment
from rtc_canvas.events import ProgramEvent
from rtc_canvas.link_stats import LinkStats
from rtc_canvas.program.display_phase import Shown
from rtc_canvas.program.probe import Question
from rtc_canvas.program.stage import Latched, Size, Stage
from rtc_canvas.rtc.channels import ChannelName
from rtc_canvas.video.planes import Planes

T = TypeVar("T")

_POINTER: dict[str, Any] = {
    "x": 0, "y": 0, "button": 0, "buttons": [], "modifiers": [], "touches": {}, "pointer_type": "mouse",
}  # fmt: skip
_KEY: dict[str, Any] = {"key": "a", "code": "KeyA", "modifiers": []}

FIELDS: dict[str, dict[str, Any]] = {
    "pointer_down": {**_POINTER, "button": 1, "buttons": [1]},
    "pointer_up": {**_POINTER, "button": 1},
    "pointer_move": _POINTER,
    "key_down": {**_KEY, "repeat": False},
    "key_up": _KEY,
    "focus_out": {},
    "resize": {"width": 640, "height": 480, "ratio": 1},
}
"""What a page's message of each type has at least."""


class Seen(Generic[T]):
    """A function to be called from any thread, and what it was called with, in order."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[T] = asyncio.Queue()

    def __call__(self, what: T) -> None:
        self._loop.call_soon_threadsafe(self._queue.put_nowait, what)

    async def next(self) -> T:
        async with asyncio.timeout(5):
            return await self._queue.get()

    async def take(self, count: int) -> list[T]:
        return [await self.next() for _ in range(count)]

    def rest(self) -> list[T]:
        """What has come and has not been taken."""
        return [self._queue.get_nowait() for _ in range(self._queue.qsize())]


class StageSpy:
    """The canvas's side of a stage: what would have reached a canvas."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        stage.listener = self
        self.events: list[ProgramEvent] = []
        self.draws_wanted = 0
        self.pictures_shown: list[Shown] = []
        self.wants_presented = False
        self.questions: list[Question] = []

    def take_events(self, events: list[ProgramEvent]) -> None:
        self.events += events

    def attention_changed(self) -> None:
        pass

    def request_draw(self) -> None:
        self.draws_wanted += 1

    def shown(self, picture: Shown) -> None:
        self.pictures_shown.append(picture)

    def ask(self, question: Question) -> None:
        self.questions.append(question)

    @property
    def owes_draw(self) -> bool:
        return False

    @property
    def draw_pending(self) -> bool:
        return False

    def types(self) -> list[str]:
        return [event["type"] for event in self.events]


class StandInTransport:
    """Keeps what it is given, of exact images the pieces of the newest; there is always room.

    has_channels: whether the page has any; foreign players have none.
    most_pieces: there is none for more of them.
    open: whether its channels are; nothing is sent on them before.
    """

    codec: Codec = "h264"
    has_room = True
    may_lose = True
    silence = 0.0
    stats = LinkStats(round_trip=0.02, cuts=MappingProxyType({"queue": 1}))

    def __init__(self, *, has_channels: bool = True) -> None:
        self.has_channels = has_channels
        self.frames: list[EncodedFrame] = []
        self.messages: list[dict[str, Any]] = []
        self.pieces: list[bytes] = []
        self.piece_size = 1000
        self.most_pieces = 1_000_000
        self.open = True
        self.inherited: float | None = None
        self.closed = False
        self.ended = asyncio.Event()
        self._changed = asyncio.Event()

    def inherit(self, bitrate: float) -> None:
        self.inherited = bitrate

    def send(self, frame: EncodedFrame) -> None:
        self.frames.append(frame)
        self._changed.set()

    def send_message(self, channel: ChannelName, message: Mapping[str, object]) -> bool:
        assert not self.closed, f"{message} was sent into a closed transport"
        if not self.open:
            return False
        self.messages.append(json.loads(json.dumps(message)))
        if message["type"] == "image":
            self.pieces.clear()
        self._changed.set()
        return True

    def timestamp(self, frame: EncodedFrame) -> int:
        """One that can be told apart from the picture's number."""
        return 3000 * (self.frames.index(frame) if frame in self.frames else len(self.frames))

    @property
    def piece_room(self) -> int:
        return self.piece_size if len(self.pieces) < self.most_pieces else 0

    def send_piece(self, piece: bytes) -> bool:
        if not self.open:
            return False
        self.pieces.append(piece)
        self._changed.set()
        return True

    async def close(self) -> None:
        self.closed = True
        self.ended.set()

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(5):
            while not condition():
                self._changed.clear()
                await self._changed.wait()


class StandInEncoder:
    """Makes frames of five bytes, key frames as a real one does."""

    codec: Codec = "h264"
    name = "stand-in"
    target_bitrate = 1_000_000

    def __init__(self) -> None:
        self._size = (0, 0)

    def encode(
        self, planes: Planes, *, time: float, key: bool, effort: Effort = "usual"
    ) -> tuple[bytes, bool]:
        resized, self._size = planes.size != self._size, planes.size
        return b"frame", key or resized

    def close(self) -> None:
        pass


class Guest:
    """A viewer: its peer, and the page's end of it."""

    def __init__(self, peer: Peer, *, has_channels: bool = True) -> None:
        self.peer = peer
        self.transport = StandInTransport(has_channels=has_channels)
        self._seq = 0

    def open(self) -> None:
        """The connection is up, and the channels are open, if there are any."""
        self.peer.connected()
        if self.transport.has_channels:
            for channel in ("app", "input", "pointer"):
                self.peer.channel_open(channel)
            self.tell("hello", protocol=1, visible=True)

    def send(self, type_: str, **fields: Any) -> None:
        self._seq += 1
        message = {"type": type_, "seq": self._seq, "t": self._seq / 1000, **FIELDS.get(type_, {})}
        self.peer.message("input", json.dumps(message | fields))

    def tell(self, type_: str, **fields: Any) -> None:
        self.peer.message("app", json.dumps({"type": type_, **fields}))

    def told(self, type_: str) -> list[dict[str, Any]]:
        """The messages of a type that the page was sent."""
        return [message for message in self.transport.messages if message["type"] == type_]

    async def frame(self, number: int = 1) -> EncodedFrame:
        """The frame of that number, from 1, once it has been sent."""
        await self.transport.until(lambda: len(self.transport.frames) >= number)
        return self.transport.frames[number - 1]

    async def until_told(self, type_: str, **fields: Any) -> None:
        """Wait for a message of a type with these fields."""
        await self.transport.until(
            lambda: any(fields.items() <= message.items() for message in self.told(type_))
        )


def equipment(executor: Executor) -> Equipment:
    """What makes frames of five bytes."""
    chroma = ChromaChoice("not wanted here", insists=False, cores=2)
    return Equipment(StandInEncoder(), Adaptation(), chroma, executor)


class Room:
    """Where guests join an audience."""

    def __init__(self, audience: Audience) -> None:
        self.audience = audience
        self._guests: list[Guest] = []
        self.executor = ThreadPoolExecutor(2)

    def connect(self, role: Role = "operator", *, has_channels: bool = True) -> Guest:
        """A guest whose connection is not up yet."""
        peer = Peer(f"peer-{len(self._guests) + 1}", role, None, self.audience)
        guest = Guest(peer, has_channels=has_channels)
        self._guests.append(guest)
        peer.attach(guest.transport, equipment(self.executor))
        return guest

    def join(self, role: Role = "operator", *, has_channels: bool = True) -> Guest:
        """A guest that is there."""
        guest = self.connect(role, has_channels=has_channels)
        guest.open()
        return guest

    async def close(self) -> None:
        await asyncio.gather(*(g.peer.end("The test ends.", retry=False) for g in self._guests))
        await self.audience.close()
        self.executor.shutdown()


@contextlib.asynccontextmanager
async def room_of(canvas: Canvas) -> AsyncIterator[Room]:
    """The room in front of a canvas, which draws meanwhile."""
    room = Room(canvas.open_audience())
    try:
        yield room
    finally:
        await room.close()
        await canvas.close_audience()


@contextlib.asynccontextmanager
async def bare_room(**settings: Any) -> AsyncIterator[tuple[Room, StageSpy]]:
    """A room without a canvas behind its stage."""
    spy = StageSpy(make_stage(**settings))
    room = Room(Audience(spy.stage))
    try:
        yield room, spy
    finally:
        await room.close()


def make_stage(**settings: Any) -> Stage:
    """A stage 64 wide and 48 high."""
    return Stage(
        Size((64, 48)), Latched(), **{"resizable": True, "max_pixel_ratio": 2.0, **settings}
    )


def ignore() -> None:
    """Is told of a stage's news, and does not care."""
