"""The page on deployment and the files that belong to it say the same, and all of it is run by a test."""

from __future__ import annotations

import pytest

from .deployment import DOCUMENT, FILES, SECTIONS, commands, configuration


def test_each_section_with_commands_has_tests_that_run_them() -> None:
    assert commands().keys() == SECTIONS.keys()


@pytest.mark.parametrize("file", [path.name for path in FILES.iterdir()])
def test_each_file_is_shown_and_tells_the_commands_of_its_section(file: str) -> None:
    assert f"(../examples/deploy/{file})" in DOCUMENT.read_text()
    told = [line for line in (FILES / file).read_text().splitlines() if line.startswith("#   ")]
    known = [line for lines in commands().values() for line in lines]
    assert told
    assert [
        line for line in told if line[4:] not in known and not line.startswith("#   docker build")
    ] == []


def test_what_a_test_replaces_has_to_be_there_once() -> None:
    with pytest.raises(AssertionError, match="has to say 'nothing' once"):
        configuration("nginx.conf", {"nothing": "something"})
