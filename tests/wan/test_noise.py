from __future__ import annotations

import itertools

import pytest

from .noise import BUSY, PAUSE, moments


def test_all_processors_are_busy_at_the_same_moments() -> None:
    first = list(itertools.islice(moments(100.0), 50))
    second = list(itertools.islice(moments(200.0), 50))
    assert second == pytest.approx([moment + 100.0 for moment in first])
    pauses = [late - early for early, late in itertools.pairwise([100.0, *first])]
    assert all(PAUSE[0] <= pause <= PAUSE[1] for pause in pauses)
    assert PAUSE[0] > BUSY
