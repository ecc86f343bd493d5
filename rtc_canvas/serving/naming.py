"""The names under which canvases are served: they stand in URLs."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..canvas import Canvas
from ..exceptions import ConfigError

DEFAULT_NAME = "main"

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_RESERVED = frozenset({"api", "whep", "ws", "static", "metrics", "healthz", "snapshot"})


def by_name(canvases: Canvas | Mapping[str, Canvas], taker: str) -> dict[str, Canvas]:
    """The canvases by their names, checked.

    canvases: a canvas, whose name is "main", or names of `[a-z0-9][a-z0-9-]{0,62}` with their canvases.
    taker: the function that they were given to.

    Raises:
        ConfigError: for anything else.
    """
    named = {DEFAULT_NAME: canvases} if isinstance(canvases, Canvas) else canvases
    if not isinstance(named, Mapping) or not named:
        raise ConfigError(
            f"{taker}() takes a Canvas, or a dict of one or more by their names, got {canvases!r:.80}."
        )
    for name, canvas in named.items():
        check_name(name)
        if not isinstance(canvas, Canvas):
            raise ConfigError(f"{name!r} must be a Canvas, got {type(canvas).__name__}.")
    return dict(named)


def check_name(name: str) -> None:
    """Raise a ConfigError for what cannot be a canvas's name."""
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name in _RESERVED:
        raise ConfigError(
            f"A canvas's name must be 1 to 63 of a-z, 0-9 and '-', begin with none of '-' and not be one of "
            f"{', '.join(sorted(_RESERVED))}; got {name!r}."
        )
