from __future__ import annotations

import numpy as np
import pytest

from ..contents import CONTENTS, Ring
from ..number_blocks import AREA, read_number
from .page import FLATS, KINDS, MOVE, MOVING, PERIOD, flat, render


def test_a_page_tells_its_number_and_repeats() -> None:
    first, again = render(7), render(7 + PERIOD)
    assert first.shape == (720, 1280, 3)
    assert (read_number(first), read_number(again)) == (7, 7 + PERIOD)
    assert np.array_equal(_without_number(first), _without_number(again))


@pytest.mark.parametrize("kind", MOVING)
def test_each_kind_moves_in_its_turn_and_the_others_stand(kind: str) -> None:
    middle = MOVE * MOVING.index(kind) + MOVE // 2
    one, following = render(middle), render(middle + 1)
    moved = [
        name
        for name, parts in KINDS.items()
        if any(not np.array_equal(one[part], following[part]) for part in parts)
    ]
    assert moved == [kind]


def test_all_that_moves_can_move_at_once() -> None:
    one, following = render(40, at_once=True), render(41, at_once=True)
    moved = [
        kind
        for kind in MOVING
        if not np.array_equal(one[KINDS[kind][0]], following[KINDS[kind][0]])
    ]
    assert moved == list(MOVING)


def test_kinds_neither_overlap_nor_cover_the_number() -> None:
    covered = np.zeros((720, 1280), int)
    covered[: AREA[0], : AREA[1]] += 1
    for parts in KINDS.values():
        for part in parts:
            covered[part] += 1
    assert covered.max() == 1


def test_flat_colours_are_flat() -> None:
    page = render(3)
    for index, colour in enumerate(FLATS):
        assert np.all(page[flat(index)] == colour)


def test_a_ring_hands_out_what_its_content_renders() -> None:
    content = CONTENTS["scene"]
    ring = Ring(content, channels=4)
    number = content.period + 5
    assert np.array_equal(ring[number][..., :3], content.render(number))
    assert np.all(ring[number][..., 3] == 255)


def _without_number(picture: np.ndarray) -> np.ndarray:
    return picture[AREA[0] :]
