"""The image of a canvas's newest picture, made once for all who want it."""

from __future__ import annotations

import asyncio
import threading

import pytest

from rtc_canvas.exceptions import EncoderError
from rtc_canvas.peers import exact_images
from rtc_canvas.peers.exact_images import ExactImage, ExactImages
from rtc_canvas.video.convert import Converter
from rtc_canvas.video.picture import Picture

from .frames import flat, picture
from .leaks import running_tasks


class Source:
    """Where the newest picture is."""

    converter = Converter()

    def __init__(self) -> None:
        self.newest: Picture | None = None

    def show(self, number: int, *, content: int = 0) -> None:
        pixels = flat((content or number, 0, 0))
        self.newest = Picture(number, pixels, "rgb", 0.0, (64, 48), content=content)


class Compressor:
    """Takes the place of `png`, and holds each picture back until it is told not to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pictures: list[int] = []
        self.failure: Exception | None = None
        self.failures: dict[int, Exception] = {}
        self.go_on = threading.Event()
        self.go_on.set()
        monkeypatch.setattr(exact_images, "png", self)

    def __call__(self, picture: Picture) -> bytes:
        assert threading.current_thread() is not threading.main_thread()
        self.pictures.append(picture.number)
        assert self.go_on.wait(5)
        failure = self.failures.get(picture.number, self.failure)
        if failure is not None:
            raise failure
        return b"picture %d" % picture.number


@pytest.fixture
def compressor(monkeypatch: pytest.MonkeyPatch) -> Compressor:
    return Compressor(monkeypatch)


async def test_there_is_none_before_the_first_picture() -> None:
    assert await ExactImages(Source()).newest() is None


async def test_all_who_want_it_share_one(compressor: Compressor) -> None:
    source = Source()
    images = ExactImages(source)
    source.show(1)
    first, *others = await asyncio.gather(*(images.newest() for _ in range(5)))
    assert first is not None
    assert (first.picture, first.size, first.data) == (1, (64, 48), b"picture 1")
    assert all(other is first for other in others)
    assert await images.newest() is first
    assert compressor.pictures == [1]


async def test_the_same_pixels_under_another_number_are_the_same_image(
    compressor: Compressor,
) -> None:
    source = Source()
    images = ExactImages(source)
    source.show(1)
    first = await images.newest()
    source.show(2, content=1)
    assert await images.newest() is first
    source.show(3)
    newest = await images.newest()
    assert newest is not None
    assert newest.picture == 3
    assert compressor.pictures == [1, 3]


async def begun(compressor: Compressor, images: ExactImages) -> asyncio.Task[ExactImage | None]:
    """Somebody who wants the newest image, which is held back."""
    compressor.go_on.clear()
    wanting = asyncio.create_task(images.newest())
    while not compressor.pictures:  # noqa: ASYNC110  # it is told on another thread
        await asyncio.sleep(0.001)
    return wanting


async def test_while_pictures_change_those_who_wait_get_one_together(
    compressor: Compressor,
) -> None:
    source = Source()
    images = ExactImages(source)
    source.show(1)
    first = [await begun(compressor, images), asyncio.create_task(images.newest())]
    await asyncio.sleep(0)
    source.show(2)
    waiting = [asyncio.create_task(images.newest()) for _ in range(5)]
    await asyncio.sleep(0)
    source.show(3)
    compressor.go_on.set()
    got = await asyncio.gather(*first, *waiting)
    assert [image.picture for image in got if image] == [1, 1, 3, 3, 3, 3, 3]
    assert compressor.pictures == [1, 3]


async def test_who_gives_up_takes_it_from_nobody(compressor: Compressor) -> None:
    source = Source()
    images = ExactImages(source)
    source.show(1)
    first = await begun(compressor, images)
    second = asyncio.create_task(images.newest())
    await asyncio.sleep(0)
    first.cancel()
    compressor.go_on.set()
    image = await second
    assert image is not None
    assert image.picture == 1
    assert compressor.pictures == [1]


async def test_what_somebody_gave_up_is_there_for_who_comes_next(compressor: Compressor) -> None:
    source = Source()
    images = ExactImages(source)
    source.show(1)
    first = await begun(compressor, images)
    first.cancel()
    await asyncio.wait([first])
    second = asyncio.create_task(images.newest())
    await asyncio.sleep(0.01)
    compressor.go_on.set()
    image = await second
    assert image is not None
    assert image.picture == 1
    assert compressor.pictures == [1]


async def test_however_many_give_up_one_is_made_at_a_time(compressor: Compressor) -> None:
    source = Source()
    images = ExactImages(source)
    source.show(1)
    giving_up = await begun(compressor, images)
    for number in range(2, 6):
        giving_up.cancel()
        await asyncio.wait([giving_up])
        source.show(number)
        giving_up = asyncio.create_task(images.newest())
        await asyncio.sleep(0.01)
    assert compressor.pictures == [1]
    compressor.go_on.set()
    image = await giving_up
    assert image is not None
    assert image.picture == 5
    assert compressor.pictures == [1, 5]


async def test_its_end_waits_for_what_is_being_made(compressor: Compressor) -> None:
    source = Source()
    images = ExactImages(source)
    source.show(1)
    (await begun(compressor, images)).cancel()
    closing = asyncio.create_task(images.close())
    await asyncio.sleep(0.01)
    assert not closing.done()
    compressor.failure = EncoderError("No, and nobody wants to know.")
    compressor.go_on.set()
    await closing
    assert running_tasks() == []
    await images.close()


async def test_who_wants_a_newer_one_does_not_get_the_failure_of_an_older_one(
    compressor: Compressor,
) -> None:
    source = Source()
    images = ExactImages(source)
    source.show(1)
    compressor.failures[1] = EncoderError("No.")
    first = await begun(compressor, images)
    source.show(2)
    second = asyncio.create_task(images.newest())
    await asyncio.sleep(0)
    compressor.go_on.set()
    outcomes = await asyncio.gather(first, second, return_exceptions=True)
    assert isinstance(outcomes[0], EncoderError)
    assert isinstance(outcomes[1], ExactImage)
    assert outcomes[1].picture == 2


async def test_a_failure_reaches_all_and_it_is_tried_again(compressor: Compressor) -> None:
    source = Source()
    images = ExactImages(source)
    source.show(1)
    compressor.failure = EncoderError("No.")
    outcomes = await asyncio.gather(images.newest(), images.newest(), return_exceptions=True)
    assert all(isinstance(outcome, EncoderError) for outcome in outcomes)
    compressor.failure = None
    assert await images.newest() is not None


async def test_what_is_compressed_is_a_png() -> None:
    source = Source()
    source.newest = picture(flat((9, 9, 9)))
    image = await ExactImages(source).newest()
    assert image is not None
    assert image.data.startswith(b"\x89PNG")
