"""A request in plain values."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from types import SimpleNamespace
from typing import Any

import pytest

from signaling.request import Fields, NotInRequest, Request


def request(**parts: Any) -> Request:
    return Request(**{"method": "GET", "path": "/", **parts})


def test_fields_are_found_in_every_case() -> None:
    fields = Fields([("Host", "lab"), ("X-Way", "one"), ("x-way", "two")])
    assert (fields["HOST"], fields["X-WAY"], fields.get("other")) == ("lab", "one, two", None)
    assert (list(fields), len(fields)) == (["host", "x-way"], 2)
    assert "one" not in repr(fields)


@pytest.mark.parametrize(
    ("fields", "cookies"),
    [
        ([], {}),
        ([("Cookie", "a=1; b = two ;c=\"3\"; flag; d=x=y")], {"a": "1", "b": "two", "c": "3", "d": "x=y"}),
        ([("cookie", "a=1"), ("cookie", "b=2")], {"a": "1", "b": "2"}),
    ],
)  # fmt: skip
def test_cookies(fields: list[tuple[str, str]], cookies: dict[str, str]) -> None:
    assert request(headers=Fields(fields)).cookies == cookies


def test_all_cookies_of_one_name_are_there_to_read() -> None:
    asked = request(headers=Fields([("Cookie", "a=1; b=2"), ("Cookie", "a=3")]))
    assert asked.cookies_named("a") == ("1", "3")
    assert asked.cookies_named("c") == ()
    assert asked.cookies == {"a": "3", "b": "2"}


def test_the_first_of_several_parameters_counts() -> None:
    asked = request(query_string="a=1&b=%26&a=2&c=")
    assert asked.query == {"a": "1", "b": "&", "c": ""}
    assert asked.parameters == [("a", "1"), ("b", "&"), ("a", "2"), ("c", "")]


def test_what_the_host_knows_is_there_to_read() -> None:
    session = {"user": "ann"}
    asked = request(given={"session": session, "user": "Ann"})
    assert (asked.session["user"], asked.user) == ("ann", "Ann")
    with pytest.raises(TypeError):
        asked.session["user"] = "bob"  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        asked.token = "another"  # type: ignore[misc]
    assert session == {"user": "ann"}


def test_what_the_host_does_not_know_is_said_to_be_missing() -> None:
    with pytest.raises(NotInRequest, match=r"^The request has no session: .*SessionMiddleware"):
        _ = request().session
    with pytest.raises(NotInRequest, match=r"^The request has no user: .*AuthenticationMiddleware"):
        _ = request().user


@pytest.mark.parametrize(
    ("parts", "known"),
    [
        ({}, False),
        ({"given": {"session": {}}}, False),
        ({"given": {"session": {"user": 1}}}, True),
        ({"given": {"user": SimpleNamespace(is_authenticated=False)}}, False),
        ({"given": {"user": SimpleNamespace(is_authenticated=True)}}, True),
        ({"given": {"user": "ann"}}, True),
        ({"given": {"user": None}}, False),
        ({"token": "abc"}, True),
    ],
)
def test_whether_it_tells_who_asks(parts: dict[str, Any], known: bool) -> None:
    assert request(**parts).is_known is known
