from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.access import Access, Grant, cookie_name
from signaling.refusal import Refusal

TOKEN = "a-Token_of.32~characters"
OURS = "127.0.0.1:8080"


def status(
    access: Access,
    *,
    host: str | None = OURS,
    origin: str | None = None,
    token: str | None = TOKEN,
) -> int:
    """200, or the status of the refusal; 500 for one of several lines."""
    try:
        grant = access.grant(host=host, origin=origin, tokens=[token])
    except Refusal as refusal:
        return refusal.status if "\n" not in refusal.reason else 500
    assert grant == Grant("operator", user=None, origin=origin)
    return 200


@pytest.mark.parametrize(
    "token", [None, "", "wrong", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "\udcff"]
)
def test_a_wrong_token_is_refused(token: str | None) -> None:
    assert status(Access(TOKEN), token=token) == 401


def test_one_right_token_among_those_brought_will_do() -> None:
    grant = Access(TOKEN).grant(host=OURS, origin=None, tokens=[None, "old", TOKEN])
    assert grant.role == "operator"


def test_open_access_needs_no_token_and_checks_the_rest() -> None:
    access = Access(None, open_access=True)
    assert access.open_access
    assert status(access, token=None) == 200
    assert status(access, token="wrong") == 200
    assert status(access, host="evil.example") == 403
    assert status(access, origin="https://evil.example") == 403


@given(st.text())
def test_any_other_token_is_refused(token: str) -> None:
    assert status(Access(TOKEN), token=token) == (200 if token == TOKEN else 401)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8080",
        "LocalHost.:8080",
        "127.0.0.1:8080",
        "192.168.1.20",
        "[::1]:8080",
        "[2001:db8::1]",
        "render-7:8080",
        "render-7.local",
        "lab.example.org",
        "Lab.Example.org:443",
    ],
)
def test_names_that_are_ours(host: str) -> None:
    access = Access(
        TOKEN, allowed_hosts=["lab.example.org"], own_names=["Render-7", "render-7.local"]
    )
    assert status(access, host=host) == 200


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "2130706433",
        "lab.example.org.evil.example",
        "user@127.0.0.1",
        "127.0.0.1/x",
        "::1",
        "[::1",
        "[evil.example]",
        "localhost:port",
        "localhost:8080\n",
    ],
)
def test_names_that_are_not(host: str | None) -> None:
    assert status(Access(TOKEN, allowed_hosts=["lab.example.org"]), host=host) == 403


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (None, OURS),
        ("http://127.0.0.1:8080", OURS),
        ("https://127.0.0.1:8080", OURS),
        ("http://localhost", "localhost"),
        ("http://localhost", "localhost:80"),
        ("https://localhost", "localhost:443"),
        ("https://[::1]:8080", "[::1]:8080"),
        ("https://lab.example:8443", OURS),
        ("http://plain.example", OURS),
        ("vscode-webview://abc", OURS),
    ],
)
def test_pages_that_may_ask(origin: str | None, host: str) -> None:
    listed = ["https://Lab.example:8443", "http://plain.example:80", "vscode-webview://abc"]
    access = Access(TOKEN, allowed_origins=listed)
    assert status(access, host=host, origin=origin) == 200


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "*",
        "https://evil.example",
        "http://127.0.0.1",
        "http://127.0.0.1:8081",
        "http://localhost:8080",
        "http://lab.example:8443",
        "https://lab.example",
        "https://lab.example:8443.evil.example",
        "ftp://127.0.0.1:8080",
        "http://127.0.0.1:8080/",
        "http://127.0.0.1:8080@evil.example",
    ],
)
def test_pages_that_may_not(origin: str) -> None:
    access = Access(TOKEN, allowed_origins=["https://lab.example:8443"])
    assert status(access, origin=origin) == 403
    assert not access.shares_with(origin)


def test_pages_without_an_origin_of_their_own_may_be_listed() -> None:
    access = Access(TOKEN, allowed_origins=["null"])
    assert status(access, origin="null") == 200
    assert access.shares_with("null")
    assert status(access, origin="https://null") == 403
    assert status(Access(TOKEN, allowed_origins=["https://null"]), origin="null") == 403


def test_answers_are_shared_with_listed_origins_only() -> None:
    access = Access(TOKEN, allowed_origins=["https://lab.example:8443"])
    assert access.shares_with("https://lab.example:8443")
    assert not access.shares_with("http://127.0.0.1:8080")
    assert not access.shares_with(None)


def test_site_is_checked_before_the_token() -> None:
    assert status(Access(TOKEN), host="evil.example", token=None) == 403


@given(st.text(), st.text())
def test_whatever_a_browser_says_nothing_else_is_raised(host: str, origin: str) -> None:
    assert status(Access(TOKEN), host=host, origin=origin) in (200, 403)


@pytest.mark.parametrize("token", ["", " ", "with space", "a/b", "a;b", "ä", "a\n", 'a"b', "a%20"])
def test_a_token_that_cannot_stand_in_a_url_is_refused_unsaid(token: str) -> None:
    with pytest.raises(ValueError, match="must be letters, digits") as caught:
        Access(token)
    assert token.strip() == "" or token not in str(caught.value)


def test_no_token_needs_open_access() -> None:
    with pytest.raises(ValueError, match="open_access=True"):
        Access(None)


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "*",
        "lab.example",
        "https://",
        "https://lab.example/",
        "https://a b",
        "http://x:y",
    ],
)
def test_an_origin_that_is_none_is_refused(origin: str) -> None:
    with pytest.raises(ValueError, match="An allowed origin is a scheme"):
        Access(TOKEN, allowed_origins=[origin])


@pytest.mark.parametrize("host", ["", "*", "lab.example:80", "http://lab.example", "a b", "a..b"])
def test_a_host_that_is_none_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match="An allowed host is a name without port"):
        Access(TOKEN, allowed_hosts=[host])


def test_its_repr_does_not_tell_the_token() -> None:
    assert TOKEN not in repr(Access(TOKEN))


def test_each_port_has_its_own_cookie() -> None:
    assert cookie_name(8080) == "rtc_canvas_8080"
