"""When frames are sent with repair packets."""

from __future__ import annotations

from rtc_canvas.rtc.protection import (
    AMPLE_SHARE,
    DUPLICATES_FROM,
    HEAVY_SHARE,
    LIGHT_SHARE,
    LINGER,
    LOSSY_CEILING,
    Protection,
)


def test_without_loss_or_on_a_short_way_there_is_none() -> None:
    protection = Protection()
    protection.update(0.0, 0.2, 2e6, 0.0)
    assert protection.share is None
    protection.update(0.05, 0.01, 2e6, 1.0)
    assert protection.share is None
    assert protection.media_rate(5e6) == 5e6


def test_loss_on_a_long_way_is_answered_and_the_bits_are_counted() -> None:
    protection = Protection()
    protection.update(0.01, 0.1, 2e6, 0.0)
    assert protection.share == LIGHT_SHARE
    assert protection.media_rate(1.2e6) == 1e6
    protection.update(0.05, 0.1, 2e6, 1.0)
    assert protection.share == HEAVY_SHARE
    assert protection.media_rate(50e6) == LOSSY_CEILING


def test_where_there_is_room_there_are_more() -> None:
    protection = Protection()
    protection.update(0.05, 0.1, 50e6, 0.0)
    assert protection.share == AMPLE_SHARE
    assert protection.media_rate(50e6) == LOSSY_CEILING
    protection.update(0.01, 0.1, 50e6, 1.0)
    assert protection.share == LIGHT_SHARE


def test_duplicates_take_half_and_are_sent_only_where_that_is_enough() -> None:
    protection = Protection()
    protection.duplicates = True
    protection.update(0.05, 0.1, DUPLICATES_FROM, 0.0)
    assert protection.media_rate(DUPLICATES_FROM) == DUPLICATES_FROM / 2
    protection.update(0.05, 0.1, DUPLICATES_FROM - 1, 1.0)
    assert protection.media_rate(1e6) == 1e6


def test_it_lingers_and_goes() -> None:
    protection = Protection()
    protection.update(0.02, 0.1, 2e6, 0.0)
    protection.update(0.0, 0.1, 2e6, LINGER - 1)
    assert protection.share == LIGHT_SHARE
    protection.update(0.0, 0.1, 2e6, LINGER + 1)
    assert protection.share is None
