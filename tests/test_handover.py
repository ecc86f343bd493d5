"""One peer that passes from one transport to another."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from rtc_canvas import Peer
from rtc_canvas.equipment import Equipment
from rtc_canvas.link_stats import LinkStats, TransportName
from rtc_canvas.serving.handover import Handover
from rtc_canvas.serving.leg import HELD, Leg
from rtc_canvas.video.picture import Picture

from .room import FIELDS, Room, StageSpy, StandInTransport, bare_room, equipment

PICTURE = Picture(1, np.zeros((48, 64, 3), np.uint8), "rgb", 0.0, (64, 48))


class StandInSocketTransport(StandInTransport):
    """One that can be a standby."""

    standby = False

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.remarks: list[Mapping[str, object]] = []

    def ask(self) -> None:
        self.asked += 1

    def tell(self, message: Mapping[str, object]) -> bool:
        self.remarks.append(message)
        self._changed.set()
        return True


class Way:
    """A leg, its transport, and the page's end of it."""

    def __init__(self, visit: Visit, name: TransportName, *, begins: bool = False) -> None:
        self.leg: Leg = visit.handover.leg(name, begins=begins)
        self.transport = StandInSocketTransport() if name == "websocket" else StandInTransport()
        self.transport.stats = LinkStats(transport=name, bytes=100)
        standby = self.transport if isinstance(self.transport, StandInSocketTransport) else None
        visit.handover.add(self.leg, self.transport, visit.equip, standby)

    def up(self) -> Way:
        self.leg.connected()
        for channel in ("app", "input", "pointer", "frames"):
            self.leg.channel_open(channel)
        if "hello" in self.messages:
            hello = {"type": "hello", "protocol": 1, "visible": True}
            self.leg.message("app", json.dumps(hello))
        return self

    def press(self, seq: int) -> None:
        message = {"type": "key_down", "seq": seq, "t": 0, **FIELDS["key_down"], "key": f"{seq}"}
        self.leg.message("input", json.dumps(message))

    @property
    def messages(self) -> list[str]:
        return [message["type"] for message in self.transport.messages]


class Visit:
    """A peer whose transports are stand-ins."""

    def __init__(self, room: Room, spy: StageSpy, executor: ThreadPoolExecutor) -> None:
        self.spy = spy
        self.peer = Peer("peer-1", "operator", None, room.audience)
        self.handover = Handover(self.peer)
        self._executor = executor

    def equip(self) -> Equipment:
        return equipment(self._executor)

    @property
    def keys(self) -> list[str]:
        return [event["key"] for event in self.spy.events if event["type"] == "key_down"]

    @property
    def in_use(self) -> str | None:
        return self.handover.in_use.name if self.handover.in_use else None


@pytest.fixture
async def visit() -> AsyncIterator[Visit]:
    with ThreadPoolExecutor(1) as executor:
        async with bare_room() as (room, spy):
            spy.stage.show(PICTURE)
            visit = Visit(room, spy, executor)
            yield visit
            await visit.handover.end("The test ends.", retry=False)


async def test_the_first_transport_is_used(visit: Visit) -> None:
    webrtc = Way(visit, "webrtc").up()
    await webrtc.transport.until(lambda: webrtc.transport.frames)
    assert visit.peer.stats.transport == "webrtc"
    assert visit.spy.types()[0] == "join"
    assert visit.peer.steering


async def test_a_websocket_takes_over_while_webrtc_is_still_on_its_way(visit: Visit) -> None:
    webrtc = Way(visit, "webrtc")
    socket = Way(visit, "websocket")
    visit.handover.use("websocket")
    socket.up()
    await socket.transport.until(lambda: socket.transport.frames)
    assert visit.in_use == "websocket"
    # It may still come, and is used when the page says so.
    webrtc.up()
    assert visit.in_use == "websocket"
    visit.handover.use("webrtc")
    await webrtc.transport.until(lambda: webrtc.transport.frames)
    assert webrtc.transport.frames[0].key
    assert "hello" in webrtc.messages
    assert isinstance(socket.transport, StandInSocketTransport)
    assert socket.transport.standby
    assert not socket.transport.closed
    assert visit.spy.types().count("join") == 1
    assert visit.spy.types().count("control") == 1


async def test_the_page_may_be_quicker_than_the_connection(visit: Visit) -> None:
    Way(visit, "websocket").up()
    webrtc = Way(visit, "webrtc")
    visit.handover.use("webrtc")
    assert visit.in_use == "websocket"
    webrtc.up()
    assert visit.in_use == "webrtc"


async def test_nothing_overtakes_what_was_sent_before(visit: Visit) -> None:
    socket = Way(visit, "websocket").up()
    webrtc = Way(visit, "webrtc").up()
    socket.press(1)
    webrtc.press(3)
    socket.press(2)
    assert visit.keys == ["1", "2"]
    visit.handover.use("webrtc")
    webrtc.press(4)
    assert visit.keys == ["1", "2", "3", "4"]


async def test_what_is_held_is_limited(visit: Visit) -> None:
    Way(visit, "websocket").up()
    webrtc = Way(visit, "webrtc").up()
    for seq in range(HELD + 10):
        webrtc.press(seq + 1)
    assert len(webrtc.leg.held) == HELD


async def test_what_is_sent_again_after_an_outage_counts_once(visit: Visit) -> None:
    webrtc = Way(visit, "webrtc").up()
    socket = Way(visit, "websocket").up()
    webrtc.press(1)
    visit.handover.use("websocket")
    for seq in (1, 2, 3):
        socket.press(seq)
    assert visit.keys == ["1", "2", "3"]
    assert visit.peer.stats.dropped_input == {"late": 1}


async def test_a_dead_webrtc_is_closed_and_comes_back_as_a_new_one(visit: Visit) -> None:
    dead = Way(visit, "webrtc").up()
    socket = Way(visit, "websocket").up()
    visit.handover.use("websocket")
    await socket.transport.until(lambda: socket.transport.frames)
    await asyncio.sleep(0)
    assert dead.transport.closed
    dead.leg.lost("It was closed.")
    assert not visit.peer.ended.done()
    alive = Way(visit, "webrtc").up()
    visit.handover.use("webrtc")
    assert visit.in_use == "webrtc"
    assert not alive.transport.closed


async def test_what_was_counted_stays(visit: Visit) -> None:
    webrtc = Way(visit, "webrtc").up()
    socket = Way(visit, "websocket").up()
    await webrtc.transport.until(lambda: webrtc.transport.frames)
    before = visit.peer.stats
    visit.handover.use("websocket")
    await socket.transport.until(lambda: socket.transport.frames)
    after = visit.peer.stats
    assert after.transport == "websocket"
    assert after.frames > before.frames
    assert visit.peer.frames == visit.peer.stats.frames
    assert after.key_frames["join"] == 2
    assert after.bytes == 200


async def test_nothing_is_sent_to_a_page_that_is_hidden_whatever_carries_it(visit: Visit) -> None:
    webrtc = Way(visit, "webrtc").up()
    socket = Way(visit, "websocket").up()
    await webrtc.transport.until(lambda: webrtc.transport.frames)
    webrtc.leg.message("app", '{"type": "visibility", "visible": false}')
    visit.handover.use("websocket")
    await asyncio.sleep(0.05)
    assert socket.transport.frames == []
    socket.leg.message("app", '{"type": "visibility", "visible": true}')
    await socket.transport.until(lambda: socket.transport.frames)


async def test_a_target_is_that_of_the_transport_in_use(visit: Visit) -> None:
    webrtc = Way(visit, "webrtc").up()
    socket = Way(visit, "websocket").up()
    socket.leg.target_changed(3_000_000)
    assert visit.peer.stats.target_bitrate == 1_000_000
    visit.handover.use("websocket")
    assert visit.peer.stats.target_bitrate == 3_000_000
    webrtc.leg.target_changed(5_000_000)
    assert visit.peer.stats.target_bitrate == 3_000_000


async def test_a_transport_that_takes_over_inherits_what_the_other_had_learnt(visit: Visit) -> None:
    webrtc = Way(visit, "webrtc").up()
    assert webrtc.transport.inherited is None
    socket = Way(visit, "websocket").up()
    webrtc.transport.stats = LinkStats(available_bitrate=6e6)
    visit.handover.use("websocket")
    assert socket.transport.inherited == 6e6
    socket.transport.stats = LinkStats(available_bitrate=4e6)
    # It has been away meanwhile.
    socket.leg.lost("Sending failed.")
    again = Way(visit, "webrtc", begins=True).up()
    assert again.transport.inherited == 4e6


async def test_a_transport_that_never_learnt_anything_leaves_nothing(visit: Visit) -> None:
    Way(visit, "webrtc")
    socket = Way(visit, "websocket")
    visit.handover.use("websocket")
    socket.up()
    assert visit.in_use == "websocket"
    assert socket.transport.inherited is None


async def test_what_breaks_hands_over_to_what_is_there(visit: Visit) -> None:
    webrtc = Way(visit, "webrtc").up()
    socket = Way(visit, "websocket").up()
    webrtc.leg.lost("Nothing was heard from the page for 5 s.")
    assert visit.in_use == "websocket"
    assert not visit.peer.ended.done()
    socket.leg.left("The viewer left.")
    await asyncio.wait_for(visit.peer.ended, 5)
    assert visit.spy.events[-1]["reason"] == "The viewer left."


async def test_silence_of_the_only_one_means_away_and_a_word_back(visit: Visit) -> None:
    webrtc = Way(visit, "webrtc").up()
    webrtc.leg.silent()
    assert visit.peer.away
    assert not webrtc.transport.closed
    webrtc.leg.connected()
    assert not visit.peer.away
    assert visit.peer.steering
    assert webrtc.messages.count("hello") == 2


async def test_silence_hands_over_only_to_one_that_is_heard(visit: Visit) -> None:
    webrtc = Way(visit, "webrtc").up()
    socket = Way(visit, "websocket").up()
    socket.transport.silence = 4.0
    webrtc.leg.silent()
    assert visit.peer.away
    webrtc.leg.connected()
    socket.transport.silence = 0.1
    webrtc.leg.silent()
    assert visit.in_use == "websocket"
    assert not visit.peer.away
    await asyncio.sleep(0)
    assert webrtc.transport.closed


async def test_what_is_held_ready_is_asked_while_the_other_is_silent(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rtc_canvas.serving.handover.TELL_EVERY", 0.01)
    webrtc = Way(visit, "webrtc").up()
    socket = Way(visit, "websocket").up()
    assert isinstance(socket.transport, StandInSocketTransport)
    await asyncio.sleep(0.05)
    assert socket.transport.asked == 0
    webrtc.transport.silence = 2.5
    await asyncio.sleep(0.05)
    assert socket.transport.asked


async def test_who_is_away_comes_back_over_another_transport(visit: Visit) -> None:
    dead = Way(visit, "webrtc").up()
    dead.press(1)
    dead.leg.lost("Sending failed.")
    await asyncio.sleep(0)
    assert dead.transport.closed
    assert visit.peer.away
    # It has been away: what it held down is up.
    assert visit.spy.types()[-3:] == ["away", "key_up", "control"]
    alive = Way(visit, "websocket", begins=True)
    assert visit.peer.away
    alive.up()
    assert visit.in_use == "websocket"
    assert not visit.peer.away
    assert visit.peer.steering
    assert "hello" in alive.messages
    await alive.transport.until(lambda: alive.transport.frames)


async def test_a_page_that_begins_anew_holds_nothing_down(visit: Visit) -> None:
    old = Way(visit, "webrtc").up()
    old.press(1)
    new = Way(visit, "webrtc", begins=True)
    old.leg.left("The page was closed.")
    # Another is on its way: that is no farewell.
    assert visit.peer.away
    new.up()
    assert visit.spy.types()[-5:] == ["away", "key_up", "control", "back", "control"]
    new.press(2)
    assert visit.keys == ["1", "2"]


async def test_what_was_held_ready_is_replaced_by_one_that_begins_anew(visit: Visit) -> None:
    webrtc = Way(visit, "webrtc").up()
    webrtc.press(1)
    socket = Way(visit, "websocket").up()
    visit.handover.use("websocket")
    again = Way(visit, "webrtc", begins=True).up()
    assert visit.in_use == "webrtc"
    assert visit.spy.types()[-1] == "key_up"
    visit.handover.use("websocket")
    visit.handover.use("webrtc")
    assert visit.spy.types()[-1] == "key_up"
    assert not socket.transport.closed
    assert again.messages[0] == "hello"


async def test_a_foreign_player_has_no_way_back(visit: Visit) -> None:
    player = Way(visit, "webrtc")
    player.transport.has_channels = False
    player.up()
    player.leg.silent()
    assert visit.peer.away
    player.leg.connected()
    player.leg.lost("Sending failed.")
    await asyncio.wait_for(visit.peer.ended, 5)


async def test_a_standby_that_breaks_is_nobodys_end(visit: Visit) -> None:
    Way(visit, "webrtc").up()
    socket = Way(visit, "websocket").up()
    socket.leg.lost("The page was closed.")
    await asyncio.sleep(0)
    assert socket.transport.closed
    assert visit.in_use == "webrtc"
    assert not visit.peer.ended.done()


async def test_one_that_is_given_up_ends_only_itself(visit: Visit) -> None:
    Way(visit, "websocket").up()
    webrtc = Way(visit, "webrtc").up()
    await visit.handover.leave(webrtc.leg, "The viewer left.")
    assert webrtc.transport.closed
    assert not visit.peer.ended.done()


async def test_who_gives_up_the_one_in_use_leaves(visit: Visit) -> None:
    webrtc = Way(visit, "webrtc").up()
    socket = Way(visit, "websocket").up()
    await visit.handover.leave(webrtc.leg, "The viewer left.")
    assert visit.peer.ended.done()
    assert webrtc.transport.closed
    assert socket.transport.closed
    assert webrtc.messages[-1] == "bye"


async def test_one_of_a_kind_is_held_ready(visit: Visit) -> None:
    Way(visit, "webrtc").up()
    sockets = [Way(visit, "websocket").up() for _ in range(5)]
    await asyncio.sleep(0)
    assert [socket.transport.closed for socket in sockets] == [True] * 4 + [False]


async def test_a_new_one_of_the_kind_in_use_takes_over_once_it_is_up(visit: Visit) -> None:
    old = Way(visit, "webrtc").up()
    new = Way(visit, "webrtc")
    assert visit.handover.in_use is old.leg
    new.up()
    assert visit.handover.in_use is new.leg
    await asyncio.sleep(0)
    assert old.transport.closed


async def test_one_that_does_not_come_up_is_given_up(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rtc_canvas.serving.handover.CONNECT_TIMEOUT", 0.01)
    Way(visit, "websocket").up()
    webrtc = Way(visit, "webrtc")
    async with asyncio.timeout(5):
        await webrtc.transport.ended.wait()
    assert not visit.peer.ended.done()


async def test_one_that_comes_after_the_end_is_closed(visit: Visit) -> None:
    Way(visit, "webrtc").up()
    await visit.handover.end("Over.", retry=False)
    late = Way(visit, "websocket")
    await visit.handover.end("Over.", retry=False)
    assert late.transport.closed


async def test_who_holds_a_websocket_ready_is_told_of_frames(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rtc_canvas.serving.handover.TELL_EVERY", 0.01)
    webrtc = Way(visit, "webrtc").up()
    await webrtc.transport.until(lambda: webrtc.transport.frames)
    socket = Way(visit, "websocket").up()
    assert isinstance(socket.transport, StandInSocketTransport)
    remarks = socket.transport.remarks
    await socket.transport.until(lambda: remarks)
    assert remarks[0]["type"] == "sent"
    # A picture that stays is sent again now and then: each time it is told once.
    await socket.transport.until(lambda: len(remarks) > 1)
    told = [remark["frames"] for remark in remarks]
    assert told == sorted(set(told), key=lambda frames: int(str(frames)))
    visit.handover.use("websocket")
    count = len(remarks)
    await asyncio.sleep(0.05)
    assert len(remarks) == count
