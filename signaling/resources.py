"""Files that a program gives by itself, beside the page's own or in place of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from .assets import Asset

__all__ = ["Resource", "Resources"]

Resource: TypeAlias = tuple[str, str | bytes]
"""Its content type, and its body."""


class Resources:
    """Reads a program's dict anew with each request, so that what it changes shows.

    given: names, such as "logo.png", with their files.
    """

    def __init__(self, given: Mapping[str, Resource]) -> None:
        self._given = given
        self._made: dict[str, tuple[Resource, Asset]] = {}

    def get(self, name: str) -> Asset | None:
        """The file of that name, or None."""
        resource = self._given.get(name)
        if resource is None:
            return None
        made = self._made.get(name)
        if made is None or made[0] != resource:
            made = self._made[name] = resource, _asset(*resource)
        return made[1]


def _asset(content_type: str, body: str | bytes) -> Asset:
    if isinstance(body, str):
        if content_type.startswith("text/") and "charset" not in content_type:
            content_type += "; charset=utf-8"
        body = body.encode()
    return Asset.of(body, content_type)
