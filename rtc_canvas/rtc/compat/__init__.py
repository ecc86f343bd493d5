"""The one place that touches private names of aiortc and aioice.

Each module checks, when it is imported, that the names it touches exist, so that an upgrade that moves one of them
fails at once and by name instead of freezing a picture later.
"""

from __future__ import annotations


def require(owner: object, *names: str) -> None:
    """Raise ImportError unless `owner` has every one of `names`."""
    missing = [name for name in names if not hasattr(owner, name)]
    if missing:
        raise ImportError(
            f"{owner!r} has no {', '.join(missing)}: this version of aiortc or aioice does not fit rtc_canvas; "
            "install the versions that its pyproject.toml names."
        )
