from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from signaling.assets import Assets


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    static = tmp_path / "static"
    (static / "parts").mkdir(parents=True)
    (static / "index.html").write_text("<!doctype html>")
    (static / "parts" / "wheel.js").write_text("export {};")
    (static / "notes.txt").write_text("not part of the page")
    (tmp_path / "secret.js").write_text("secret")
    return static


def test_a_file_is_found_by_its_path(folder: Path) -> None:
    asset = Assets(folder).get("parts/wheel.js")
    assert asset is not None
    assert asset.body == b"export {};"
    assert asset.content_type == "text/javascript; charset=utf-8"


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "parts",
        "other.js",
        "notes.txt",
        "../secret.js",
        "parts/../index.html",
        "/index.html",
    ],
)
def test_nothing_else_is_found(folder: Path, name: str) -> None:
    assert Assets(folder).get(name) is None


def test_an_edited_file_shows_and_has_another_tag(folder: Path) -> None:
    assets = Assets(folder)
    before = assets.get("index.html")
    assert before == assets.get("index.html")
    (folder / "index.html").write_text("<!doctype html><p>new")
    after = assets.get("index.html")
    assert before is not None
    assert after is not None
    assert after.body == b"<!doctype html><p>new"
    assert after.etag != before.etag


def test_each_content_is_compressed_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = "export const words = 'again and again and again and again and again and again';"
    (folder / "long.js").write_text(long)
    assets = Assets(folder)
    compressed: list[bytes] = []
    compress = gzip.compress

    def watched(body: bytes, *level: int, **options: int) -> bytes:
        compressed.append(body)
        return compress(body, *level, **options)

    monkeypatch.setattr("signaling.assets.gzip.compress", watched)
    for _ in range(3):
        asset = assets.get("long.js")
        assert asset is not None
        assert asset.gzipped is not None
        assert gzip.decompress(asset.gzipped) == asset.body == long.encode()
    assert compressed == [], "it was compressed when the folder was read"
    (folder / "long.js").write_text(2 * long)
    for _ in range(3):
        asset = assets.get("long.js")
        assert asset is not None
        assert asset.gzipped is not None
        assert gzip.decompress(asset.gzipped) == 2 * long.encode()
    assert compressed == [2 * long.encode()]


def test_what_gzip_makes_no_smaller_is_left_as_it_is(folder: Path) -> None:
    asset = Assets(folder).get("parts/wheel.js")
    assert asset is not None
    assert asset.gzipped is None


def test_a_removed_file_is_gone(folder: Path) -> None:
    assets = Assets(folder)
    (folder / "index.html").unlink()
    assert assets.get("index.html") is None


def test_a_folder_without_a_needed_page_is_refused(folder: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"has no denied\.html and no other\.html\."):
        Assets(folder, needed=("index.html", "denied.html", "other.html"))


@pytest.mark.parametrize(
    ("name", "content_type"),
    [("style.css", "text/css; charset=utf-8"), ("icon.svg", "image/svg+xml")],
)
def test_types_do_not_depend_on_the_system(folder: Path, name: str, content_type: str) -> None:
    (folder / name).touch()
    asset = Assets(folder).get(name)
    assert asset is not None
    assert asset.content_type == content_type
