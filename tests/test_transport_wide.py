"""Reports of a viewer over a real connection: what they change, and what hostile ones do not."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import AsyncIterator

import pytest
from aiortc.rtp import RTCP_PSFB_PLI, RTCP_RTPFB_NACK, RtcpPsfbPacket, RtcpRtpfbPacket, RtpPacket

from rtc_canvas.rtc.rtp import TRANSPORT_CC

from .frames import busy, flat
from .link import LIMITS, Link, link
from .test_connection import with_extensions
from .test_rtp import extensions_in
from .test_transport_feedback import report

ID = 9

# A report of five packets that ends before its first chunk.
CHUNKLESS = struct.pack("!BBHLLHHL", 0x8F, 205, 4, 1, 2, 2, 5, 0)


@contextlib.asynccontextmanager
async def reported() -> AsyncIterator[Link]:
    """A connection that numbers its packets, and a viewer that has got the first frames."""
    async with link() as made:
        offer = await made.viewer.offer(codec="vp8")
        await made.connect(with_extensions(offer, {TRANSPORT_CC: ID}))
        for seed in range(2):
            await made.send(busy(160, 120, seed))
        await made.viewer.frame()
        yield made


def numbers(made: Link) -> list[int]:
    """The transport-wide numbers of the packets that have come."""
    return [int.from_bytes(dict(extensions_in(data))[ID], "big") for data in made.packets]


def pli(made: Link) -> bytes:
    return bytes(RtcpPsfbPacket(fmt=RTCP_PSFB_PLI, ssrc=1, media_ssrc=made.media_ssrc))


def state(made: Link) -> tuple[object, ...]:
    """What reports may change."""
    flow = made.connection.flow
    estimator = flow.estimator
    return (
        (estimator.target, estimator.capacity, estimator.loss, estimator.queue_delay),
        (estimator.min_round_trip, flow.protection.share, list(made.recorder.targets)),
    )


async def told(made: Link, *datagrams: bytes) -> None:
    """Send RTCP, and a key-frame request of its own behind it; return once that has come."""
    before = made.recorder.key_frames_wanted
    for datagram in (*datagrams, pli(made)):
        await made.send_rtcp(datagram)
    await made.recorder.until(lambda: made.recorder.key_frames_wanted > before)


async def test_packets_are_numbered_repairs_too() -> None:
    async with reported() as made:
        count = len(made.packets)
        lost = RtpPacket.parse(made.packets[1])
        nack = RtcpRtpfbPacket(
            fmt=RTCP_RTPFB_NACK, ssrc=1, media_ssrc=lost.ssrc, lost=[lost.sequence_number]
        )
        await made.send_rtcp(bytes(nack))
        await told(made)
        assert made.connection.stats.retransmitted == 1
        await made.send(flat((1, 2, 3)))
        await made.viewer.until(lambda: len(made.packets) > count + 1)
        assert numbers(made) == list(range(len(made.packets)))


def told_what_is_left(targets: list[int]) -> bool:
    """Whether the encoder was told the rate to start with, once, less what goes into headers."""
    [target] = targets
    return 0.9 * LIMITS.start < target < LIMITS.start


async def test_a_report_reaches_the_estimator_and_the_target_the_listener() -> None:
    async with reported() as made:
        assert made.recorder.targets == []
        await told(made, report(0, [4 * number for number in numbers(made)]))
        flow = made.connection.flow
        assert flow.bad_feedback == 0
        assert flow.estimator.loss == 0
        assert 0 < flow.estimator.min_round_trip < 2
        assert told_what_is_left(made.recorder.targets)
        assert made.connection.has_room


async def test_a_report_fills_the_figures() -> None:
    async with reported() as made:
        before = made.connection.stats
        assert (before.available_bitrate, before.rate_state, before.queue_delay) == (None,) * 3
        await told(made, report(0, [4 * number for number in numbers(made)]))
        after = made.connection.stats
        assert after.available_bitrate == LIMITS.start
        assert (after.rate_state, after.cuts, after.loss) == ("rising", {}, 0.0)
        assert after.queue_delay is not None
        made.connection.flow.estimator.cuts["queue"] += 1
        assert after.cuts == {}, "a record stays as it is"
        assert made.connection.stats.cuts == {"queue": 1}


async def test_missing_packets_are_loss() -> None:
    async with reported() as made:
        count = len(numbers(made))
        await told(made, report(0, [*range(count - 1), None]))
        assert made.connection.stats.loss == pytest.approx(1 / count)


@pytest.mark.parametrize("report_first", [True, False])
async def test_a_report_and_a_request_in_one_compound_both_have_effect(report_first: bool) -> None:
    async with reported() as made:
        parts = [report(0, [4 * number for number in numbers(made)]), pli(made)]
        await made.send_rtcp(b"".join(parts if report_first else parts[::-1]))
        await made.recorder.until(lambda: made.recorder.key_frames_wanted)
        assert told_what_is_left(made.recorder.targets)
        assert made.connection.flow.bad_feedback == 0


@pytest.mark.parametrize(
    ("packets", "counted"),
    [
        pytest.param([report(30_000, [1, None, 2])], 1, id="packets never sent"),
        pytest.param([report(0, [0, 1])] * 3, 3, id="duplicates"),
        pytest.param([CHUNKLESS], 1, id="chunks that are not there"),
        pytest.param([report(2, [0, 32_000, 64_000])], 1, id="seconds between packets"),
        pytest.param([report(2, [0, 1], reference=1 << 22)], 1, id="days later"),
        pytest.param([report(2, [None] * 60_000)[:1100]], 0, id="cut short by the network"),
    ],
)
async def test_false_reports_change_nothing_but_a_counter(
    packets: list[bytes], counted: int
) -> None:
    async with reported() as made:
        await made.send_rtcp(report(0, [0, 4]))
        await made.recorder.until(lambda: made.recorder.targets)
        before = state(made)
        await told(made, *packets)
        assert made.connection.flow.bad_feedback == counted
        assert state(made) == before
        assert made.recorder.reasons == []
        shown = len(made.viewer.frames)
        await made.send(busy(160, 120, 7))
        await made.send(busy(160, 120, 8))
        await made.viewer.frame(shown + 1)


async def test_reports_of_a_viewer_that_was_given_no_numbers_change_nothing() -> None:
    async with link() as made:
        await made.connect(await made.viewer.offer(codec="vp8"))
        await made.send(flat((1, 2, 3)))
        await made.viewer.until(lambda: made.packets)
        before = state(made)
        await told(made, report(0, [0, 4, None]))
        assert state(made) == before
        assert made.connection.flow.bad_feedback == 1
