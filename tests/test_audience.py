"""Who is there, who steers, and what each of them is told."""

from __future__ import annotations

import gc
import json
import time
import weakref
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from rtc_canvas.audience import Audience
from rtc_canvas.events import ProgramEvent
from rtc_canvas.video.picture import Picture

from .room import Guest, Room, StageSpy, bare_room, make_stage


def picture(number: int) -> Picture:
    return Picture(number, np.zeros((48, 64, 3), np.uint8), "rgb", float(number), (64, 48))


def about(guest: Guest, spy: StageSpy) -> list[dict[str, Any]]:
    """The events of a guest, without the time."""
    mine = [event for event in spy.events if event["peer"] is guest.peer]
    return [{k: v for k, v in e.items() if k not in ("timestamp", "peer")} for e in mine]


# Control.


async def test_the_first_that_opens_its_input_holds_control() -> None:
    async with bare_room() as (room, _):
        slow, quick = room.connect(), room.connect()
        slow.peer.connected()
        quick.open()
        slow.open()
        assert (slow.peer.steering, quick.peer.steering) == (False, True)
        assert quick.told("control")[-1]["steering"] is True
        assert [message["steering"] for message in slow.told("control")] == [False]


async def test_control_passes_to_the_next_in_line() -> None:
    async with bare_room() as (room, spy):
        first, second, third = (room.join() for _ in range(3))
        await second.peer.end("Gone.", retry=False)
        assert first.peer.steering
        await first.peer.end("Gone.", retry=False)
        assert third.peer.steering
        assert third.told("control")[-1]["steering"] is True
        assert spy.types() == [
            *("join", "control", "join", "join"),
            "leave",
            *("control", "control", "leave"),
        ]


async def test_a_page_stands_in_no_line_before_it_says_whether_it_wants_control() -> None:
    async with bare_room() as (room, spy):
        wall = room.connect()
        wall.peer.connected()
        for channel in ("app", "input"):
            wall.peer.channel_open(channel)
        assert not wall.peer.steering
        wall.tell("hello", protocol=1, visible=True, view_only=True)
        assert not wall.peer.steering
        assert spy.types() == ["join"]
        wall.tell("view_only", on=False)
        assert wall.peer.steering


async def test_a_page_that_is_view_only_stands_in_no_line() -> None:
    async with bare_room() as (room, spy):
        wall, other = room.join(), room.join()
        wall.send("pointer_down")
        wall.tell("view_only", on=True)
        assert (wall.peer.steering, other.peer.steering) == (False, True)
        assert spy.types()[-3:] == ["pointer_up", "control", "control"]
        wall.tell("control", on=True)
        assert wall.told("control_refused")[-1]["reason"] == "This page is set to view only."
        wall.peer.channel_open("input")
        await other.peer.end("Gone.", retry=False)
        assert not wall.peer.steering
        wall.tell("view_only", on=False)
        assert wall.peer.steering


async def test_a_page_takes_control_from_one_that_is_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    async with bare_room() as (room, spy):
        first, second = room.join(), room.join()
        viewer = room.join(role="viewer")
        second.tell("control", on=True)
        viewer.tell("control", on=True)
        assert first.peer.steering, "it has just gained it"
        assert "Somebody steers right now" in second.told("control_refused")[-1]["reason"]
        assert "only watch" in viewer.told("control_refused")[-1]["reason"]
        first.send("pointer_down")
        monkeypatch.setattr("rtc_canvas.control.IDLE", 0.001)
        second.tell("control", on=True)
        assert first.peer.steering, "it holds a button down"
        first.send("pointer_up")
        monkeypatch.setattr("rtc_canvas.control.IDLE", 0.0)
        second.tell("control", on=True)
        assert (first.peer.steering, second.peer.steering) == (False, True)
        assert len(second.told("control_refused")) == 2
        assert about(first, spy)[-1] == {"type": "control", "steering": False}
        second.tell("control", on=False)
        assert (first.peer.steering, second.peer.steering) == (True, False)


async def test_viewers_never_hold_control() -> None:
    async with bare_room() as (room, _):
        viewer = room.join("viewer")
        assert not viewer.peer.steering
        operator = room.join()
        assert operator.peer.steering


async def test_whoever_has_left_does_not_come_to_hold_control() -> None:
    async with bare_room() as (room, _):
        late = room.connect()
        late.peer.connected()
        await late.peer.end("Gone.", retry=False)
        late.peer.channel_open("input")
        assert room.join().peer.steering


async def test_join_control_and_leave_are_events() -> None:
    async with bare_room() as (room, spy):
        guest = room.join()
        await guest.peer.end("The battery is empty.", retry=False)
        assert about(guest, spy) == [
            {"type": "join"},
            {"type": "control", "steering": True},
            {"type": "control", "steering": False},
            {"type": "leave", "reason": "The battery is empty."},
        ]
        stamps = [event["timestamp"] for event in spy.events]
        assert stamps == sorted(stamps)


async def test_one_that_never_connected_neither_joins_nor_leaves() -> None:
    async with bare_room() as (room, spy):
        guest = room.connect()
        assert room.audience.peers == ()
        await guest.peer.end("Gone.", retry=False)
        assert spy.events == []


async def test_peers_stand_in_the_order_of_joining() -> None:
    async with bare_room() as (room, _):
        guests = [room.join() for _ in range(3)]
        await guests[1].peer.end("Gone.", retry=False)
        assert room.audience.peers == (guests[0].peer, guests[2].peer)


# Input.


async def test_events_of_the_steering_peer_are_delivered() -> None:
    async with bare_room() as (room, spy):
        guest = room.join()
        guest.send("key_down", key="b")
        guest.send("pointer_move", x=5, y=6)
        assert [(e["type"], e["peer"]) for e in spy.events[2:]] == [
            ("key_down", guest.peer),
            ("pointer_move", guest.peer),
        ]


async def test_events_of_watching_peers_are_dropped_and_counted() -> None:
    async with bare_room() as (room, spy):
        steering, watching = room.join(), room.join()
        watching.send("key_down")
        watching.send("pointer_down")
        assert about(watching, spy) == [{"type": "join"}]
        assert watching.peer.stats.dropped_input["watching"] == 2
        assert "watching" not in steering.peer.stats.dropped_input


def releases(events: list[ProgramEvent]) -> list[tuple[str, object]]:
    return [
        (event["type"], event.get("code", event.get("button")))
        for event in events
        if event["type"] in ("key_up", "pointer_up")
    ]


def press(guest: Guest) -> None:
    guest.send("key_down")
    guest.send("pointer_down", x=3, y=4)


RELEASED = [("key_up", "KeyA"), ("pointer_up", 1)]


async def test_focus_out_releases_what_is_down() -> None:
    async with bare_room() as (room, spy):
        guest = room.join()
        press(guest)
        guest.send("focus_out")
        assert releases(spy.events) == RELEASED
        assert spy.types()[-3:] == ["focus_out", "key_up", "pointer_up"]
        assert (spy.events[-1]["x"], spy.events[-1]["y"]) == (3, 4)
        guest.send("focus_out")
        assert releases(spy.events) == RELEASED, "once"


async def test_a_hidden_page_releases_what_is_down() -> None:
    async with bare_room() as (room, spy):
        guest = room.join()
        press(guest)
        guest.tell("visibility", visible=False)
        assert releases(spy.events) == RELEASED


async def test_leaving_releases_what_is_down_before_the_next_steers() -> None:
    async with bare_room() as (room, spy):
        guest, _ = room.join(), room.join()
        press(guest)
        await guest.peer.end("Gone.", retry=False)
        assert releases(spy.events) == RELEASED
        assert spy.types()[-5:] == ["key_up", "pointer_up", "control", "control", "leave"]


# Sizes.


async def test_the_steering_window_sets_the_size() -> None:
    async with bare_room() as (room, spy):
        guest = room.join()
        draws = spy.draws_wanted
        guest.send("resize", width=200, height=100, ratio=1.5)
        assert about(guest, spy)[-1] == {
            "type": "resize",
            "width": 200,
            "height": 100,
            "pixel_ratio": 1.5,
            "pwidth": 300,
            "pheight": 150,
        }
        assert spy.draws_wanted == draws + 1
        guest.send("resize", width=200, height=100, ratio=1.5)
        assert spy.types().count("resize") == 1, "nothing changed"
        assert spy.draws_wanted == draws + 1


async def test_a_watching_window_sets_the_size_once_it_steers() -> None:
    async with bare_room() as (room, spy):
        steering, watching = room.join(), room.join()
        watching.send("resize", width=200, height=100)
        watching.send("resize", width=300, height=100)
        assert "resize" not in spy.types()
        await steering.peer.end("Gone.", retry=False)
        assert about(watching, spy)[-2:] == [
            {"type": "control", "steering": True},
            {
                "type": "resize",
                "width": 300,
                "height": 100,
                "pixel_ratio": 1,
                "pwidth": 300,
                "pheight": 100,
            },
        ]
        assert "watching" not in watching.peer.stats.dropped_input


# Attention.


async def test_those_who_see_their_page_are_counted() -> None:
    async with bare_room() as (room, spy):
        stage = spy.stage
        assert stage.watchers == 0
        connecting = room.connect()
        assert stage.watchers == 0
        connecting.open()
        room.join().tell("hello", protocol=1, visible=False)
        assert stage.watchers == 1
        connecting.tell("visibility", visible=False)
        assert stage.watchers == 0
        connecting.tell("visibility", visible=True)
        assert stage.watchers == 1
        await connecting.peer.end("Gone.", retry=False)
        assert stage.watchers == 0


async def test_a_join_and_a_page_that_is_back_want_a_draw() -> None:
    async with bare_room() as (room, spy):
        guest = room.join()
        assert spy.draws_wanted == 1
        guest.tell("visibility", visible=False)
        assert spy.draws_wanted == 1
        guest.tell("visibility", visible=True)
        guest.tell("visibility", visible=True)
        assert spy.draws_wanted == 2


async def test_watching_peers_and_messages_that_are_no_input_want_no_draw() -> None:
    async with bare_room() as (room, spy):
        room.join()
        watching = room.join()
        draws = spy.draws_wanted
        watching.send("key_down")
        watching.send("resize", width=200, height=100)
        watching.tell("stats", on=True)
        watching.tell("stats", on=False)
        spy.stage.latch(title="Earth")
        assert spy.draws_wanted == draws


async def test_a_hidden_page_is_not_encoded_for_and_gets_a_key_frame_when_it_is_back() -> None:
    async with bare_room() as (room, spy):
        stage = spy.stage
        hidden, shown = room.join(), room.join()
        stage.show(picture(1))
        for guest in (hidden, shown):
            await guest.frame()
        hidden.tell("visibility", visible=False)
        before = len(hidden.transport.frames)
        stage.show(picture(2))
        await shown.transport.until(lambda: shown.transport.frames[-1].picture == 2)
        assert all(frame.picture == 1 for frame in hidden.transport.frames)
        assert len(hidden.transport.frames) <= before + 1, "one may have been on its way"
        count = len(hidden.transport.frames)
        hidden.tell("visibility", visible=True)
        back = await hidden.frame(count + 1)
        assert (back.picture, back.key) == (2, True)
        assert hidden.peer.stats.key_frames == {"join": 1, "visible": 1}


async def test_three_see_the_same_picture() -> None:
    async with bare_room() as (room, spy):
        guests = [room.join() for _ in range(3)]
        spy.stage.show(picture(1))
        for guest in guests:
            first = await guest.frame()
            assert (first.picture, first.key) == (1, True)


# What pages are told.


async def test_a_joiner_is_told_what_the_others_know() -> None:
    async with bare_room(resizable=False) as (room, spy):
        spy.stage.latch(title="Earth", cursor="grab", draw_failed=True)
        guest = room.join()
        assert [message["type"] for message in guest.transport.messages][:5] == [
            "hello",
            "control",
            "title",
            "cursor",
            "notice",
        ]
        [hello] = guest.told("hello")
        assert (hello["peer"], hello["protocol"], hello["resizable"]) == (guest.peer.id, 1, False)
        assert hello["role"] == guest.peer.role
        assert guest.told("title")[-1]["title"] == "Earth"
        assert guest.told("cursor")[-1]["cursor"] == "grab"
        assert guest.told("notice")[-1]["text"] == "The program's draw failed."


async def test_changes_are_until_told_to_everybody() -> None:
    async with bare_room() as (room, spy):
        guests = [room.join(), room.join()]
        spy.stage.latch(title="Mars")
        for guest in guests:
            await guest.until_told("title", title="Mars")
        spy.stage.latch(cursor="grab")
        for guest in guests:
            await guest.until_told("cursor", cursor="grab")
            assert len(guest.told("title")) == 2


async def test_the_size_is_told_before_the_first_frame_of_it() -> None:
    async with bare_room() as (room, spy):
        guest = room.join()
        odd = np.zeros((49, 65), np.uint8)
        spy.stage.show(Picture(1, odd, "rgb", 0.0, (65, 49)))
        await guest.frame()
        [size] = guest.told("size")
        assert size["picture"] == [65, 49]
        assert size["encoded"] == [66, 50]
        assert size["logical"] == [65, 49]


# What is on their screens.


def presented(guest: Guest, timestamp: int) -> None:
    """The guest's page tells that it shows the frame with this RTP timestamp."""
    frames = [[timestamp, 0.004, 5.0]]
    message = {"type": "presented", "interval": 0.0167, "frames": frames}
    guest.peer.message("frames", json.dumps(message))


async def test_a_program_that_wants_to_know_is_told_of_each_picture_on_each_screen() -> None:
    async with bare_room() as (room, spy):
        guests = [room.join(), room.join()]
        spy.wants_presented = True
        spy.stage.show(replace(picture(7), id="seven"))
        for guest in guests:
            await guest.frame(2)
            presented(guest, 0)
            presented(guest, 3000)
        told = [event for event in spy.events if event["type"] == "presented"]
        assert [event["peer"] for event in told] == [guest.peer for guest in guests]
        for event in told:
            assert (event["picture"], event["id"], event["render_time"]) == (7, "seven", 7.0)
            assert event["shown"] is None, "the page's clock is not known"
            assert event["timestamp"] <= time.monotonic()


async def test_a_program_that_does_not_want_to_know_is_told_nothing() -> None:
    async with bare_room() as (room, spy):
        guest = room.join()
        spy.stage.show(picture(1))
        await guest.frame()
        presented(guest, 0)
        assert "presented" not in spy.types()
        assert len(spy.pictures_shown) == 1, "draws are timed all the same"


# A canvas that nobody holds.


async def test_an_audience_does_not_hold_its_stage() -> None:
    stage = make_stage()
    audience = Audience(stage)
    room = Room(audience)
    guest = room.join()
    stage_ref = weakref.ref(stage)
    del stage
    gc.collect()
    assert stage_ref() is None
    guest.send("key_down")
    guest.send("resize")
    guest.tell("visibility", visible=False)
    presented(guest, 0)
    assert room.audience.newest is None
    await room.close()
