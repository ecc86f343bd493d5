"""One peer's video, from the newest picture to the transport."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import pytest

from rtc_canvas.adaptation import Adaptation, Step
from rtc_canvas.chroma import ChromaChoice
from rtc_canvas.encoded_frame import Chroma, Codec, Effort, EncodedFrame
from rtc_canvas.exceptions import EncoderError
from rtc_canvas.peers import stillness
from rtc_canvas.peers import stream as stream_module
from rtc_canvas.peers.stillness import ENLARGED_FROM, Repeat, next_repeat
from rtc_canvas.peers.stream import MAX_FAILURES, Stream
from rtc_canvas.video.convert import Converter
from rtc_canvas.video.picture import Picture
from rtc_canvas.video.planes import Planes

from .frames import flat, picture


@dataclass(frozen=True)
class Encoding:
    """What an encoder was asked for."""

    size: tuple[int, int]
    chroma: Chroma
    time: float
    key: bool
    effort: Effort


class FakeEncoder:
    """Makes a key frame when it must, as real ones do. Raises each of `failures` once."""

    codec: Codec = "vp8"
    name = "fake"
    target_bitrate = 1

    def __init__(self) -> None:
        self.asked: list[Encoding] = []
        self.planes: list[Planes] = []
        self.failures: list[Exception] = []
        self.is_closed = False

    def encode(
        self, planes: Planes, *, time: float, key: bool, effort: Effort = "usual"
    ) -> tuple[bytes, bool]:
        if self.failures:
            raise self.failures.pop(0)
        before = self.asked[-1] if self.asked else None
        changed = before is None or (before.size, before.chroma) != (planes.size, planes.chroma)
        self.asked.append(Encoding(planes.size, planes.chroma, time, key, effort))
        self.planes.append(planes)
        return b"data", key or changed

    def close(self) -> None:
        self.is_closed = True


class FixedAdaptation(Adaptation):
    """Takes the step that it is told; by default everything, as fast as it comes."""

    def __init__(self) -> None:
        super().__init__()
        self.step = Step(0.0, 1.0, math.inf)
        self.asked: list[tuple[float, tuple[int, int]]] = []

    def choose(self, bitrate: float, size: tuple[int, int], now: float) -> Step:
        self.asked.append((bitrate, size))
        return self.step

    def affords_whole(self, bitrate: float, size: tuple[int, int]) -> bool:
        return self.step.scale == 1.0


class HeldExecutor(Executor):
    """Runs each job when it is told to; at once by default."""

    def __init__(self) -> None:
        self.holds = False
        self._held: list[Callable[[], None]] = []

    def submit(self, function: Callable[..., Any], /, *args: Any, **_: Any) -> Future[Any]:
        future: Future[Any] = Future()

        def run() -> None:
            try:
                future.set_result(function(*args))
            except BaseException as error:
                future.set_exception(error)

        self._held.append(run)
        if not self.holds:
            self.release()
        return future

    @property
    def is_busy(self) -> bool:
        return bool(self._held)

    def release(self) -> None:
        held, self._held = self._held, []
        for run in held:
            run()


class Rig:
    """A stream between a source and a sink that do as they are told."""

    def __init__(
        self, executor: Executor | None = None, *, obstacle: str | None = "not wanted here"
    ) -> None:
        self.newest: Picture | None = None
        self.converter = Converter()
        self.has_room = True
        self.sent: list[EncodedFrame] = []
        self.shown: list[int] = []
        self.reasons: list[str] = []
        self.is_exact = False
        self._changed = asyncio.Event()
        self.encoder = FakeEncoder()
        self.adaptation = FixedAdaptation()
        self.chroma = ChromaChoice(obstacle, insists=False, cores=2)
        self.executor = HeldExecutor()
        self.stream = Stream(
            self,
            self,
            self.encoder,
            self.adaptation,
            self.chroma,
            executor=executor or self.executor,
            on_frame=lambda picture, frame: self.shown.append(picture.number),
            on_failure=self._fail,
            is_exact=lambda: self.is_exact,
            log=logging.LoggerAdapter(logging.getLogger(__name__)),
        )

    def send(self, frame: EncodedFrame) -> None:
        self.sent.append(frame)
        self._changed.set()

    def _fail(self, reason: str) -> None:
        self.reasons.append(reason)
        self._changed.set()

    async def show(
        self, number: int, *, size: tuple[int, int] = (64, 48), time: float = 0.0
    ) -> None:
        self.newest = picture(flat((number, 0, 0), *size), number=number, render_time=time)
        await self.settle()

    async def show_again(self, number: int) -> None:
        """Show the pixels of the newest picture once more."""
        assert self.newest is not None
        self.newest = replace(self.newest, number=number, render_time=float(number))
        await self.settle()

    async def settle(self) -> None:
        """Wake the stream and let it go as far as it can."""
        self.stream.wake()
        for _ in range(10):
            await asyncio.sleep(0)

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(5):
            while not condition():
                self._changed.clear()
                await self._changed.wait()


@contextlib.asynccontextmanager
async def running(*, obstacle: str | None = "not wanted here") -> AsyncIterator[Rig]:
    made = Rig(obstacle=obstacle)
    made.stream.start()
    try:
        yield made
    finally:
        await made.stream.stop()


@pytest.fixture(autouse=True)
def repeats(monkeypatch: pytest.MonkeyPatch) -> list[Repeat]:
    """The repeats that come next; after them, and without them, a picture is sent once."""
    coming: list[Repeat] = []

    def next_repeat(repeats: int, last_sent: float, _: int) -> Repeat:
        return coming.pop(0) if coming else Repeat(last_sent + 3600, trickle=True)

    monkeypatch.setattr(stillness, "next_repeat", next_repeat)
    return coming


class Clock:
    """What the stream takes for the time, seconds."""

    now = 1000.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(stream_module, "time", SimpleNamespace(monotonic=lambda: made.now))
    return made


def numbers(frames: Iterable[EncodedFrame]) -> list[int]:
    return [frame.picture for frame in frames]


async def test_the_first_frame_is_a_key_frame_with_the_render_time() -> None:
    async with running() as made:
        await made.show(1, time=123.0)
        [frame] = made.sent
    assert (frame.picture, frame.key, frame.time) == (1, True, 123.0)
    assert (frame.codec, frame.data) == ("vp8", b"data")
    assert (frame.size, frame.picture_size) == ((64, 48), (64, 48))
    assert made.stream.key_frames == {"join": 1}


async def test_nothing_is_encoded_before_there_is_a_picture() -> None:
    async with running() as made:
        await made.settle()
        assert not made.encoder.asked


async def test_each_new_picture_is_sent_once_in_order() -> None:
    async with running() as made:
        for number in (1, 2, 3):
            await made.show(number, time=float(number))
        await made.settle()
    assert numbers(made.sent) == made.shown == [1, 2, 3]
    assert [frame.key for frame in made.sent] == [True, False, False]
    assert made.stream.frames == 3


async def test_without_room_newer_pictures_replace_older_ones() -> None:
    async with running() as made:
        made.has_room = False
        for number in (1, 2, 3):
            await made.show(number)
        assert made.sent == []
        made.has_room = True
        await made.settle()
    assert numbers(made.sent) == [3]
    assert made.stream.skipped == 2


async def test_while_one_is_encoded_newer_pictures_replace_older_ones() -> None:
    async with running() as made:
        made.executor.holds = True
        for number in (1, 2, 3):
            await made.show(number)
        made.executor.holds = False
        made.executor.release()
        await made.until(lambda: len(made.sent) == 2)
    assert numbers(made.sent) == [1, 3]
    assert made.stream.skipped == 0, "the link had room"


async def test_a_key_frame_on_request_shows_the_picture_again_later() -> None:
    async with running() as made:
        await made.show(1, time=5.0)
        made.stream.want_key_frame("request")
        await made.settle()
        first, again = made.sent
    assert (again.picture, again.key) == (1, True)
    assert again.time > first.time
    assert made.stream.key_frames == {"join": 1, "request": 1}


async def test_wishes_at_once_are_one_key_frame() -> None:
    async with running() as made:
        made.stream.want_key_frame("request")
        await made.show(1)
        await made.settle()
    assert made.stream.key_frames == {"join": 1}
    assert len(made.sent) == 1


async def test_a_wish_during_encoding_is_kept() -> None:
    async with running() as made:
        await made.show(1)
        made.executor.holds = True
        await made.show(2)
        made.stream.want_key_frame("request")
        made.executor.holds = False
        made.executor.release()
        await made.until(lambda: len(made.sent) == 3)
    assert [frame.key for frame in made.sent] == [True, False, True]


async def test_nothing_is_encoded_for_a_page_that_nobody_sees() -> None:
    async with running() as made:
        await made.show(1)
        made.stream.set_visible(False)
        await made.show(2)
        await made.show(3)
        assert numbers(made.sent) == [1]
        made.stream.set_visible(True)
        await made.settle()
    assert numbers(made.sent) == [1, 3]
    assert made.sent[-1].key
    assert made.stream.key_frames == {"join": 1, "visible": 1}
    assert made.stream.skipped == 0


async def test_a_page_that_flickers_gets_few_key_frames() -> None:
    async with running() as made:
        await made.show(1)
        for number in range(2, 50):
            made.stream.set_visible(False)
            made.stream.set_visible(True)
            await made.show(number)
    assert numbers(made.sent) == list(range(1, 50)), "but all the pictures"
    assert made.stream.key_frames == {"join": 1, "visible": 1}


async def test_a_page_that_was_seen_all_the_time_gets_no_key_frame() -> None:
    async with running() as made:
        await made.show(1)
        made.stream.set_visible(True)
        await made.settle()
    assert len(made.sent) == 1


async def test_a_new_size_is_counted_as_such() -> None:
    async with running() as made:
        await made.show(1)
        await made.show(2, size=(81, 51))
    assert made.sent[-1].size == made.stream.size == (82, 52)
    assert made.sent[-1].picture_size == (81, 51)
    assert made.stream.key_frames == {"join": 1, "resize": 1}


async def test_a_peer_that_may_gets_full_chroma_until_it_does_not_decode_it() -> None:
    async with running(obstacle=None) as made:
        await made.show(1, size=(81, 51))
        assert (made.stream.chroma, made.stream.chroma_reason) == ("444", "the browser takes it")
        assert made.sent[-1].size == (81, 51)
        made.stream.give_up_full_chroma("it does not decode it")
        await made.settle()
        made.stream.give_up_full_chroma("it does not decode it")
        await made.settle()
    assert [frame.chroma for frame in made.sent] == ["444", "420"]
    assert [frame.key for frame in made.sent] == [True, True]
    assert (made.stream.chroma, made.stream.chroma_reason) == ("420", "it does not decode it")
    assert made.stream.key_frames == {"join": 1, "chroma": 1}


async def test_a_slow_machine_changes_the_chroma_with_the_next_picture() -> None:
    async with running(obstacle=None) as made:
        await made.show(1)
        made.chroma.give_up("too slow")
        await made.show(2)
    assert [frame.chroma for frame in made.sent] == ["444", "420"]
    assert made.stream.key_frames == {"join": 1, "chroma": 1}


async def test_the_step_follows_from_the_rate_and_the_pictures_size() -> None:
    async with running() as made:
        made.stream.set_target(700_000)
        await made.show(1, size=(81, 51))
    assert made.adaptation.asked[-1] == (700_000, (81, 51))
    assert made.encoder.target_bitrate == 700_000


async def test_a_frame_rate_is_kept_and_the_newest_picture_is_sent_when_its_time_comes() -> None:
    async with running() as made:
        made.adaptation.step = Step(0.0, 1.0, 10)
        started = time.monotonic()
        for number in (1, 2, 3):
            await made.show(number)
        assert numbers(made.sent) == [1]
        await made.until(lambda: len(made.sent) == 2)
        assert time.monotonic() - started >= 0.09
    assert numbers(made.sent) == [1, 3]
    assert made.stream.skipped == 0


async def test_a_picture_counts_as_skipped_once_the_frame_rate_would_have_sent_it(
    clock: Clock,
) -> None:
    async with running() as made:
        made.adaptation.step = Step(0.0, 1.0, 10)
        await made.show(1)
        made.has_room = False
        for number in range(2, 14):
            clock.now += 1 / 60
            await made.show(number)
        assert made.stream.skipped == 2, "0.2 s have passed since the first"
        made.has_room = True
        await made.settle()
    assert numbers(made.sent) == [1, 13]


async def test_a_picture_that_was_sent_before_the_room_ended_is_not_skipped() -> None:
    async with running() as made:
        await made.show(1)
        made.has_room = False
        await made.settle()
        await made.show(2)
        made.has_room = True
        await made.settle()
    assert numbers(made.sent)[-1] == 2
    assert made.stream.skipped == 0


async def test_a_key_frame_does_not_wait_for_the_frame_rate() -> None:
    async with running() as made:
        made.adaptation.step = Step(0.0, 1.0, 1)
        await made.show(1)
        await made.show(2)
        made.stream.want_key_frame("request")
        await made.settle()
    assert numbers(made.sent) == [1, 2]
    assert made.sent[-1].key


async def test_until_somebody_shows_them_all_frames_are_of_the_first_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stream_module, "UNSEEN_FPS", 1000.0)
    async with running() as made:
        made.stream.set_listening(False)
        await made.show(1)
        await made.until(lambda: len(made.sent) >= 3)
        await made.show(2)
        # What was being encoded when that came.
        count = len(made.sent) + 1
        await made.until(lambda: len(made.sent) > count)
        assert set(numbers(made.sent)) == {1}
        assert {one.effort for one in made.encoder.asked[1:]} == {"trickle"}
        assert len({id(planes) for planes in made.encoder.planes}) == 1, "converted once"
        made.stream.want_key_frame("request")
        await made.until(lambda: numbers(made.sent)[-1] == 2)
        assert made.sent[-1].key, "who asks for one gets the newest"
        await made.show(3)
        made.stream.set_listening(True)
        await made.until(lambda: numbers(made.sent)[-1] == 3)


async def test_a_picture_of_half_its_size_has_less_colour_until_it_is_whole(
    repeats: list[Repeat], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stillness, "ENLARGED_AFTER", 0.0)
    monkeypatch.setattr(stillness, "ENLARGED_PAUSE", 0.0)
    async with running(obstacle=None) as made:
        made.adaptation.step = Step(0.0, 0.5, math.inf)
        repeats += [Repeat(0.0, trickle=False), Repeat(0.0, trickle=True)]
        await made.show(1, size=(640, 480))
        await made.until(lambda: len(made.sent) == 3)
    assert [(one.size, one.chroma) for one in made.encoder.asked] == [
        *[((320, 240), "420")] * 2,
        ((640, 480), "444"),
    ]


async def test_a_picture_is_scaled_and_the_frame_says_so(repeats: list[Repeat]) -> None:
    async with running() as made:
        repeats += [Repeat(math.inf, trickle=True), Repeat(0.0, trickle=True)]
        await made.show(1, size=(640, 480))
        made.adaptation.step = Step(0.0, 0.5, math.inf)
        await made.settle()
        assert made.sent[-1].size == (640, 480), "a repeat is no reason for a key frame"
        await made.show(2, size=(640, 480))
    assert [encoding.size for encoding in made.encoder.asked] == [
        *[(640, 480)] * 2,
        (320, 240),
    ]
    frame = made.sent[-1]
    assert (frame.size, frame.shown_size, frame.picture_size) == (
        (320, 240),
        (320, 240),
        (640, 480),
    )
    assert made.stream.key_frames == {"join": 1, "resize": 1}


async def test_a_picture_that_stays_is_whole_before_it_is_refined(repeats: list[Repeat]) -> None:
    async with running() as made:
        made.adaptation.step = Step(0.0, 0.5, math.inf)
        await made.show(1, size=(640, 480))
        made.adaptation.step = Step(0.0, 0.75, math.inf)
        repeats += [Repeat(0.0, trickle=False)]
        made.stream.wake()
        await made.until(lambda: not repeats)
        made.adaptation.step = Step(0.0, 1.0, math.inf)
        repeats += [Repeat(0.0, trickle=False)] * ENLARGED_FROM
        made.stream.wake()
        await made.until(lambda: len(made.sent) == 2 + ENLARGED_FROM)
    small, whole = [(320, 240)] * (1 + ENLARGED_FROM), [(640, 480)]
    assert [one.size for one in made.encoder.asked] == [*small, *whole]
    assert made.stream.key_frames == {"join": 1, "resize": 1}


async def test_a_picture_that_stays_is_whole_at_last_whatever_the_rate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def next_repeat(repeats: int, last_sent: float, _: float) -> Repeat:
        return Repeat(0.0 if len(made.sent) < 6 else math.inf, trickle=repeats > 0)

    monkeypatch.setattr(stillness, "next_repeat", next_repeat)
    monkeypatch.setattr(stillness, "ENLARGED_AFTER", 0.0)
    monkeypatch.setattr(stillness, "ENLARGED_PAUSE", 0.0)
    async with running() as made:
        made.adaptation.step = Step(0.0, 0.5, math.inf)
        await made.show(1, size=(640, 480))
        await made.until(lambda: len(made.sent) == 6)
    assert [(one.size, one.effort == "trickle") for one in made.encoder.asked] == [
        ((320, 240), False),
        ((320, 240), False),
        ((640, 480), False),
        ((640, 480), False),
        ((640, 480), True),
        ((640, 480), True),
    ]
    assert made.stream.key_frames == {"join": 1, "resize": 1}


async def encode_slowly(made: Rig, clock: Clock, seconds: float, fps: float) -> None:
    """Have pictures come `fps` times a second for `seconds`, of which each takes 0.1 s to encode."""
    assert made.newest is not None
    number, end = made.newest.number, clock.now + seconds
    made.executor.holds = True
    await made.show(number + 1, time=clock.now)
    while clock.now < end:
        clock.now += 0.1
        number += round(0.1 * fps)
        await made.show(number, time=clock.now)
        made.executor.release()
        await made.settle()
    made.executor.holds = False
    made.executor.release()
    await made.settle()


async def test_an_encoder_that_is_too_slow_is_said(clock: Clock) -> None:
    async with running() as made:
        await made.show(1, time=clock.now)
        assert made.stream.limited_by is None
        await encode_slowly(made, clock, 1.5, fps=60)
        assert (made.stream.overload, made.stream.limited_by) == (None, None)
        clock.now += 3
        await encode_slowly(made, clock, 4, fps=60)
        assert made.stream.limited_by == "encoder"
        overload = made.stream.overload
        assert overload is not None
        assert overload.size == (64, 48)
        assert overload.wanted == pytest.approx(60, rel=0.1)
        assert overload.sent == pytest.approx(10, rel=0.1)
        clock.now += 3
        assert (made.stream.overload, made.stream.limited_by) == (None, None)


async def test_an_encoder_that_is_as_fast_as_the_link_is_not_too_slow(clock: Clock) -> None:
    async with running() as made:
        made.adaptation.step = Step(0.0, 1.0, 5)
        await made.show(1, time=clock.now)
        await encode_slowly(made, clock, 4, fps=60)
        assert made.stream.limited_by == "link"


async def test_what_the_link_scales_or_has_no_room_for_is_limited_by_it(clock: Clock) -> None:
    async with running() as made:
        await made.show(1, size=(640, 480))
        assert made.stream.limited_by is None
        made.adaptation.step = Step(0.0, 0.5, math.inf)
        await made.show(2, size=(640, 480))
        assert made.stream.limited_by == "link"
        made.adaptation.step = Step(0.0, 1.0, math.inf)
        await made.show(3, size=(640, 480))
        assert made.stream.limited_by is None
        made.has_room = False
        for number in (4, 5):
            await made.show(number)
        assert made.stream.skipped == 1
        assert made.stream.limited_by == "link"
        clock.now += 3
        assert made.stream.limited_by is None


async def test_times_rise_by_at_least_a_tick() -> None:
    async with running() as made:
        for number, time in enumerate((10.0, 10.0, 9.0, 10.5), 1):
            await made.show(number, time=time)
    ticks = [round(frame.time * 90_000) for frame in made.sent]
    assert ticks == [900_000, 900_001, 900_002, 945_000]


async def test_a_picture_that_stays_is_repeated(repeats: list[Repeat]) -> None:
    async with running() as made:
        repeats += [
            Repeat(0.0, trickle=False),
            Repeat(0.0, trickle=False),
            Repeat(0.0, trickle=True),
        ]
        await made.show(1)
        await made.settle()
        await made.until(lambda: len(made.sent) == 4)
    asked = [encoding.effort for encoding in made.encoder.asked]
    assert asked == ["usual", "refine", "refine", "trickle"]
    assert [encoding.key for encoding in made.encoder.asked] == [True, False, False, False]
    assert numbers(made.sent) == [1, 1, 1, 1]


async def test_the_same_pixels_again_cost_no_frame() -> None:
    async with running() as made:
        await made.show(1)
        for number in range(2, 60):
            await made.show_again(number)
        assert numbers(made.sent) == [1]
        await made.show(60)
    assert numbers(made.sent) == [1, 60]
    assert len(made.encoder.asked) == made.stream.frames == 2


async def test_stillness_goes_on_while_the_same_pixels_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []
    due = math.inf

    def next_repeat(repeats: int, last_sent: float, _: int) -> Repeat:
        asked.append(repeats)
        return Repeat(due if repeats < 2 else math.inf, trickle=False)

    monkeypatch.setattr(stillness, "next_repeat", next_repeat)
    async with running() as made:
        await made.show(1)
        due = 0.0
        for number in (2, 3, 4):
            await made.show_again(number)
            await made.until(lambda: len(made.sent) == 3)
    assert numbers(made.sent) == [1, 2, 2], "a repeat shows the newest of the same pictures"
    assert asked == sorted(asked), "and refines on"
    assert all(frame.time > made.sent[0].time for frame in made.sent[1:])


async def test_the_same_pixels_again_are_not_skipped() -> None:
    async with running() as made:
        await made.show(1)
        made.has_room = False
        for number in (2, 3, 4):
            await made.show_again(number)
        await made.show(5)
        for number in (6, 7, 8):
            await made.show_again(number)
        made.has_room = True
        await made.settle()
    assert numbers(made.sent) == [1, 8]
    assert made.stream.skipped == 0


async def test_a_repeat_comes_by_itself_when_it_is_due(repeats: list[Repeat]) -> None:
    async with running() as made:
        due = asyncio.get_running_loop().time() + 0.05
        repeats += [Repeat(due, trickle=True)] * 2
        await made.show(1)
        assert len(made.sent) == 1
        await made.until(lambda: len(made.sent) == 2)
        assert made.sent[-1].time >= due


async def test_a_failure_is_logged_and_tried_again_with_a_key_frame(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with running() as made:
        await made.show(1)
        made.encoder.failures = [EncoderError("The encoder broke.")]
        await made.show(2)
        await made.until(lambda: len(made.sent) == 2)
    assert (made.sent[-1].picture, made.sent[-1].key) == (2, True)
    assert made.stream.key_frames == {"join": 1, "error": 1}
    assert "Encoding failed (1 of 3): The encoder broke." in caplog.text
    assert made.reasons == []


async def test_failures_that_go_on_end_the_peer_with_a_reason() -> None:
    async with running() as made:
        made.encoder.failures = [EncoderError("It broke.")] * (MAX_FAILURES + 1)
        await made.show(1)
        await made.until(lambda: made.reasons)
        await made.settle()
    assert made.reasons == ["The video cannot be encoded: It broke."]
    assert len(made.encoder.failures) == 1, "it is not tried any more"
    assert made.sent == []


async def test_failures_with_frames_between_them_do_not_add_up() -> None:
    async with running() as made:
        for number in range(1, MAX_FAILURES + 2):
            made.encoder.failures = [EncoderError("It broke.")]
            await made.show(number)
            await made.until(lambda: len(made.sent) == number)  # noqa: B023  # it is awaited here
    assert made.reasons == []


async def test_any_other_error_ends_the_peer_and_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with running() as made:
        made.encoder.failures = [MemoryError("None left.")]
        await made.show(1)
        await made.until(lambda: made.reasons)
    assert made.reasons == ["The video failed on the server."]
    assert "MemoryError: None left." in caplog.text


async def test_stopping_closes_the_encoder_and_is_idempotent() -> None:
    async with running() as made:
        await made.show(1)
        await made.stream.stop()
        await made.show(2)
    assert made.encoder.is_closed
    assert numbers(made.sent) == [1]


async def test_stopping_waits_for_the_thread_that_encodes() -> None:
    begun, go_on = threading.Event(), threading.Event()
    closed_while_encoding: list[bool] = []

    def encode(planes: Planes, **_: object) -> tuple[bytes, bool]:
        begun.set()
        assert go_on.wait(5)
        closed_while_encoding.append(made.encoder.is_closed)
        return b"data", True

    with ThreadPoolExecutor(1) as executor:
        made = Rig(executor)
        made.encoder.encode = encode  # type: ignore[method-assign]
        made.stream.start()
        made.newest = picture(flat((0, 0, 0)))
        made.stream.wake()
        await asyncio.to_thread(begun.wait, 5)
        stopping = asyncio.create_task(made.stream.stop())
        await asyncio.sleep(0)
        go_on.set()
        await stopping
    assert closed_while_encoding == [False]
    assert made.encoder.is_closed
    assert made.sent == []


async def test_one_that_was_never_started_can_be_stopped() -> None:
    made = Rig()
    await made.stream.stop()
    assert made.encoder.is_closed


# Beside exact pixels.


async def test_a_picture_that_is_shown_exactly_settles_and_is_kept_alive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[int, float]] = []

    def soon(repeats: int, last_sent: float, refinements: float) -> Repeat:
        asked.append((repeats, refinements))
        return Repeat(last_sent + 0.02, trickle=repeats >= refinements)

    monkeypatch.setattr(stillness, "next_repeat", soon)
    async with running() as made:
        await made.show(1)
        await made.until(lambda: len(made.sent) == 3)
        made.is_exact = True
        await made.until(lambda: len(made.sent) == 6)
        efforts = [encoding.effort for encoding in made.encoder.asked]
        assert efforts == ["usual", "refine", "refine", "trickle", "trickle", "trickle"]
        assert {refinements for repeats, refinements in asked if repeats > 2} == {2}
        assert made.stream.sent is made.newest
        made.is_exact = False
        await made.until(lambda: len(made.sent) == 7)
    assert made.encoder.asked[6].effort == "refine"


async def test_a_picture_that_had_gained_all_before_its_exact_pixels_settles_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[float] = []

    def soon(repeats: int, last_sent: float, refinements: float) -> Repeat:
        asked.append(refinements)
        return Repeat(last_sent + 0.02, trickle=repeats >= refinements)

    monkeypatch.setattr(stillness, "next_repeat", soon)
    async with running() as made:
        made.encoder.target_bitrate = 1_000_000
        await made.show(1)
        await made.until(lambda: len(made.sent) == 6)
        assert made.stream.is_refined
        made.is_exact = True
        await made.until(lambda: len(made.sent) == 8)
    assert asked[-1] == 2


async def test_a_new_picture_does_not_care_about_the_exact_pixels_of_the_last() -> None:
    async with running() as made:
        made.is_exact = True
        for number in range(1, 6):
            await made.show(number)
    assert numbers(made.sent) == [1, 2, 3, 4, 5]


async def test_a_key_frame_of_a_picture_that_stays_is_refined_anew(repeats: list[Repeat]) -> None:
    async with running() as made:
        made.encoder.target_bitrate = 1_000_000
        repeats += [Repeat(0.0, trickle=False)] * 2
        await made.show(1)
        await made.until(lambda: len(made.sent) == 3)
        assert made.stream.is_refined
        made.stream.want_key_frame("request")
        await made.until(lambda: len(made.sent) == 4)
        assert not made.stream.is_refined
    # It gets what key frames get, not what refining may spend.
    asked = [encoding.effort for encoding in made.encoder.asked]
    assert asked == ["usual", "refine", "refine", "usual"]


async def test_pictures_of_a_slow_animation_keep_their_size(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stillness, "next_repeat", next_repeat)
    async with running() as made:
        made.encoder.target_bitrate = 1_000_000
        made.adaptation.step = Step(0.0, 0.5, math.inf)
        for number in range(1, 5):
            await made.show(number, size=(640, 480), time=clock.now)
            for _ in range(20):
                clock.now += 0.05
                made.stream.wake()
                await made.settle()
        assert {one.size for one in made.encoder.asked} == {(320, 240)}
        assert len(made.encoder.asked) > 20, "they were refined, until nothing was left to gain"
        clock.now += 1.0
        made.stream.wake()
        await made.settle()
    assert made.encoder.asked[-1].size == (640, 480)
    assert made.stream.key_frames == {"join": 1, "resize": 1}


async def test_a_picture_that_is_smaller_than_it_was_is_not_refined(
    repeats: list[Repeat], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running() as made:
        # Of so much these repeats take so little that nothing is left to gain.
        made.encoder.target_bitrate = 1_000_000
        repeats += [Repeat(0.0, trickle=False)] * 2
        made.adaptation.step = Step(0.0, 0.5, math.inf)
        assert not made.stream.is_refined
        await made.show(1, size=(640, 480))
        await made.until(lambda: len(made.sent) == 3)
        assert not made.stream.is_refined
        monkeypatch.setattr(stillness, "ENLARGED_AFTER", 0.0)
        monkeypatch.setattr(stillness, "ENLARGED_PAUSE", 0.0)
        repeats += [Repeat(0.0, trickle=True), *[Repeat(0.0, trickle=False)] * 2]
        made.stream.wake()
        await made.until(lambda: len(made.sent) == 6)
        assert made.stream.is_refined
