from __future__ import annotations

import math

import numpy as np
import pytest

from .fidelity import Picture, page_psnr, pooled_psnr, psnr, ssim
from .number_blocks import write_number

RANDOM = np.random.default_rng(1)
TEXTURE = RANDOM.integers(0, 256, (40, 50, 3)).astype(np.uint8)


def test_one_level_everywhere_is_48_db() -> None:
    assert psnr(TEXTURE, (TEXTURE ^ 1).astype(np.uint8)) == pytest.approx(
        20 * math.log10(255), abs=1e-4
    )


def test_black_for_white_is_nothing() -> None:
    black, white = np.zeros((20, 20, 3), np.uint8), np.full((20, 20, 3), 255, np.uint8)
    assert psnr(black, white) == pytest.approx(0)


def test_parts_are_pooled_by_their_size() -> None:
    wrong = TEXTURE.copy()
    wrong[:10] ^= 3
    parts = [(wrong[part], TEXTURE[part]) for part in (np.s_[:10], np.s_[10:])]
    assert pooled_psnr(parts) == pytest.approx(psnr(wrong, TEXTURE))


def test_the_number_of_a_picture_does_not_count() -> None:
    source = np.full((720, 1280, 3), 90, np.uint8)
    shown = source.copy()
    write_number(shown, 123)
    assert page_psnr(shown, source) == math.inf


def test_what_is_equal_is_alike() -> None:
    assert psnr(TEXTURE, TEXTURE) == math.inf
    assert ssim(TEXTURE, TEXTURE) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(("level", "other"), [(100, 100), (100, 120), (0, 255), (17, 18)])
def test_flat_pictures_differ_in_brightness_alone(level: int, other: int) -> None:
    constant = (0.01 * 255) ** 2
    expected = (2 * level * other + constant) / (level**2 + other**2 + constant)
    assert ssim(_flat(level), _flat(other)) == pytest.approx(expected, abs=1e-3)


def test_the_negative_of_a_texture_is_unlike_it() -> None:
    grey = (TEXTURE // 2 + 64).astype(np.uint8)
    assert ssim(255 - grey, grey) < -0.8


def test_more_noise_is_less_alike() -> None:
    values = [ssim(_noisy(strength), TEXTURE) for strength in (2, 8, 32)]
    assert 1 > values[0] > values[1] > values[2] > 0


def test_one_window_is_the_definition() -> None:
    one, other = TEXTURE[:11, :11], TEXTURE[20:31, 30:41]
    offsets = np.arange(11) - 5
    weights = np.exp(-(offsets**2) / 4.5)
    window = np.outer(weights, weights)[..., None] / np.outer(weights, weights).sum()
    x, y = one.astype(float), other.astype(float)
    mean_x, mean_y = ((window * each).sum((0, 1)) for each in (x, y))
    variance_x = (window * (x - mean_x) ** 2).sum((0, 1))
    variance_y = (window * (y - mean_y) ** 2).sum((0, 1))
    covariance = (window * (x - mean_x) * (y - mean_y)).sum((0, 1))
    small, less_small = 6.5025, 58.5225
    expected = ((2 * mean_x * mean_y + small) * (2 * covariance + less_small)) / (
        (mean_x**2 + mean_y**2 + small) * (variance_x + variance_y + less_small)
    )
    assert ssim(one, other) == pytest.approx(expected.mean(), abs=1e-4)


def _flat(level: int) -> Picture:
    return np.full((24, 24, 3), level, np.uint8)


def _noisy(strength: int) -> Picture:
    noise = RANDOM.integers(-strength, strength + 1, TEXTURE.shape)
    noisy: Picture = np.clip(TEXTURE + noise, 0, 255).astype(np.uint8)
    return noisy
