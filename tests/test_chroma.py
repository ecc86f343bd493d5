"""Which chroma a peer gets, and why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.chroma import PATIENCE, TRY_AGAIN, ChromaChoice, obstacle, obstacle_in
from rtc_canvas.encoded_frame import CHROMA_WISHES, ChromaWish, Codec

HD = (1280, 720)


def chosen(*, against: str | None = None, insists: bool = False, cores: int = 2) -> ChromaChoice:
    return ChromaChoice(against, insists=insists, cores=cores)


def encode(
    choice: ChromaChoice, *, took: float, every: float, seconds: float, start: float = 0.0
) -> float:
    """Encode pictures for some seconds; returns when that was over."""
    now = start
    while now < start + seconds:
        choice.encoded(now, took)
        now += every
    return now


@pytest.mark.parametrize("wish", CHROMA_WISHES)
@pytest.mark.parametrize("has_channels", [True, False])
def test_vp8_has_one_chroma(wish: ChromaWish, has_channels: bool) -> None:
    assert obstacle(wish, "vp8", has_channels=has_channels) == "VP8 has no other"


@pytest.mark.parametrize(
    ("wish", "has_channels", "against"),
    [
        ("auto", True, None),
        ("444", True, None),
        ("420", True, "asked for"),
        ("420", False, "asked for"),
        (
            "auto",
            False,
            "a player without data channels could not tell that it does not decode 4:4:4",
        ),
        ("444", False, None),
    ],
)
def test_what_is_asked_of_h264(wish: ChromaWish, has_channels: bool, against: str | None) -> None:
    codec: Codec = "h264"
    assert obstacle(wish, codec, has_channels=has_channels) == against


def test_an_obstacle_stays() -> None:
    choice = chosen(against="the browser does not offer it", insists=True)
    assert choice.choose(HD, 0.0) == "420"
    assert choice.reason == "the browser does not offer it"
    choice.give_up("another")
    assert choice.choose(HD, 1e6) == "420"
    assert choice.reason == "the browser does not offer it"


def test_what_the_browser_takes_it_gets() -> None:
    choice = chosen()
    assert choice.choose(HD, 0.0) == "444"
    assert choice.reason == "the browser takes it"


@pytest.mark.parametrize("insists", [True, False])
def test_giving_up_is_for_good(insists: bool) -> None:
    choice = chosen(insists=insists)
    assert choice.choose(HD, 0.0) == "444"
    choice.give_up("the page said so")
    assert choice.choose(HD, 1e6) == "420"
    assert choice.reason == "the page said so"


@pytest.mark.parametrize(
    ("size", "cores", "chroma"),
    [
        ((1280, 720), 1, "444"),
        ((1920, 1080), 1, "420"),
        ((1920, 1080), 2, "444"),
        ((3840, 2160), 4, "420"),
        ((3840, 2160), 8, "444"),
    ],
)
def test_large_pictures_need_cores(size: tuple[int, int], cores: int, chroma: str) -> None:
    choice = chosen(cores=cores)
    assert choice.choose(size, 0.0) == chroma
    if chroma == "420":
        assert choice.reason == f"{size[0]} × {size[1]} pixels are too many for {cores} cores"
        assert choice.choose((64, 48), 0.0) == "444", "another picture, another choice"
    assert chosen(cores=1, insists=True).choose(size, 0.0) == "444"


def test_what_is_sent_at_half_its_size_is_420() -> None:
    choice = chosen()
    assert choice.choose(HD, 0.0, 0.75) == "444"
    assert choice.choose(HD, 0.0, 0.5) == "420"
    assert choice.reason == "it is sent at half its size, for lack of bits"
    assert choice.choose(HD, 0.0, 1.0) == "444"
    assert chosen(insists=True).choose(HD, 0.0, 0.5) == "444"


def test_a_machine_that_is_too_slow_goes_over_to_420() -> None:
    choice = chosen()
    now = encode(choice, took=0.025, every=0.026, seconds=PATIENCE + 2)
    assert choice.choose(HD, now) == "420"
    assert choice.reason == "encoding 4:4:4 took 25 ms of 26 ms"


def test_it_is_tried_again_with_growing_pauses() -> None:
    choice = chosen()
    now = encode(choice, took=0.025, every=0.026, seconds=PATIENCE + 2)
    assert choice.choose(HD, now + TRY_AGAIN) == "444"
    now = encode(choice, took=0.025, every=0.026, seconds=PATIENCE + 2, start=now + TRY_AGAIN)
    assert choice.choose(HD, now + TRY_AGAIN) == "420"
    assert choice.choose(HD, now + 2 * TRY_AGAIN) == "444"


def test_who_insists_gets_it_however_slow_it_is() -> None:
    choice = chosen(insists=True)
    now = encode(choice, took=0.1, every=0.1, seconds=10)
    assert choice.choose(HD, now) == "444"
    assert choice.reason == "asked for"


@pytest.mark.parametrize("seconds", [0.3, PATIENCE - 0.5])
def test_a_machine_that_is_busy_for_a_moment_stays(seconds: float) -> None:
    choice = chosen()
    now = encode(choice, took=0.005, every=1 / 60, seconds=2)
    now = encode(choice, took=0.016, every=1 / 60, seconds=seconds, start=now)
    now = encode(choice, took=0.005, every=1 / 60, seconds=2, start=now)
    assert choice.choose(HD, now) == "444"


def test_pauses_are_no_work() -> None:
    choice = chosen()
    for second in range(100):
        encode(choice, took=0.02, every=0.02, seconds=0.2, start=float(second))
        assert choice.choose(HD, second + 0.9) == "444"


@given(
    st.lists(st.tuples(st.floats(0.001, 0.1), st.floats(0, 0.85), st.floats(0, 2)), max_size=200)
)
def test_what_fits_is_never_given_up(frames: list[tuple[float, float, float]]) -> None:
    choice = chosen()
    now = 0.0
    for interval, share, pause in frames:
        choice.encoded(now, interval * share * 0.5)
        now += interval + pause
        assert choice.choose(HD, now) == "444"


@pytest.mark.parametrize(
    ("wish", "codec", "decodable", "against"),
    [
        ("auto", "h264", ["h264", "h264-444"], None),
        ("444", "h264", ["h264-444", "h264"], None),
        ("auto", "h264", ["h264", "vp8"], "the browser does not decode it"),
        ("420", "h264", ["h264", "h264-444"], "asked for"),
        ("auto", "vp8", ["h264-444", "vp8"], "VP8 has no other"),
        ("420", "jpeg", ["jpeg"], None),
    ],
)
def test_what_a_page_with_a_websocket_says_it_decodes(
    wish: ChromaWish, codec: Codec, decodable: list[str], against: str | None
) -> None:
    assert obstacle_in(wish, codec, decodable) == against
