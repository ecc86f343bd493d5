"""The files of the page, as they are served. Pure but for reading them."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from .comments import without_comments

__all__ = ["Asset", "Assets"]

# Not from the system's registry, which on some Windows machines takes .js for text/plain: no
# browser runs that.
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}

# A relative URL of a file, in a page's attribute or in its script.
_LINK = re.compile(rb"""(["'](?:\./)?static/)""")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file. Its ETag, without quotes here, changes with its content.

    gzipped: the body compressed; None where that would not be worth it.
    """

    body: bytes
    content_type: str
    etag: str
    gzipped: bytes | None

    @classmethod
    def of(cls, body: bytes, content_type: str) -> Asset:
        """One with this content."""
        return cls(body, content_type, hashlib.sha256(body).hexdigest()[:32], _gzipped(body))


class Assets:
    """The files under a folder, by their path with slashes.

    Only files that were there at the start are found, and only of the types that a page is made of:
    a name picks one of them and never becomes a path. One that was edited is read anew, so that it
    shows; each content is compressed once, at the start or when it is new.

    Raises:
        FileNotFoundError: when the folder lacks one of `needed`.
    """

    def __init__(self, folder: Path, *, needed: tuple[str, ...] = ()) -> None:
        self._paths = {
            path.relative_to(folder).as_posix(): path
            for path in folder.rglob("*")
            if path.suffix in _TYPES and path.is_file()
        }
        missing = [name for name in needed if name not in self._paths]
        if missing:
            raise FileNotFoundError(f"The folder {folder} has no {' and no '.join(missing)}.")
        self._newest: dict[str, _Reading] = {}
        # The page that was asked for last, by what it was made of.
        self._page: tuple[tuple[str, str], Asset] | None = None
        self._version = ""
        self._tags: set[str] = set()
        for name in self._paths:
            self.get(name)

    def get(self, name: str) -> Asset | None:
        """The file of that name, such as `rtc-canvas.js`, or None."""
        path = self._paths.get(name)
        if path is None:
            return None
        try:
            stamp = _stamp(path)
            reading = self._newest.get(name)
            if reading is None or reading.stamp != stamp:
                reading = _Reading(stamp, Asset.of(_read(path), _TYPES[path.suffix]))
                self._newest[name] = reading
        except FileNotFoundError:
            return None
        return reading.asset

    def is_of(self, version: str | None, asset: Asset) -> bool:
        """Whether a page of this version that keeps `asset` for ever has what it means."""
        return version == self._version and asset.etag in self._tags

    def versioned(self, page: Asset) -> Asset:
        """A page whose links to `static/` name the version of what they lead to."""
        made_of = page.etag, self._look()
        if self._page is None or self._page[0] != made_of:
            body = _LINK.sub(rb"\1v-%s/" % self._version.encode(), page.body)
            self._page = made_of, Asset.of(body, page.content_type)
        return self._page[1]

    def _look(self) -> str:
        """The version of all files as they are now: 16 hexadecimal digits that change when any of them does."""
        assets = {name: self.get(name) for name in sorted(self._paths)}
        self._tags = {asset.etag for asset in assets.values() if asset}
        listed = "\n".join(f"{name} {asset and asset.etag}" for name, asset in assets.items())
        self._version = hashlib.sha256(listed.encode()).hexdigest()[:16]
        return self._version


@dataclass(frozen=True, slots=True)
class _Reading:
    """A file as it was when it had this stamp."""

    stamp: tuple[int, int]
    asset: Asset


def _read(path: Path) -> bytes:
    body = path.read_bytes()
    return without_comments(body) if path.suffix == ".js" else body


def _stamp(path: Path) -> tuple[int, int]:
    """What changes with a file, without reading it."""
    status = os.stat(path)
    return status.st_mtime_ns, status.st_size


def _gzipped(body: bytes) -> bytes | None:
    # Without the time of day: the same file has the same tag after a restart, and so the same bytes.
    compressed = gzip.compress(body, 9, mtime=0)
    return compressed if len(compressed) < 0.9 * len(body) else None
