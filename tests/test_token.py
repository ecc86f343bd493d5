from __future__ import annotations

import logging
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from signaling.token import new_token, saved_token, state_folder

posix = pytest.mark.skipif(os.name != "posix", reason="Windows has no permission bits")


def test_it_is_made_once_and_kept(tmp_path: Path) -> None:
    token = saved_token(8080, tmp_path)
    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", token)
    assert saved_token(8080, tmp_path) == token


def test_each_port_has_its_own(tmp_path: Path) -> None:
    assert saved_token(8080, tmp_path) != saved_token(8081, tmp_path)


def test_new_ones_differ() -> None:
    assert new_token() != new_token()


@posix
def test_only_its_user_can_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "rtc_canvas"
    saved_token(8080, folder)
    assert (folder / "token-8080").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_no_drafts_are_left(tmp_path: Path) -> None:
    saved_token(8080, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["token-8080"]


def test_those_who_ask_at_once_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as executor:
        for port in range(20):
            tokens = set(executor.map(lambda _, port=port: saved_token(port, tmp_path), range(8)))
            assert len(tokens) == 1


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 32, b"x" * 33, b"a b" * 11])
def test_a_damaged_file_is_replaced(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    path = tmp_path / "token-8080"
    path.write_bytes(content)
    path.chmod(0o600)
    token = saved_token(8080, tmp_path)
    assert path.read_text() == token
    assert saved_token(8080, tmp_path) == token
    assert [record.getMessage() for record in caplog.records] == [
        f"The token in {path} is damaged; it is replaced by a new one."
    ]


@posix
def test_a_token_that_others_could_read_is_replaced(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    known = saved_token(8080, tmp_path)
    path = tmp_path / "token-8080"
    path.chmod(0o644)
    token = saved_token(8080, tmp_path)
    assert token != known
    assert path.stat().st_mode & 0o777 == 0o600
    assert "could be read by other users" in caplog.text
    assert known not in caplog.text
    assert token not in caplog.text


@posix
def test_a_file_of_another_user_is_replaced(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = saved_token(8080, tmp_path)
    user = os.geteuid()
    # Another user asks first, then the file that is made anew is looked at by its own.
    answers = iter([user + 1, user])
    monkeypatch.setattr(os, "geteuid", lambda: next(answers))
    assert saved_token(8080, tmp_path) != planted
    assert "belongs to another user" in caplog.text


@posix
def test_a_file_that_never_gets_right_is_given_up(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: user + 1)
    assert saved_token(8080, tmp_path) != saved_token(8080, tmp_path)
    assert "is not kept as it was written" in caplog.text
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_can_be_kept_there_is_a_token_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    first = saved_token(8080, tmp_path / "file" / "rtc_canvas")
    second = saved_token(8080, tmp_path / "file" / "rtc_canvas")
    assert first != second
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2
    assert caplog.records[0].getMessage().startswith("The token cannot be kept (")
    assert first not in caplog.text


def test_a_user_without_a_home_gets_one_too(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in ("XDG_STATE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", no_home)
    assert saved_token(8080)
    assert "Could not determine home directory." in caplog.text


@pytest.mark.parametrize(
    ("platform", "variables", "folder"),
    [
        ("linux", {}, "home/.local/state/rtc_canvas"),
        ("linux", {"XDG_STATE_HOME": "/state"}, "/state/rtc_canvas"),
        ("linux", {"XDG_STATE_HOME": "state"}, "home/.local/state/rtc_canvas"),
        ("darwin", {}, "home/Library/Application Support/rtc_canvas"),
        ("win32", {}, "home/AppData/Local/rtc_canvas"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/rtc_canvas"),
    ],
)
def test_the_state_folder_is_the_systems_own(
    monkeypatch: pytest.MonkeyPatch, platform: str, variables: dict[str, str], folder: str
) -> None:
    for name in ("XDG_STATE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setattr(Path, "home", lambda: Path("home"))
    assert state_folder() == Path(folder)
