from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.forwarded import Asked, TrustedProxies

PROXY, STRANGER = "10.1.2.3", "192.0.2.7"
TRUSTED = TrustedProxies(["10.0.0.0/8", "::1", "fe80::/10"])
HOST = ("Host", "127.0.0.1:8080")

names = st.sampled_from(
    ["Host", "X-Forwarded-Host", "x-forwarded-proto", "X-Forwarded-Prefix", "X-Forwarded-For"]
)
fields = st.lists(
    st.tuples(names, st.text() | st.sampled_from(["https", "http", "/a", "/a/b/", "a, b"]))
)


def asked(*fields: tuple[str, str], remote: str | None = PROXY, encrypted: bool = False) -> Asked:
    return TRUSTED.asked([HOST, *fields], remote=remote, encrypted=encrypted)


def test_what_a_trusted_proxy_tells() -> None:
    told = asked(
        ("X-Forwarded-Host", "lab.example:8443"),
        ("x-forwarded-proto", "HTTPS"),
        ("X-FORWARDED-PREFIX", "/lab/7/"),
    )
    assert told == Asked("lab.example:8443", True, "/lab/7")


def test_without_the_fields_it_is_as_it_came() -> None:
    assert asked(encrypted=True) == Asked("127.0.0.1:8080", True)
    assert TRUSTED.asked([], remote=PROXY, encrypted=False) == Asked(None, False)


def test_of_a_list_the_last_counts_which_the_proxy_itself_wrote() -> None:
    assert asked(("X-Forwarded-Host", "forged, lab.example")).host == "lab.example"
    lines = [("X-Forwarded-Host", "forged"), ("X-Forwarded-Host", "lab.example")]
    assert asked(*lines).host == "lab.example"


@pytest.mark.parametrize(
    "prefix",
    [
        *(
            "lab",
            "//evil.example",
            "/a//b",
            "/a;Domain=evil",
            "/a b",
            "/a\r\nX: y",
            "/../a",
            "/a/.",
        ),
        *("https://evil.example/", "/ä", "", "/"),
    ],
)
def test_a_prefix_that_is_none_is_left_out(prefix: str) -> None:
    assert asked(("X-Forwarded-Prefix", prefix)).prefix == ""


@pytest.mark.parametrize("scheme", ["", "ftp", "javascript", "https://"])
def test_another_scheme_is_left_out(scheme: str) -> None:
    assert not asked(("X-Forwarded-Proto", scheme)).encrypted
    assert asked(("X-Forwarded-Proto", scheme), encrypted=True).encrypted


@given(fields, st.booleans())
def test_nobody_else_is_believed(fields: list[tuple[str, str]], encrypted: bool) -> None:
    host = next((value for name, value in fields if name == "Host"), None)
    for remote in (STRANGER, None, "", "unix"):
        told = TRUSTED.asked(fields, remote=remote, encrypted=encrypted)
        assert told == Asked(host, encrypted)


@given(fields)
def test_a_prefix_can_stand_in_the_path_of_a_cookie(fields: list[tuple[str, str]]) -> None:
    prefix = TRUSTED.asked(fields, remote=PROXY, encrypted=False).prefix
    assert prefix == "" or (prefix[0] == "/" and prefix[-1] != "/" and "//" not in prefix)
    assert prefix.isascii()
    assert not {*prefix} & {*'; \r\n\t"\\?#'}


@pytest.mark.parametrize(
    ("remote", "trusted"),
    [
        *((PROXY, True), ("::ffff:10.1.2.3", True), ("::1", True), ("fe80::1%eth0", True)),
        *((STRANGER, False), ("::2", False), ("11.0.0.1", False), ("10.1.2.3:80", False)),
    ],
)
def test_who_is_trusted(remote: str, trusted: bool) -> None:
    assert TRUSTED.trust(remote) is trusted


@given(st.ip_addresses(v=4).map(str))
def test_by_default_nobody_is(remote: str) -> None:
    assert not TrustedProxies().trust(remote)


@pytest.mark.parametrize("listed", ["nginx", "10.0.0.0/33", "", "127.0.0.1:80", "*"])
def test_what_is_no_proxy_is_refused(listed: str) -> None:
    with pytest.raises(ValueError, match=r"IP address or a network.*got '"):
        TrustedProxies([listed])
