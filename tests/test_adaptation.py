"""How a picture gives way to the rate, and comes back."""

from __future__ import annotations

import pytest

from rtc_canvas.adaptation import Adaptation, Preference

HD = (1280, 720)
UHD = (3840, 2160)


def test_a_full_rate_sends_everything() -> None:
    step = Adaptation().choose(4_000_000, HD, 0.0)
    assert (step.scale, step.fps) == (1.0, 240)


def test_the_frame_rate_gives_way_before_the_size_and_motion_the_other_way_round() -> None:
    assert Adaptation("sharpness").choose(900_000, HD, 0.0).scale == 1.0
    assert Adaptation("sharpness").choose(900_000, HD, 0.0).fps == 24
    assert Adaptation("motion").choose(900_000, HD, 0.0).scale == 0.75
    assert Adaptation("motion").choose(900_000, HD, 0.0).fps == 240


@pytest.mark.parametrize("prefer", ["sharpness", "motion"])
def test_it_falls_at_once_and_rises_with_patience(prefer: Preference) -> None:
    adaptation = Adaptation(prefer)
    assert adaptation.choose(4_000_000, HD, 0.0).scale == 1.0
    assert adaptation.choose(200_000, HD, 0.1).scale == 0.5
    assert adaptation.choose(4_000_000, HD, 0.2).scale == 0.5
    assert adaptation.choose(4_000_000, HD, 3.1).scale == 0.5
    times = [0.2 + 3.1 * step for step in range(1, 20)]
    scales = [adaptation.choose(4_000_000, HD, time).scale for time in times]
    assert scales == sorted(scales)
    assert scales[-1] == 1.0


def test_the_frame_rate_comes_back_sooner_than_the_size() -> None:
    adaptation = Adaptation()
    assert adaptation.choose(1_000_000, HD, 0.0).fps == 24
    assert adaptation.choose(2_000_000, HD, 0.1).fps == 24
    assert adaptation.choose(2_000_000, HD, 0.7).fps == 240


def test_it_rises_at_once_to_the_step_that_it_has_had_the_rate_for() -> None:
    adaptation = Adaptation()
    assert adaptation.choose(100_000, HD, 0.0).scale == 0.5
    rates = {0.1: 800_000, 1.0: 4_000_000, 3.2: 4_000_000, 3.9: 4_000_000, 4.1: 4_000_000}
    steps = [adaptation.choose(rate, HD, time) for time, rate in rates.items()]
    assert [step.scale for step in steps] == [0.5, 0.5, 0.75, 0.75, 1.0]
    assert steps[-1].fps == 240


def test_a_picture_that_stays_needs_no_patience() -> None:
    adaptation = Adaptation()
    assert adaptation.choose(200_000, HD, 0.0).scale == 0.5
    assert not adaptation.affords_whole(800_000, HD)
    assert adaptation.affords_whole(4_000_000, HD)
    assert adaptation.choose(4_000_000, HD, 0.1).scale == 0.5, "motion does"


def test_it_needs_some_more_than_the_step_asks_for() -> None:
    adaptation = Adaptation()
    assert adaptation.choose(900_000, HD, 0.0).scale == 1.0
    assert adaptation.affords_whole(900_000, HD), "it has the step already"
    assert adaptation.choose(500_000, HD, 0.0).scale == 0.75
    assert not adaptation.affords_whole(900_000, HD)


def test_the_default_rate_carries_large_pictures_whole() -> None:
    """What headers leave of 8 Mbit/s."""
    adaptation = Adaptation()
    assert adaptation.choose(1_000_000, UHD, 0.0).scale == 0.5
    adaptation.choose(7_400_000, UHD, 0.1)
    step = adaptation.choose(7_400_000, UHD, 3.2)
    assert (step.scale, step.fps) == (1.0, 240)


def test_a_rate_that_wavers_changes_nothing() -> None:
    adaptation = Adaptation()
    adaptation.choose(540_000, HD, 0.0)
    first = adaptation.choose(540_000, HD, 0.1)
    for tenth in range(2, 200):
        rate = 560_000 if tenth % 2 else 600_000
        assert adaptation.choose(rate, HD, tenth / 10) == first


def test_small_pictures_stay_whole_and_min_fps_holds() -> None:
    step = Adaptation(min_fps=20).choose(10_000, (320, 240), 0.0)
    assert step.scale == 1.0
    assert step.fps == 20


def test_a_hungry_codec_gets_less_of_a_picture_for_the_same_bits() -> None:
    size = (1280, 720)
    plain, hungry = Adaptation(), Adaptation(hunger=12)
    assert hungry.choose(12 * 700_000, size, 0.0) == plain.choose(700_000, size, 0.0)
    assert not hungry.affords_whole(12 * 700_000, size)
    assert hungry.affords_whole(12 * 2_000_000, size)
