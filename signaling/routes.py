"""What a path names. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

__all__ = ["Kind", "Route", "route"]


class Kind(Enum):
    """What there is on a server."""

    PAGE = auto()
    PAGE_WITHOUT_SLASH = auto()
    STATIC = auto()
    RESOURCE = auto()
    CONFIG = auto()
    SNAPSHOT = auto()
    ENDPOINT = auto()
    SESSION = auto()
    WEBSOCKET = auto()


@dataclass(frozen=True, slots=True)
class Route:
    """What a path names.

    canvas: in the path; None where it names none.
    name: of the file or of the WHEP session.
    version: of the files, where the path names one.
    """

    kind: Kind
    canvas: str | None = None
    name: str | None = None
    version: str | None = None


_CANVAS = "(?P<canvas>[a-z0-9][a-z0-9-]{0,62})"
# Modules import each other relative to where they are, so that one version stays by itself.
_STATIC = "static/(?:v-(?P<version>[0-9a-f]{16})/)?(?P<name>.+)"
_FILE = "(?P<name>[^/]+\\.[^/.]+)"

# The first that fits is taken: fixed names come before those of canvases.
_PATTERNS = [
    (re.compile(pattern), kind)
    for pattern, kind in (
        ("/", Kind.PAGE),
        (f"/{_STATIC}", Kind.STATIC),
        ("/api/config", Kind.CONFIG),
        (f"/snapshot/{_CANVAS}\\.png", Kind.SNAPSHOT),
        (f"/whep/{_CANVAS}", Kind.ENDPOINT),
        (f"/whep/{_CANVAS}/(?P<name>[^/]+)", Kind.SESSION),
        (f"/ws/{_CANVAS}", Kind.WEBSOCKET),
        (f"/{_CANVAS}", Kind.PAGE_WITHOUT_SLASH),
        (f"/{_CANVAS}/", Kind.PAGE),
        # The page is one file for all canvases and names its modules relative to where it is.
        (f"/{_CANVAS}/{_STATIC}", Kind.STATIC),
        (f"/{_CANVAS}/api/config", Kind.CONFIG),
        # A program's own, beside its pages. The dot tells them from canvases.
        (f"/{_FILE}", Kind.RESOURCE),
        (f"/{_CANVAS}/{_FILE}", Kind.RESOURCE),
    )
]


def route(path: str) -> Route | None:
    """What a path names, decoded and below the place where the server is mounted; None for nothing."""
    for pattern, kind in _PATTERNS:
        if match := pattern.fullmatch(path):
            named = match.groupdict()
            return Route(kind, **named)
    return None
