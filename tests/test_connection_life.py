"""The life of a connection: signs of it, and its end."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable
from typing import Any

import pytest
from aiortc.rtcdtlstransport import State as DtlsState

from rtc_canvas.exceptions import ConnectError
from rtc_canvas.link_stats import LinkStats
from rtc_canvas.net.hub import Hub
from rtc_canvas.rtc.compat import ice as ice_module
from rtc_canvas.rtc.connection import Connection

from .frames import flat
from .link import LIMITS, Recorder, link, linked
from .receiver import Receiver


@pytest.fixture
def short_life(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fifth of the times: silence of 0.2 s is asked about, that of 1 s told, and that of 6 s means no consent."""
    for name in ("ASK_AFTER", "ASK_EVERY", "SILENT_AFTER", "CONSENT", "_LOOK_EVERY"):
        monkeypatch.setattr(ice_module, name, getattr(ice_module, name) / 5)


def ice_connection(viewer: Receiver) -> Any:
    """aioice's connection behind a viewer."""
    return viewer.connection.getTransceivers()[0].receiver.transport.transport._connection


def delay_what_is_sent(viewer: Receiver, seconds: float | None) -> Callable[[], None]:
    """Let everything that a viewer sends arrive later by `seconds`, or never. Returns what heals it."""
    loop = asyncio.get_running_loop()
    sends: list[tuple[Any, Any]] = []

    def heal() -> None:
        for transport, send in sends:
            transport.sendto = send

    for protocol in ice_connection(viewer)._protocols:
        send = protocol.transport.sendto
        sends.append((protocol.transport, send))

        def sendto(*datagram: Any, send: Any = send) -> None:
            if seconds is not None:
                loop.call_later(seconds, send, *datagram)

        protocol.transport.sendto = sendto
    return heal


def count_checks(viewer: Receiver) -> list[float]:
    """The times at which a viewer is asked whether it lives; filled as they come."""
    asked: list[float] = []
    connection = ice_connection(viewer)
    receive = connection.request_received

    def request_received(*arguments: Any) -> None:
        asked.append(time.monotonic())
        receive(*arguments)

    connection.request_received = request_received
    return asked


@pytest.mark.usefixtures("short_life")
async def test_a_vanished_network_is_told_and_gets_nothing_until_it_is_back() -> None:
    async with linked() as made:
        await made.viewer.open()
        await made.recorder.until(lambda: "app" in made.recorder.opened)
        asked = count_checks(made.viewer)
        heal = delay_what_is_sent(made.viewer, None)
        started = time.monotonic()
        await made.recorder.until(lambda: made.recorder.silences)
        assert 0.7 < time.monotonic() - started < 2.0
        assert len(asked) >= 3
        # Of the messages that are sent meanwhile nothing leaves before the viewer is heard again.
        made.connection.send_message("app", {"type": "bye"})
        await asyncio.sleep(0.1)
        assert made.viewer.messages == []
        heal()
        await made.recorder.until(lambda: made.recorder.connected_count == 2)
        await made.viewer.message("bye")
        assert made.recorder.reasons == []
        assert made.recorder.silences == 1


async def test_without_consent_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ASK_AFTER", "ASK_EVERY", "SILENT_AFTER", "CONSENT", "_LOOK_EVERY"):
        monkeypatch.setattr(ice_module, name, getattr(ice_module, name) / 100)
    async with linked() as made:
        delay_what_is_sent(made.viewer, None)
        await asyncio.sleep(0.4)
        asked = count_checks(made.viewer)
        await asyncio.sleep(0.1)
        # Those before go on being sent again for a while.
        assert len(asked) <= 10


@pytest.mark.usefixtures("short_life")
async def test_a_long_round_trip_does_not_end_it() -> None:
    async with linked() as made:
        asked = count_checks(made.viewer)
        delay_what_is_sent(made.viewer, 0.4)
        await asyncio.sleep(1.6)
        assert made.recorder.reasons == []
        assert asked


async def test_a_silent_viewer_is_asked_and_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    # aiortc's viewer reports about once a second: between its reports only answers keep it alive.
    for name, seconds in {
        "ASK_AFTER": 0.05,
        "ASK_EVERY": 0.02,
        "SILENT_AFTER": 0.3,
        "_LOOK_EVERY": 0.01,
    }.items():
        monkeypatch.setattr(ice_module, name, seconds)
    async with linked() as made:
        asked = count_checks(made.viewer)
        await asyncio.sleep(0.8)
        assert made.recorder.reasons == []
        assert len(asked) >= 5


async def test_a_page_that_leaves_is_noticed_at_once() -> None:
    async with linked() as made:
        await made.viewer.close()
        await made.recorder.until(lambda: made.recorder.reasons, timeout=1)
        assert made.recorder.reasons == ["The page was closed."]


async def test_the_viewer_sees_the_end_and_the_listener_is_not_told() -> None:
    async with linked() as made:
        ended = asyncio.Event()
        made.viewer.connection.on("connectionstatechange", ended.set)
        await asyncio.gather(made.connection.close(), made.connection.close())
        await made.connection.close()
        async with asyncio.timeout(1):
            await ended.wait()
        assert made.viewer.connection.connectionState == "closed"
        assert made.recorder.reasons == []


async def test_a_last_message_gets_out() -> None:
    async with linked() as made:
        await made.viewer.open()
        await made.recorder.until(lambda: "app" in made.recorder.opened)
        made.connection.send_message("app", {"type": "bye"})
        await made.connection.close()
        await made.viewer.message("bye")


async def test_closing_before_an_answer_is_no_error() -> None:
    connection = Connection(Recorder(), LIMITS, Hub([]).entrance())
    await connection.close()
    await connection.close()
    assert connection.stats == LinkStats()
    assert not connection.has_room


async def test_closing_in_the_middle_of_the_handshake_is_no_error_and_leaves_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with link() as made:
        answer = await made.connection.answer(await made.viewer.offer(), codec=None, chroma="420")
        assert made.connection._sender is not None
        transport: Any = made.connection._sender.transport
        start, closed = transport.start, asyncio.Event()

        async def start_and_close(remote: Any) -> None:
            await start(remote)
            await made.connection.close()
            # aiortc's handshake ends so, whatever has happened beside it.
            transport._set_state(DtlsState.CONNECTED)
            closed.set()

        transport.start = start_and_close
        await made.viewer.accept(answer)
        async with asyncio.timeout(5):
            await closed.wait()
    gc.collect()
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    # That no task is left is looked at after each test.


async def test_a_viewer_with_another_certificate_is_not_connected() -> None:
    async with link() as made:
        offer = await made.viewer.offer()
        lines = [
            line[:-2] + ("00" if line[-2:] != "00" else "11") if "a=fingerprint" in line else line
            for line in offer.splitlines()
        ]
        await made.viewer.accept(
            await made.connection.answer("\r\n".join(lines) + "\r\n", codec=None)
        )
        await made.recorder.until(lambda: made.recorder.reasons)
        assert made.recorder.connected_count == 0
        await made.viewer.connected()


async def test_a_failure_while_sending_is_told() -> None:
    async with linked(codec="vp8") as made:
        broken = await made.send(flat((1, 2, 3)))
        object.__setattr__(broken, "data", b"")
        made.connection.send(broken)
        await made.recorder.until(lambda: made.recorder.reasons)
        assert made.recorder.reasons[0].startswith("Sending failed: ")


async def test_ice_begins_anew_and_all_above_it_goes_on() -> None:
    async with linked() as made:
        await made.viewer.open()
        await made.recorder.until(lambda: "app" in made.recorder.opened)
        before = made.connection.ufrag
        estimator = made.connection.flow.estimator
        theirs = "anew", "anew/anew/anew/anew/anew"
        ours = made.connection.restart_ice(*theirs)
        assert made.connection.ufrag == ours.ufrag != before
        assert len(ours.password) >= 22
        ice = ice_connection(made.viewer)
        (pair,) = ice._nominated.values()
        # What knows the credentials before counts no more.
        asked = time.monotonic()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ice.check_start(pair), 0.1)
        assert made.connection.silence >= time.monotonic() - asked
        ice._local_username, ice._local_password = theirs
        ice.remote_username, ice.remote_password = ours
        await asyncio.wait_for(ice.check_start(pair), 5)
        assert made.connection.silence < time.monotonic() - asked
        # From the same address: what was learnt of the way holds.
        assert made.connection.flow.estimator is estimator
        made.connection.send_message("app", {"type": "bye"})
        await made.viewer.message("bye")
        await made.connection.close()
        with pytest.raises(ConnectError, match="has ended"):
            made.connection.restart_ice(*theirs)


async def test_one_whose_tasks_were_cancelled_ends_all_the_same() -> None:
    """As those are of an event loop that ends."""
    async with linked() as joined:
        connection: Any = joined.connection
        dtls = connection._connection.getTransceivers()[0].receiver.transport
        dtls._task.cancel()
        dtls.transport._RTCIceTransport__monitor_task.cancel()
        await asyncio.sleep(0)
        await asyncio.wait_for(joined.connection.close(), 5)
        assert connection._connection.connectionState == "closed"
