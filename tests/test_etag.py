from __future__ import annotations

import pytest

from signaling.etag import matches, quoted


def test_a_tag_is_sent_as_a_strong_one() -> None:
    assert quoted("abcd") == '"abcd"'


@pytest.mark.parametrize(
    "field", ['"abcd"', "abcd", 'W/"abcd"', "W/abcd", "*", '"*"', '"x", "abcd"', "x,abcd", " abcd "]
)
def test_every_form_of_the_tag_matches(field: str) -> None:
    assert matches(field, "abcd")


@pytest.mark.parametrize("field", ["", '""', '"abc"', '"abcde"', "abcd2", '"x", "y"', "ABCD"])
def test_another_tag_does_not(field: str) -> None:
    assert not matches(field, "abcd")
