from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.demo import MAX_PIXELS, Camera, Orbit, picture_size, render

angles = st.floats(-1e4, 1e4)


@pytest.mark.parametrize(
    ("width", "height"),
    [(16, 16), (16, 4096), (4096, 16), (390, 844), (641, 481), (1280, 720)],
)
def test_pictures_have_the_size_of_small_windows(width: int, height: int) -> None:
    picture = render(width, height, Camera())
    assert picture.shape == (height, width, 4)
    assert picture.dtype == np.uint8
    assert (picture[..., 3] == 255).all()


def test_pictures_for_large_windows_are_smaller_in_the_same_shape() -> None:
    width, height = picture_size(4096, 2304)
    assert width * height <= MAX_PIXELS * 1.01
    assert width / height == pytest.approx(16 / 9, rel=0.01)
    assert render(4096, 2304, Camera()).shape == (height, width, 4)


@given(st.integers(16, 4096), st.integers(16, 4096))
def test_picture_sizes_are_ones_that_a_canvas_takes(width: int, height: int) -> None:
    drawn_width, drawn_height = picture_size(width, height)
    assert 16 <= drawn_width <= width
    assert 16 <= drawn_height <= height


def test_the_same_camera_gives_the_same_picture_and_another_another() -> None:
    first = render(320, 180, Camera())
    assert np.array_equal(first, render(320, 180, Camera()))
    assert not np.array_equal(first, render(320, 180, Camera().orbited(0.5, 0)))


@pytest.mark.parametrize("yaw", [0.0, 1.5, 3.1, 4.7])
@pytest.mark.parametrize("pitch", [0.07, 1.3])
@pytest.mark.parametrize("zoom", [0.5, 1.8])
def test_every_limit_of_the_camera_can_be_drawn(yaw: float, pitch: float, zoom: float) -> None:
    picture = render(200, 160, Camera(yaw, pitch, zoom))
    assert picture[..., :3].max() > 60
    assert picture[..., :3].mean() < 200


def test_the_day_side_is_bright_and_the_night_side_dark() -> None:
    day = render(200, 200, Camera(yaw=0, pitch=0.4))[60:140, 60:140, :3]
    night = render(200, 200, Camera(yaw=math.pi, pitch=0.07))[60:140, 60:140, :3]
    assert day.mean() > 3 * night.mean()


@given(angles, angles, st.floats(1e-6, 1e6))
def test_cameras_keep_to_their_limits(yaw: float, pitch: float, factor: float) -> None:
    camera = Camera().orbited(yaw, pitch).zoomed(factor)
    assert 0 <= camera.yaw <= math.tau
    assert 0.07 <= camera.pitch <= 1.3
    assert 0.5 <= camera.zoom <= 1.8
    axes = camera.axes()
    assert np.allclose(axes @ axes.T, np.eye(3), atol=1e-5)


def test_a_drag_turns_the_camera_and_a_move_without_a_grab_does_not() -> None:
    orbit = Orbit()
    start = orbit.camera
    orbit.drag(50, 0, time=0.0)
    assert orbit.camera == start
    orbit.grab(100, 100, time=0.0)
    orbit.drag(150, 120, time=0.1)
    assert orbit.camera.yaw < start.yaw
    assert orbit.camera.pitch > start.pitch


def test_it_stands_still_while_held_and_drifts_when_left_alone() -> None:
    orbit = Orbit()
    orbit.grab(0, 0, time=0.0)
    held = orbit.advance(0.0)
    assert orbit.advance(0.05) == held
    orbit.release(time=1.0)
    assert orbit.advance(1.0).yaw > held.yaw


def test_it_swings_on_after_a_flick_but_not_after_a_rest() -> None:
    def yaw_after_release(pause: float) -> float:
        orbit = Orbit()
        orbit.grab(0, 0, time=0.0)
        orbit.drag(-40, 0, time=0.02)
        start = orbit.advance(0.02).yaw
        orbit.release(time=0.02 + pause)
        return orbit.advance(0.1).yaw - start

    assert yaw_after_release(0.01) > 5 * yaw_after_release(0.5)


def test_pauses_between_pictures_do_not_make_it_jump() -> None:
    orbit = Orbit()
    start = orbit.advance(0.0)
    assert orbit.advance(1e6).yaw - start.yaw < 0.1
