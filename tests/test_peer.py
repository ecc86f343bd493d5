"""One viewer, from its connection to its end."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from rtc_canvas import Peer, PeerStats
from rtc_canvas.exceptions import EncoderError
from rtc_canvas.limitation import Limitation, Overload
from rtc_canvas.peers.input import BURST
from rtc_canvas.peers.peer import CONNECT_TIMEOUT
from rtc_canvas.program.display_phase import Shown
from rtc_canvas.video.picture import Picture

from .room import Guest, bare_room

SLOW = Overload((64, 48), 60.0, 14.0)
SLOWER = Overload((64, 48), 60.0, 7.0)


def picture(number: int) -> Picture:
    return Picture(number, np.zeros((48, 64, 3), np.uint8), "rgb", float(number), (64, 48))


PICTURE = picture(1)


def ended(guest: Guest) -> bool:
    return guest.peer.ended.done() and guest.transport.closed


# Its end.


async def test_a_program_closes_it_from_its_own_thread() -> None:
    async with bare_room() as (room, spy):
        guest = room.join()
        thread = threading.Thread(target=guest.peer.close, args=("Time is up.",))
        thread.start()
        await asyncio.wait_for(guest.peer.ended, 5)
        thread.join()
        assert guest.transport.messages[-1] == {
            "type": "bye",
            "reason": "Time is up.",
            "retry": False,
        }
        assert spy.events[-1]["reason"] == "Time is up."
        assert ended(guest)


async def test_it_ends_once() -> None:
    async with bare_room() as (room, spy):
        guest = room.join()
        guest.peer.close("First.")
        await asyncio.gather(
            guest.peer.end("Second.", retry=True), guest.peer.end("Third.", retry=True)
        )
        guest.peer.lost("Fourth.")
        assert ended(guest)
        assert len(guest.told("bye")) == 1
        assert spy.types().count("leave") == 1


async def test_whoever_ends_it_waits_for_its_end() -> None:
    async with bare_room() as (room, _):
        guest = room.join()
        await guest.peer.end("Gone.", retry=True)
        assert ended(guest)
        [bye] = guest.told("bye")
        assert bye["retry"] is True


async def test_pictures_come_once_its_page_has_said_hello() -> None:
    async with bare_room() as (room, spy):
        guest = room.connect()
        guest.peer.connected()
        spy.stage.show(PICTURE)
        await guest.frame(2)
        spy.stage.show(picture(2))
        shown = len(guest.transport.frames) + 1
        await guest.frame(shown + 1)
        assert {frame.picture for frame in guest.transport.frames} == {1}
        guest.tell("hello", protocol=1, visible=True)
        await guest.transport.until(lambda: guest.transport.frames[-1].picture == 2)


async def test_a_page_that_says_nothing_is_none_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rtc_canvas.peers.peer.HELLO_TIMEOUT", 0.05)
    async with bare_room() as (room, spy):
        guest, player = room.connect(), room.connect(has_channels=False)
        for each in (guest, player):
            each.peer.connected()
            spy.stage.show(PICTURE)
            await each.frame()
        spy.stage.show(picture(2))
        await player.transport.until(lambda: player.transport.frames[-1].picture == 2)
        await guest.transport.until(lambda: guest.transport.frames[-1].picture == 2)


async def test_one_that_is_away_keeps_its_place_and_no_keys() -> None:
    async with bare_room() as (room, spy):
        guest, other = room.join(), room.join()
        spy.stage.show(PICTURE)
        await guest.frame()
        await other.frame()
        guest.send("key_down", key="w")
        told = len(guest.transport.messages)
        guest.peer.go_away("Nothing was heard.")
        guest.peer.go_away("Nothing was heard.")
        assert guest.peer.away
        assert not guest.peer.visible
        assert "away" in repr(guest.peer)
        assert [event["type"] for event in spy.events][-4:] == [
            *("away", "key_up", "control", "control")
        ]
        assert other.peer.steering
        assert spy.stage.watchers == 1
        frames = len(guest.transport.frames)
        spy.stage.show(picture(2))
        await other.frame(2)
        assert (len(guest.transport.frames), len(guest.transport.messages)) == (frames, told)
        assert room.audience.peers == (guest.peer, other.peer)


async def test_one_that_is_back_is_greeted_and_shown_a_key_frame() -> None:
    async with bare_room() as (room, spy):
        guest, other = room.join(), room.join()
        spy.stage.show(PICTURE)
        await guest.frame()
        guest.peer.go_away("Nothing was heard.")
        count = len(guest.transport.frames)
        guest.peer.connected()
        assert not guest.peer.away
        assert (await guest.frame(count + 1)).key
        assert [hello["peer"] for hello in guest.told("hello")] == [guest.peer.id] * 2
        # It takes control from nobody, and keeps its place in line.
        assert guest.told("control")[-1]["steering"] is False
        room.join()
        other.peer.lost("Gone.")
        await other.peer.ended
        assert guest.peer.steering
        assert [spy.types().count(type_) for type_ in ("join", "away", "back")] == [3, 1, 1]


async def test_one_that_is_away_for_too_long_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rtc_canvas.peers.place.KEPT", 0.02)
    async with bare_room() as (room, spy):
        guest = room.join()
        guest.peer.go_away("Nothing was heard.")
        assert "leave" not in spy.types()
        await asyncio.wait_for(guest.peer.ended, 5)
        assert spy.events[-1]["reason"] == "Nothing was heard."
        guest.peer.go_away("Again.")
        guest.peer.connected()
        assert spy.types().count("leave") == 1


async def test_one_that_was_never_there_has_no_place() -> None:
    async with bare_room() as (room, _):
        guest = room.connect()
        guest.peer.go_away("It did not come up.")
        await asyncio.wait_for(guest.peer.ended, 5)


async def test_a_lost_connection_ends_it() -> None:
    async with bare_room() as (room, spy):
        guest = room.join()
        guest.peer.lost("The network is gone.")
        await guest.peer.ended
        assert spy.events[-1]["reason"] == "The network is gone."


def test_closing_it_after_its_server_is_gone_does_nothing() -> None:
    async def a_peer() -> Guest:
        async with bare_room() as (room, _):
            return room.join()

    asyncio.run(a_peer()).peer.close()


async def test_nothing_that_comes_after_its_end_has_an_effect() -> None:
    async with bare_room() as (room, spy):
        guest = room.join()
        await guest.peer.end("Gone.", retry=False)
        events, messages = list(spy.events), list(guest.transport.messages)
        guest.peer.connected()
        guest.peer.channel_open("app")
        guest.send("key_down")
        guest.send("resize", width=200)
        guest.tell("stats", on=True)
        assert spy.events == events
        assert guest.transport.messages == messages
        assert room.audience.peers == ()


# Its beginning.


async def test_one_that_does_not_connect_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    assert CONNECT_TIMEOUT == 15
    monkeypatch.setattr("rtc_canvas.peers.peer.CONNECT_TIMEOUT", 0.01)
    async with bare_room() as (room, spy):
        guest = room.connect()
        await asyncio.wait_for(guest.peer.ended, 5)
        assert ended(guest)
        assert spy.events == []
        assert guest.told("bye")[0]["reason"] == "The connection did not come up within 15 s."


async def test_one_that_connects_in_time_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rtc_canvas.peers.peer.CONNECT_TIMEOUT", 0.01)
    async with bare_room() as (room, _):
        guest = room.join()
        late = room.connect()
        await asyncio.wait_for(late.peer.ended, 5)
        assert not guest.peer.ended.done()


# Its messages.


async def test_visibility_is_in_the_first_message_too() -> None:
    async with bare_room() as (room, spy):
        guest = room.join()
        guest.tell("hello", protocol=1, visible=False)
        spy.stage.show(PICTURE)
        assert spy.stage.watchers == 0
        guest.tell("visibility", visible=True)
        assert spy.stage.watchers == 1
        assert (await guest.frame()).key


async def test_another_protocol_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async with bare_room() as (room, _):
        with caplog.at_level(logging.INFO):
            room.join().tell("hello", protocol=7, visible=True)
    assert "peer peer-1: its page speaks protocol 7, this server 1" in caplog.messages


@pytest.mark.parametrize("message", ["", "{", b"\xff\xff", '{"type": "newer"}'])
async def test_what_is_no_message_is_counted(message: str | bytes) -> None:
    async with bare_room() as (room, spy):
        guest = room.join()
        guest.peer.message("app", message)
        guest.peer.message("input", message)
        assert guest.peer.stats.dropped_input["app"] == 1
        assert sum(guest.peer.stats.dropped_input.values()) == 2
        assert spy.types() == ["join", "control"]
        assert not guest.peer.ended.done()


async def test_a_flood_on_any_channel_is_dropped() -> None:
    async with bare_room() as (room, _):
        guest = room.join()
        for _ in range(BURST):
            guest.tell("stats", on=False)
        for _ in range(BURST):
            guest.tell("stats", on=True)
        assert guest.peer.stats.dropped_input["flood"] > BURST / 2
        assert len(guest.told("stats")) < BURST / 2


# Its figures.


async def test_stats_before_there_is_a_transport() -> None:
    async with bare_room() as (room, _):
        assert Peer("early", "operator", None, room.audience).stats == PeerStats()


async def test_stats() -> None:
    async with bare_room() as (room, spy):
        guest = room.join()
        spy.stage.show(PICTURE)
        await guest.frame()
        guest.send("key_down")
        guest.peer.message("input", "{")
        stats = guest.peer.stats
        assert (stats.codec, stats.encoder, stats.size) == ("h264", "stand-in", (64, 48))
        assert stats.frames >= 1
        assert stats.fps > 0
        assert stats.bitrate >= 5 * 8 / 2, "one frame of five bytes in two seconds"
        assert stats.target_bitrate == 1_000_000
        assert (stats.round_trip, stats.cuts, stats.capacity) == (0.02, {"queue": 1}, None)
        assert stats.encode_time > 0
        assert stats.key_frames == {"join": 1}
        assert stats.dropped_input["bad"] == 1


async def test_a_server_that_is_too_slow_is_said_to_the_page_and_once_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    said: list[Overload | None] = [None]
    monkeypatch.setattr(Limitation, "overload", lambda *_: said[-1])
    async with bare_room() as (room, spy):
        guest = room.join()
        for number, overload in enumerate((SLOW, SLOW, SLOWER, None, SLOW), 1):
            said.append(overload)
            spy.stage.show(picture(number))
            await guest.frame(number)
        assert guest.peer.stats.limited_by == "encoder"
        assert [message["text"] for message in guest.told("notice")] == [
            None, str(SLOW), str(SLOWER), None, str(SLOW)
        ]  # fmt: skip
    assert caplog.text.count("cannot encode") == 1
    assert f"peer {guest.peer.id}: {SLOW}" in caplog.text


async def test_what_the_program_says_stands_before_what_the_server_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Limitation, "overload", lambda *_: SLOW)
    async with bare_room() as (room, spy):
        guest = room.join()
        spy.stage.show(picture(1))
        await guest.until_told("notice", text=str(SLOW))
        spy.stage.latch(draw_failed=True)
        await guest.until_told("notice", text="The program's draw failed.")
        spy.stage.show(picture(2))
        await guest.frame(2)
        spy.stage.latch(draw_failed=False)
        await guest.transport.until(lambda: guest.told("notice")[-1]["text"] == str(SLOW))
        guest.peer.channel_open("app")
        assert guest.told("notice")[-1]["text"] == str(SLOW), (
            "who opens the channel late is told too"
        )


async def test_a_page_that_asks_is_told_the_stats_every_second() -> None:
    async with bare_room() as (room, _):
        guest = room.join()
        loop = asyncio.get_running_loop()
        asked = loop.time()
        guest.tell("stats", on=True)
        assert len(guest.told("stats")) == 1, "at once"
        await told_stats(guest, 2)
        assert 0.9 < loop.time() - asked < 3
        assert guest.told("stats")[-1]["codec"] == "h264"


async def test_a_page_that_asks_no_more_is_told_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rtc_canvas.peers.app.STATS_EVERY", 0.01)
    async with bare_room() as (room, _):
        asks, asked = room.join(), room.join()
        asked.tell("stats", on=True)
        asked.tell("stats", on=False)
        asks.tell("stats", on=True)
        await told_stats(asks, 5)
        assert len(asked.told("stats")) == 1


async def test_asking_twice_does_not_tell_twice_as_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rtc_canvas.peers.app.STATS_EVERY", 0.01)
    async with bare_room() as (room, _):
        twice, once = room.join(), room.join()
        for guest in (twice, twice, once):
            guest.tell("stats", on=True)
        await told_stats(once, 10)
        assert len(twice.told("stats")) < 15


async def told_stats(guest: Guest, number: int) -> None:
    await guest.transport.until(lambda: len(guest.told("stats")) >= number)


async def test_stats_are_json() -> None:
    async with bare_room() as (room, _):
        guest = room.join()
        text = json.dumps(guest.peer.stats.as_dict(), allow_nan=False)
        assert json.loads(text)["key_frames"] == {}


# Its video.


async def test_an_encoder_that_goes_on_failing_ends_it_with_a_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with bare_room() as (room, spy):
        guest, other = room.join(), room.join()
        monkeypatch.setattr(guest.peer._video.stream.encoder, "encode", fail)  # type: ignore[union-attr]
        spy.stage.show(PICTURE)
        await asyncio.wait_for(guest.peer.ended, 5)
        [bye] = guest.told("bye")
        assert bye == {
            "type": "bye",
            "reason": "The video cannot be encoded: out of memory",
            "retry": True,
        }
        await other.frame()


def fail(*_: object, **__: object) -> None:
    raise EncoderError("out of memory")


async def test_a_key_frame_comes_when_the_browser_wants_one() -> None:
    async with bare_room() as (room, spy):
        guest = room.join()
        spy.stage.show(PICTURE)
        await guest.frame()
        guest.peer.key_frame_wanted()
        await guest.transport.until(lambda: sum(frame.key for frame in guest.transport.frames) == 2)
        assert guest.peer.stats.key_frames == {"join": 1, "request": 1}


# How it shows itself.


async def test_repr() -> None:
    async with bare_room() as (room, _):
        steering, watching = room.join(), room.join()
        assert repr(steering.peer) == "<Peer peer-1, steering>"
        assert repr(watching.peer) == "<Peer peer-2, watching>"


async def test_every_log_line_begins_with_its_id(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "rtc_canvas"):
        async with bare_room() as (room, _):
            guest = room.join()
            guest.peer.message("input", "{")
            await guest.peer.end("Gone.", retry=False)
    assert len(caplog.messages) == 3
    assert all(line.startswith("peer peer-1: ") for line in caplog.messages)


# What its page tells of its display.


def presented(*frames: tuple[int, float | None, float]) -> str:
    return json.dumps({"type": "presented", "interval": 0.0167, "frames": frames})


async def test_pictures_that_whoever_steers_was_shown_reach_the_canvas() -> None:
    async with bare_room() as (room, spy):
        steering, watching = room.join(), room.join()
        spy.stage.show(PICTURE)
        for guest in (steering, watching):
            await guest.frame(2)
        watching.peer.message("frames", presented((0, 0.008, 5.0)))
        assert spy.pictures_shown == []
        # The second frame is the same picture again, and the third was never sent.
        frames = (0, 0.009, 5.0), (3000, 0.001, 5.1), (999_000, 0.001, 5.2)
        steering.peer.message("frames", presented(*frames))
        assert spy.pictures_shown == [Shown(PICTURE.render_time, 0.009, 0.0167)]


async def test_what_a_page_shows_is_measured() -> None:
    async with bare_room() as (room, spy):
        guest = room.join()
        guest.peer.channel_open("frames")
        [ping] = guest.told("ping")
        pong = {"type": "pong", "ping": ping["ping"], "t": 5.0}
        asked = time.monotonic()
        guest.peer.message("frames", json.dumps(pong))
        guest.send("key_down", t=4.0)
        now = time.monotonic()
        picture = replace(PICTURE, render_time=now, inputs={guest.peer.id: 1})
        spy.stage.show(picture)
        await guest.frame()
        stats = guest.peer.stats
        assert stats.glass_p50 is stats.input_to_photon_p50 is None
        guest.peer.message("frames", presented((0, 0.009, 5.25)))
        stats = guest.peer.stats
        assert stats.glass_p50 == stats.glass_p99 == pytest.approx(0.25, abs=now - asked + 0.05)
        assert stats.input_to_photon_p50 == stats.input_to_photon_p99 == 1.25
        assert stats.clock_error is not None


@pytest.mark.parametrize("message", ["{", presented((-1, 0.5, 5.0)), '{"type": "later"}'])
async def test_a_report_of_frames_that_is_wrong_is_counted(message: str) -> None:
    async with bare_room() as (room, spy):
        guest = room.join()
        guest.peer.message("frames", message)
        assert spy.pictures_shown == []
        assert guest.peer.stats.dropped_input == {"frames": 1}
