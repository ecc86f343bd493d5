"""The token of a server, kept so that one that restarts takes its pages back."""

from __future__ import annotations

import logging
import os
import re
import secrets
import stat
import sys
import tempfile
from pathlib import Path

__all__ = ["new_token", "saved_token", "state_folder"]

_log = logging.getLogger(__name__)

_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")


def saved_token(port: int, folder: Path | None = None) -> str:
    """The token of the server at `port`, made once and then read back from its user's own file.

    Several processes that ask at once get the same one. Where no file can be kept, or the one there
    cannot be trusted, a warning says so and the token is a new one.

    folder: where the file is; by default `state_folder()`.
    """
    try:
        return _kept_token((folder or state_folder()) / f"token-{port}")
    except (OSError, RuntimeError) as error:
        _log.warning(
            "The token cannot be kept (%s): after a restart pages need a new link. "
            "A token of your own (RTC_CANVAS_TOKEN) needs no file.",
            error,
        )
        return new_token()


def new_token() -> str:
    """A token that nobody guesses: 192 random bits in 32 characters."""
    return secrets.token_urlsafe(24)


def state_folder() -> Path:
    """Where the user's programs keep their state; not made yet.

    Raises:
        RuntimeError: when the user has no home folder.
    """
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        base = Path(local) if local else Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        # XDG Base Directory Specification: a relative path is to be ignored.
        state = os.environ.get("XDG_STATE_HOME", "")
        base = Path(state) if os.path.isabs(state) else Path.home() / ".local" / "state"
    return base / "rtc_canvas"


def _kept_token(path: Path) -> str:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for _ in range(2):
        if not path.exists():
            _create(path)
        token, fault = _read(path)
        if fault is None:
            return token
        _log.warning("The token in %s %s; it is replaced by a new one.", path, fault)
        path.unlink()
    raise OSError(f"{path} is not kept as it was written")


def _create(path: Path) -> None:
    """Write a new token, unless another process was first. It appears whole or not at all."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent)  # with mode 0600
    try:
        with open(descriptor, "w", encoding="ascii") as file:
            file.write(new_token())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(draft)


def _read(path: Path) -> tuple[str, str | None]:
    """The token in a file, and what is wrong with it or None."""
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        token = file.read(64).decode("ascii", errors="replace").strip()
    if not _TOKEN.fullmatch(token):
        return token, "is damaged"
    # Windows has no such bits; there the folder is the user's own.
    if os.name == "posix" and stat.S_IMODE(status.st_mode) & 0o077:
        return token, "could be read by other users"
    if os.name == "posix" and status.st_uid != os.geteuid():
        return token, "belongs to another user"
    return token, None
