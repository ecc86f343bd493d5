"""A program's own files, by themselves and as a rendercanvas program has them."""

from __future__ import annotations

from typing import Any

import pytest

from rtc_canvas import ConfigError, ServeConfig
from signaling.resources import Resource, Resources


async def body_of(resources: Resources, name: str) -> bytes:
    asset = await resources.get(name)
    assert asset is not None
    return asset.body


async def test_text_is_utf_8_and_says_so() -> None:
    asset = await Resources({"a.html": ("text/html", "<p>é")}).get("a.html")
    assert asset is not None
    assert asset.body == "<p>é".encode()
    assert asset.content_type == "text/html; charset=utf-8"


async def test_bytes_are_served_as_they_are() -> None:
    asset = await Resources({"logo.png": ("image/png", b"\x89PNG")}).get("logo.png")
    assert asset is not None
    assert (asset.body, asset.content_type) == (b"\x89PNG", "image/png")


async def test_what_changes_shows() -> None:
    given: dict[str, Resource] = {}
    resources = Resources(given)
    assert "a.txt" not in resources
    assert await resources.get("a.txt") is None
    given["a.txt"] = ("text/plain", "one")
    first = await resources.get("a.txt")
    assert await resources.get("a.txt") is first, "compressed once"
    given["a.txt"] = ("text/plain", "two")
    assert await body_of(resources, "a.txt") == b"two"


@pytest.mark.parametrize(
    ("name", "resource", "said"),
    [
        ("index", ("text/html", ""), "A resource's name must be one such as 'index.html'"),
        ("a/b.js", ("text/javascript", ""), "A resource's name must be one such as"),
        ("index.html", "<p>", "must be \\(content type, str or bytes\\)"),
        ("index.html", ("text/html", None), "The resource 'index.html' must be"),
    ],
)
def test_what_is_no_file_is_one_sentence(name: str, resource: Any, said: str) -> None:
    from rtc_canvas.rendercanvas import resources

    with pytest.raises(ConfigError, match=said):
        ServeConfig(resources={name: resource})
    with pytest.raises(ConfigError, match=said):
        resources[name] = resource


def test_a_rendercanvas_programs_files_begin_with_the_page() -> None:
    from rtc_canvas.rendercanvas import resources

    content_type, page = resources["index.html"]
    assert content_type == "text/html"
    assert "static/page.js" in str(page)
