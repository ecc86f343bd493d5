"""The files of the page, as they are served. Pure but for reading them."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

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


@dataclass(frozen=True, slots=True)
class Asset:
    """One file. Its ETag, without quotes here, changes with its content.

    gzipped: the body compressed; None where that would not be worth it.
    """

    body: bytes
    content_type: str
    etag: str
    gzipped: bytes | None


class Assets:
    """The files under a folder, by their path with slashes.

    Only files that were there at the start are found, and only of the types that a page is made of:
    a name picks one of them and never becomes a path. Their content is read anew each time, so that
    an edited file shows; each content is compressed once, at the start or when it is new.

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
        self._newest: dict[str, Asset] = {}
        for name in self._paths:
            self.get(name)

    def get(self, name: str) -> Asset | None:
        """The file of that name, such as `rtc-canvas.js`, or None."""
        path = self._paths.get(name)
        if path is None:
            return None
        try:
            body = path.read_bytes()
        except FileNotFoundError:
            return None
        etag = hashlib.sha256(body).hexdigest()[:32]
        asset = self._newest.get(name)
        if asset is None or asset.etag != etag:
            asset = Asset(body, _TYPES[path.suffix], etag, _gzipped(body))
            self._newest[name] = asset
        return asset


def _gzipped(body: bytes) -> bytes | None:
    # Without the time of day: the same file has the same tag after a restart, and so the same bytes.
    compressed = gzip.compress(body, 9, mtime=0)
    return compressed if len(compressed) < 0.9 * len(body) else None
